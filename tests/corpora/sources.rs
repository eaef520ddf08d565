//! What is compiled, and how: as the projects' own makefiles do.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
};

use super::support::{kernels::Kernel, tools};

/// A project's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corpus {
    Selftests,
    XdpTools,
    Scheduler,
}

/// A source file that is a program of its own.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub file: PathBuf,
}

/// What clang made of a source.
pub struct Compiled {
    pub bitcode: PathBuf,
    pub object: PathBuf,
}

impl Corpus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Selftests => "selftests",
            Self::XdpTools => "xdp-tools",
            Self::Scheduler => "scx_bpfland",
        }
    }

    fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Selftests => &["selftests/progs"],
            Self::XdpTools => &[
                "xdp-tools/lib/libxdp",
                "xdp-tools/lib/testing",
                "xdp-tools/lib/util",
                "xdp-tools/xdp-bench",
                "xdp-tools/xdp-dump",
                "xdp-tools/xdp-filter",
                "xdp-tools/xdp-forward",
                "xdp-tools/xdp-monitor",
                "xdp-tools/xdp-trafficgen",
            ],
            Self::Scheduler => &["scx_bpfland"],
        }
    }

    /// The headers, with those that the machine has last.
    fn headers(self) -> Vec<PathBuf> {
        let types = format!("kernel-{}", Kernel::Running.release());
        let folders: &[&str] = match self {
            Self::Selftests => &[&types, "include", "selftests", "selftests/progs", "uapi"],
            Self::XdpTools => &["xdp-tools/headers", "xdp-tools/lib/util", "libbpf"],
            Self::Scheduler => &[
                "scx-include/vmlinux/arch/x86",
                "scx-include/vmlinux",
                "scx-include",
                "scx-include/bpf-compat",
                "libbpf",
            ],
        };
        folders.iter().map(|folder| home().join(folder)).collect()
    }

    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Selftests => &["-mcpu=v3", "-D__TARGET_ARCH_x86", "-D__x86_64__"],
            Self::XdpTools => &[
                "-fno-stack-protector",
                "-DBPF_DIR_MNT=\"/sys/fs/bpf\"",
                "-DMAX_DISPATCHER_ACTIONS=10",
            ],
            Self::Scheduler => &["-mcpu=v4", "-D__TARGET_ARCH_x86", "-D__SCX_TARGET_ARCH_x86"],
        }
    }
}

/// The folder of `ci/corpora.sh`.
fn home() -> PathBuf {
    let folder = tools::downloads().join("corpora");
    assert!(folder.join(".complete").exists(), "no sources in {folder:?}: run ci/corpora.sh");
    folder
}

/// The programs of `corpus`, in the order of their names.
pub fn list(corpus: Corpus) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in corpus.folders() {
        let folder = home().join(folder);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        for file in files.map(|entry| entry.expect("a folder of ours can be read").path()) {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(name) = name.strip_suffix(".c")
                && is_program(&file)
            {
                found.push(Source { name: name.replace(".bpf", ""), file });
            }
        }
    }
    found.sort_by(|a, b| a.file.cmp(&b.file));
    assert!(!found.is_empty(), "{corpus:?} has no programs");
    found
}

/// Tools in C for user space lie beside the programs.
fn is_program(file: &Path) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    ["SEC(\"", "include \"xdpfilt_prog.h\"", "include \"pyperf.h\"", "include \"strobemeta.h\""]
        .iter()
        .any(|mark| text.contains(mark))
}

/// Compiles `source`, unless that was done before; none when it does not fit the headers here, as when a type of the
/// running kernel has changed since.
pub fn compile(corpus: Corpus, source: &Source) -> Option<Compiled> {
    let mut compiler = Command::new(tools::clang());
    compiler.args(["-target", "bpf", "-O2", "-g", "-w"]).args(corpus.flags());
    for folder in corpus.headers() {
        compiler.arg("-I").arg(folder);
    }
    for folder in ["/usr/include/x86_64-linux-gnu", "/usr/include"] {
        compiler.args(["-idirafter", folder]);
    }
    compiler.arg("-emit-llvm").arg("-c").arg(&source.file);
    let folder = home().join("compiled").join(corpus.name());
    fs::create_dir_all(&folder).expect("the folder of downloads is writable");
    let stem = folder.join(format!("{}-{:016x}", source.name, mark(&compiler, source)));
    let compiled =
        Compiled { bitcode: stem.with_extension("bc"), object: stem.with_extension("o") };
    if compiled.object.exists() {
        return Some(compiled);
    }
    let output = tools::attempt(compiler.arg("-o").arg(&compiled.bitcode));
    if !output.status.success() {
        return None;
    }
    // clang's own object, of the same bitcode: what it does with source, without doing the first half again.
    let unfinished = stem.with_extension("new");
    let mut generate = Command::new(tools::clang());
    generate.args(["-target", "bpf", "-O2", "-Xclang", "-disable-llvm-passes", "-c"]);
    if corpus == Corpus::Scheduler {
        generate.args(["-mllvm", "-disable-gotox"]);
    }
    tools::run(generate.arg(&compiled.bitcode).arg("-o").arg(&unfinished));
    fs::rename(&unfinished, &compiled.object).expect("the folder of downloads is writable");
    Some(compiled)
}

/// A number that differs when the source, its flags or the kernel differ.
fn mark(compiler: &Command, source: &Source) -> u64 {
    let mut hasher = DefaultHasher::new();
    compiler.get_args().for_each(|word| word.hash(&mut hasher));
    fs::read(&source.file).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
