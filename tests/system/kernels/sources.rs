//! The programs that the kernels are asked to load, ready to be linked in many ways.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    elf::Elf,
    examples::{self, Endian, Example},
    tools,
};

/// Instruction sets, as `--cpu` names them.
pub const LEVELS: [&str; 4] = ["v1", "v2", "v3", "v4"];
/// The highest one that all kernels of the lab take, and clang's own choice.
pub const USUAL: &str = "v3";

/// The words of a link but for `--cpu` and the output, and the folder they are said in.
pub struct Source {
    pub name: &'static str,
    folder: PathBuf,
    words: Vec<String>,
    /// Folder of the objects.
    objects: PathBuf,
}

/// C programs that show one thing each; clang compiles them for [`USUAL`].
pub const LESSONS: [&str; 5] = ["calls", "loop", "narrow", "signs", "table"];
/// C programs with everything that BTF says, from the tests of BTF. (A kernel without TCP congestion control in BPF
/// refuses `struct_ops`, and this machine's is one.)
const FEATURES: [&str; 9] =
    ["core", "globals", "kconfig", "kfuncs", "ksyms", "maps", "subprograms", "tags", "types"];

/// All of them: the examples, then the C programs.
pub fn all(scratch: &Path) -> Vec<Source> {
    let mut sources = rust(scratch);
    sources.push(c_library(scratch));
    sources.extend(LESSONS.map(|name| c_program(name, "tests/system/kernels/c", scratch)));
    sources.extend(FEATURES.map(|name| c_program(name, "tests/btf/c", scratch)));
    sources
}

/// The Rust examples that every linker can link.
pub fn rust(scratch: &Path) -> Vec<Source> {
    let examples = [Example::Firewall, Example::Tracing, Example::RustWithC];
    examples.into_iter().map(|example| rust_example(example, scratch)).collect()
}

/// One of [`LESSONS`].
pub fn lesson(name: &'static str, scratch: &Path) -> Source {
    c_program(name, "tests/system/kernels/c", scratch)
}

impl Source {
    /// Links with the linker under test and these words.
    pub fn link(&self, variant: &str, words: &[&str]) -> PathBuf {
        let object = self.objects.join(format!("{}-{variant}.o", self.name));
        tools::run(self.linked_by(&tools::linker(), &object).args(words));
        object
    }

    /// Without the inputs whose name contains this.
    pub fn without(mut self, input: &str) -> Self {
        self.words.retain(|word| !word.contains(input));
        self
    }

    /// Links with the incumbent and these options; what it says when it cannot.
    pub fn link_with_incumbent(&self, options: &[&str]) -> Result<PathBuf, String> {
        // Without exports, it makes everything local that is not Rust's.
        let exported = Elf::read(&self.link("exports", &["--cpu", USUAL])).exported();
        let exported: Vec<String> = exported.into_iter().collect();
        let object = self.objects.join(format!("{}-incumbent.o", self.name));
        let mut link = self.linked_by(&tools::incumbent(), &object);
        link.args(options).args(["--export", &exported.join(",")]);
        let output = tools::attempt(&mut link);
        if output.status.success() { Ok(object) } else { Err(tools::said(&output)) }
    }

    fn linked_by(&self, linker: &Path, object: &Path) -> Command {
        let mut link = Command::new(linker);
        link.current_dir(&self.folder).args(&self.words).arg("--output").arg(object);
        link
    }
}

/// The link that cargo asked for, kept by `--reproduce`.
fn rust_example(example: Example, scratch: &Path) -> Source {
    let folder = scratch.join(format!("{}-link", example.name()));
    let wrapper = scratch.join(format!("{}-linker", example.name()));
    fs::create_dir_all(&wrapper).expect("temporary folders can be made");
    let script = format!(
        "#!/bin/sh\nexec '{}' --reproduce '{}' \"$@\"\n",
        tools::linker().display(),
        folder.display()
    );
    tools::write_script(&wrapper.join("bpf-linker"), &script);
    example.usual().run_with(&wrapper, &[]);
    let response = fs::read_to_string(folder.join("response")).expect("--reproduce wrote it");
    assert!(!response.contains('\\'), "words that need no escapes: {response}");
    let ours =
        |word: &&str| !["--output", "--cpu", "--reproduce"].iter().any(|it| word.starts_with(it));
    let words = response.lines().map(|line| line.trim().trim_matches('"')).filter(ours);
    // The incumbent knows `-O3`, not `-O=3`.
    let words = words.map(|word| word.replace("-O=", "-O"));
    Source { name: example.name(), folder, words: words.collect(), objects: scratch.to_owned() }
}

fn c_library(scratch: &Path) -> Source {
    let object = examples::c_library(Endian::Little);
    let built = object.parent().expect("the object is in a folder");
    let words = ["--btf", "--export", "balance,backends,packets,service,LICENSE"];
    let inputs = ["balancer.bc", "libpacket.a"].map(|name| built.join(name).display().to_string());
    Source {
        name: "c-library",
        folder: scratch.to_owned(),
        words: words.map(str::to_owned).into_iter().chain(inputs).collect(),
        objects: scratch.to_owned(),
    }
}

fn c_program(name: &'static str, folder: &str, scratch: &Path) -> Source {
    let bitcode = scratch.join(format!("{name}.bc"));
    let mut clang = Command::new(tools::clang());
    // From here, so that messages name the file as a user would.
    clang.current_dir(tools::workspace()).args(["-O2", "-g", "-target", "bpf", "-emit-llvm", "-c"]);
    clang.arg(format!("-mcpu={USUAL}")).arg(format!("{folder}/{name}.c")).arg("-o").arg(&bitcode);
    tools::run(&mut clang);
    Source {
        name,
        folder: env::current_dir().expect("tests run in a folder"),
        words: vec!["--btf".to_owned(), bitcode.display().to_string()],
        objects: scratch.to_owned(),
    }
}
