//! The libLLVMs at hand.

use std::path::{Path, PathBuf};

use crate::support::tools;

/// A libLLVM, and how to run a program that may load it.
pub struct Reader {
    /// As it is called in messages: its release, and where it is from.
    pub version: String,
    /// The library, or a folder that holds it.
    pub llvm: PathBuf,
    /// Command that starts the linker, for a library that needs a newer C library than this machine's.
    pub wrapper: Option<PathBuf>,
}

impl Reader {
    /// 22 of 22.1.8.
    pub fn major(&self) -> u32 {
        let digits = self.version.split('.').next().unwrap_or_default();
        digits.parse().expect("a version begins with its major")
    }

    fn new(version: &str, llvm: impl Into<PathBuf>) -> Self {
        let reader = Self { version: version.to_owned(), llvm: llvm.into(), wrapper: None };
        assert!(reader.llvm.exists(), "no {}: ci/test.sh brings it", reader.llvm.display());
        reader
    }
}

/// Debian's folder.
pub const DEBIAN: &str = "/usr/lib/x86_64-linux-gnu";

/// All of them, oldest first.
pub fn all() -> Vec<Reader> {
    let llvm_21 = lab("llvm21.sh");
    let of_21 = Reader {
        wrapper: Some(llvm_21.join("run")),
        ..Reader::new("21.1 (Debian)", llvm_21.join("usr/lib/x86_64-linux-gnu/libLLVM.so.21.1"))
    };
    let mut readers = vec![debian_19(), of_21];
    readers.extend(rustup_toolchains().iter().map(|toolchain| {
        let rustc = toolchain.join("bin/rustc");
        Reader::new(
            &format!("{} ({})", llvm_of(&rustc), toolchain.display()),
            toolchain.join("lib"),
        )
    }));
    readers.push(debian_22());
    readers.push(llvm_23());
    readers
}

pub fn debian_19() -> Reader {
    Reader::new("19.1.7 (Debian)", format!("{DEBIAN}/libLLVM.so.19.1"))
}

pub fn debian_22() -> Reader {
    Reader::new("22.1.8 (Debian)", format!("{DEBIAN}/libLLVM.so.22.1"))
}

pub fn llvm_23() -> Reader {
    Reader::new("23.1.1", lab("llvm23.sh").join("lib/libLLVM.so.23.1"))
}

/// rustup's stable toolchain, and its nightly where there is one.
pub fn rustup_toolchains() -> Vec<PathBuf> {
    let of = |rustc: &Path| rustc.parent().and_then(Path::parent).map(Path::to_owned);
    let stable = of(&tools::rustup_rustc("stable")).expect("a toolchain is a folder");
    let names = std::fs::read_dir(stable.parent().expect("a folder of toolchains"));
    let names = names.expect("a folder of toolchains").flatten().map(|entry| entry.file_name());
    let has_nightly = names.into_iter().any(|name| name.to_string_lossy().starts_with("nightly"));
    let nightly = has_nightly.then(|| tools::rustup_rustc("nightly"));
    [stable].into_iter().chain(nightly.and_then(|rustc| of(&rustc))).collect()
}

/// The release of the LLVM in `rustc`, as it says itself.
pub fn llvm_of(rustc: &Path) -> String {
    let output = tools::run(std::process::Command::new(rustc).arg("-vV"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.lines().find_map(|line| line.strip_prefix("LLVM version: "));
    version.expect("rustc names its LLVM").to_owned()
}

/// Returns the folder that a script of ci/ provides: the last one it prints.
pub fn lab(script: &str) -> PathBuf {
    folders(script).pop().expect("the script prints a folder")
}

/// All folders that a script of ci/ prints.
pub fn folders(script: &str) -> Vec<PathBuf> {
    let script = tools::workspace().join("ci").join(script);
    let output = tools::run(std::process::Command::new("bash").arg(script));
    String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect()
}
