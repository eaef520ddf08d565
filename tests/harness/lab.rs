//! The tools that fixtures are prepared and judged with.

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The linker under test and the tools around it.
#[derive(Clone)]
pub struct Lab {
    /// The linker.
    pub linker: PathBuf,
    /// The libLLVM it is told to use; otherwise it finds one.
    pub llvm: Option<PathBuf>,
    /// The major version of the libLLVM in use.
    pub llvm_major: u32,
    /// Folders of the tools that judge outputs.
    judges: PathBuf,
    /// Folders of the tools that make inputs: no newer than the libLLVM that reads them.
    makers: PathBuf,
}

/// LLVM of the tools that judge, and of the libraries that the linker finds by itself here.
pub const LLVM_MAJOR: u32 = 22;

/// LLVMs whose tools are at hand, newest first.
const MAKERS: [u32; 2] = [LLVM_MAJOR, 19];

impl Lab {
    /// The lab as the environment describes it.
    pub fn from_environment() -> Self {
        let variable =
            |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let llvm = variable("BPF_LINKER_TEST_LLVM");
        let llvm_major = llvm.as_deref().map_or(LLVM_MAJOR, major_of);
        let linker = variable("BPF_LINKER_TEST_BIN");
        let makers = MAKERS.into_iter().find(|major| *major <= llvm_major).unwrap_or(LLVM_MAJOR);
        Self {
            linker: linker.unwrap_or_else(|| env!("CARGO_BIN_EXE_bpf-linker").into()),
            llvm,
            llvm_major,
            judges: tools(LLVM_MAJOR),
            makers: tools(makers),
        }
    }

    /// A tool that judges, to be run in `folder`.
    pub fn tool(&self, name: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.judges.join(name));
        command.current_dir(folder);
        command
    }

    /// The clang that makes inputs, to be run in `folder`.
    pub fn clang(&self, folder: &Path) -> Command {
        let mut command = Command::new(self.makers.join("clang"));
        command.current_dir(folder);
        command
    }

    /// A shell command in `folder`, with LLVM's tools on PATH.
    pub fn shell(&self, script: &str, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", script]).current_dir(folder).env("PATH", self.path());
        command
    }

    fn path(&self) -> OsString {
        let rest = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.makers.clone()).chain(env::split_paths(&rest));
        env::join_paths(folders).expect("folders without colons")
    }
}

fn tools(major: u32) -> PathBuf {
    format!("/usr/lib/llvm-{major}/bin").into()
}

/// Runs `command`; its output unless it fails.
pub fn output_of(command: &mut Command) -> Result<Output, String> {
    let output = start(command)?;
    if output.status.success() {
        return Ok(output);
    }
    let mut problem = format!("{command:?} failed: {}\n", output.status);
    for stream in [&output.stdout, &output.stderr] {
        let _ = write!(problem, "{}", String::from_utf8_lossy(stream));
    }
    Err(problem)
}

/// Runs `command`, whatever comes of it.
pub fn start(command: &mut Command) -> Result<Output, String> {
    let output = command.output();
    output.map_err(|error| {
        format!("cannot run {command:?}: {error}; ci/install-tools.sh installs what the tests need")
    })
}

/// The major version in a library's name: `libLLVM-19.so.1`, `libLLVM.so.22.1`, behind links too.
fn major_of(library: &Path) -> u32 {
    let real =
        library.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", library.display()));
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let digits =
        name.split(|character: char| !character.is_ascii_digit()).find(|digits| !digits.is_empty());
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("BPF_LINKER_TEST_LLVM: no version in {name}"))
}
