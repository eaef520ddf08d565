//! Compiled sources, and how: as the projects' own makefiles do.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
};

use libbpf_rs::Linker;

use crate::support::{kernels::Kernel, tools};

/// A project's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corpus {
    Selftests,
    XdpTools,
    Bpfland,
    Cosmos,
    Rusty,
    /// The largest one, of many sources.
    Lavd,
}

/// The source files that make an object: one, but for schedulers.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub files: Vec<PathBuf>,
}

/// Result of compiling a source with clang.
pub struct Compiled {
    /// Of each file.
    pub bitcode: Vec<PathBuf>,
    /// One object; what clang made of each file, put together by libbpf's own linker.
    pub object: PathBuf,
}

impl Corpus {
    pub const SCHEDULERS: [Self; 4] = [Self::Bpfland, Self::Cosmos, Self::Rusty, Self::Lavd];

    pub fn name(self) -> &'static str {
        match self {
            Self::Selftests => "selftests",
            Self::XdpTools => "xdp-tools",
            Self::Bpfland => "scx_bpfland",
            Self::Cosmos => "scx_cosmos",
            Self::Rusty => "scx_rusty",
            Self::Lavd => "scx_lavd",
        }
    }

    /// Programs that the lab's newest kernel refuses. Where there are many others, it saves minutes of emulation to know
    /// that before: libbpf stops at the first refusal.
    pub fn alone(self) -> &'static [&'static str] {
        if self == Self::Lavd { &["lavd_cpu_online", "lavd_cpu_offline"] } else { &[] }
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
            Self::Bpfland | Self::Cosmos | Self::Rusty | Self::Lavd => &[],
        }
    }

    /// The headers, with those that the machine has last.
    fn headers(self) -> Vec<PathBuf> {
        let types = format!("kernel-{}", Kernel::Running.release());
        let (home, folders): (PathBuf, &[&str]) = match self {
            Self::Selftests => {
                (home(), &[&types, "include", "selftests", "selftests/progs", "uapi"])
            }
            Self::XdpTools => {
                (home(), &["xdp-tools/headers", "xdp-tools/lib/util", "../schedulers/libbpf"])
            }
            Self::Bpfland | Self::Cosmos | Self::Rusty | Self::Lavd => (
                schedulers(),
                &[
                    "include/vmlinux/arch/x86",
                    "include/vmlinux",
                    "include",
                    "include/bpf-compat",
                    "libbpf",
                ],
            ),
        };
        folders.iter().map(|folder| home.join(folder)).collect()
    }

    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Selftests => &["-mcpu=v3", "-D__TARGET_ARCH_x86", "-D__x86_64__"],
            Self::XdpTools => &[
                "-fno-stack-protector",
                "-DBPF_DIR_MNT=\"/sys/fs/bpf\"",
                "-DMAX_DISPATCHER_ACTIONS=10",
            ],
            Self::Bpfland | Self::Cosmos | Self::Rusty | Self::Lavd => {
                &["-mcpu=v4", "-D__TARGET_ARCH_x86", "-D__SCX_TARGET_ARCH_x86"]
            }
        }
    }
}

/// The folder of `ci/corpora.sh` for all but the schedulers.
fn home() -> PathBuf {
    downloaded("corpora")
}

fn schedulers() -> PathBuf {
    downloaded("schedulers")
}

fn downloaded(name: &str) -> PathBuf {
    let folder = tools::downloads().join(name);
    assert!(folder.join(".complete").exists(), "no sources in {folder:?}: run ci/corpora.sh");
    folder
}

/// The programs of `corpus`, in the order of their names.
pub fn list(corpus: Corpus) -> Vec<Source> {
    if corpus.folders().is_empty() {
        return vec![scheduler(corpus)];
    }
    let mut found = Vec::new();
    for folder in corpus.folders() {
        let folder = home().join(folder);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        for file in files.map(|entry| entry.expect("a folder of ours can be read").path()) {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(name) = name.strip_suffix(".c")
                && is_program(&file)
            {
                found.push(Source { name: name.replace(".bpf", ""), files: vec![file] });
            }
        }
    }
    found.sort_by(|a, b| a.files.cmp(&b.files));
    assert!(!found.is_empty(), "{corpus:?} has no programs");
    found
}

/// The files that the scheduler's build script names.
fn scheduler(corpus: Corpus) -> Source {
    let folder = schedulers().join(corpus.name());
    let script = fs::read_to_string(folder.join("build.rs")).expect("a scheduler is built");
    let files: Vec<PathBuf> = script
        .split('"')
        .filter(|word| word.ends_with(".bpf.c"))
        .map(|word| folder.join(word))
        .collect();
    assert!(!files.is_empty(), "{corpus:?} has no sources");
    Source { name: "main".to_owned(), files }
}

/// Tools in C for user space lie beside the programs. Some programs are in a file that theirs includes, perhaps several times.
fn is_program(file: &Path) -> bool {
    const MARK: &str = "SEC(\"";
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let text = read(file);
    let mut included =
        text.lines().filter_map(|line| line.strip_prefix("#include \"")?.strip_suffix('"'));
    text.contains(MARK) || included.any(|name| read(&file.with_file_name(name)).contains(MARK))
}

/// Compiles `source`, unless that was done before; none when it does not fit the headers here, as when a type of the
/// running kernel has changed since.
pub fn compile(corpus: Corpus, source: &Source) -> Option<Compiled> {
    let parts: Option<Vec<(PathBuf, PathBuf)>> =
        source.files.iter().map(|file| compile_file(corpus, file)).collect();
    let (bitcode, mut objects): (Vec<PathBuf>, Vec<PathBuf>) = parts?.into_iter().unzip();
    let object = if let [_] = objects.as_slice() {
        objects.pop().unwrap_or_default()
    } else {
        put_together(corpus, source, &objects)
    };
    Some(Compiled { bitcode, object })
}

/// Bitcode and object of one file.
fn compile_file(corpus: Corpus, file: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut compiler = Command::new(tools::clang());
    compiler.args(["-target", "bpf", "-O2", "-g", "-w"]).args(corpus.flags());
    for folder in corpus.headers() {
        compiler.arg("-I").arg(folder);
    }
    for folder in ["/usr/include/x86_64-linux-gnu", "/usr/include"] {
        compiler.args(["-idirafter", folder]);
    }
    compiler.arg("-emit-llvm").arg("-c").arg(file);
    let folder = tools::downloads().join("compiled").join(corpus.name());
    fs::create_dir_all(&folder).expect("the folder of downloads is writable");
    let name = file.file_stem().unwrap_or_default().to_string_lossy().replace(".bpf", "");
    let stem = folder.join(format!("{name}-{:016x}", mark(&compiler, file)));
    let (bitcode, object) = (stem.with_extension("bc"), stem.with_extension("o"));
    if object.exists() {
        return Some((bitcode, object));
    }
    let output = tools::attempt(compiler.arg("-o").arg(&bitcode));
    if !output.status.success() {
        return None;
    }
    // clang's own object, of the same bitcode: what it does with source, without doing the first half again.
    let unfinished = stem.with_extension("new");
    let mut generate = Command::new(tools::clang());
    generate.args(["-target", "bpf", "-O2", "-Xclang", "-disable-llvm-passes", "-c"]);
    if corpus.folders().is_empty() {
        generate.args(["-mllvm", "-disable-gotox"]);
    }
    tools::run(generate.arg(&bitcode).arg("-o").arg(&unfinished));
    fs::rename(&unfinished, &object).expect("the folder of downloads is writable");
    Some((bitcode, object))
}

/// One object of many, by libbpf's linker, as `bpftool gen object` and the schedulers' own build do it. (bpftool itself
/// is as old as the distribution.)
fn put_together(corpus: Corpus, source: &Source, objects: &[PathBuf]) -> PathBuf {
    let whole = tools::kept("corpora").join(format!("{}-{}.clang.o", corpus.name(), source.name));
    let mut linker = Linker::new(&whole).expect("libbpf has a linker");
    for object in objects {
        linker.add_file(object).unwrap_or_else(|error| panic!("{object:?}: {error}"));
    }
    linker.link().unwrap_or_else(|error| panic!("libbpf cannot link {corpus:?}: {error}"));
    whole
}

/// A number that differs when the source, its flags or the kernel differ.
fn mark(compiler: &Command, file: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    compiler.get_args().for_each(|word| word.hash(&mut hasher));
    fs::read(file).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
