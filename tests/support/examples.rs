//! Builds the examples as their READMEs say.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::tools;

/// The Rust examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Example {
    Firewall,
    Tracing,
    RustWithC,
    CoreTracer,
}

/// The byte order to build for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endian {
    Little,
    Big,
}

/// Cargo's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    Release,
    Dev,
}

/// Origin of core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Core {
    /// The compiler's package.
    Prebuilt,
    /// Built along, with all its debug information.
    BuildStd,
}

/// Request for BTF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DebugInfo {
    Btf,
    None,
}

/// Folders of the examples that this process has built.
type Built<Key> = Mutex<BTreeMap<Key, PathBuf>>;

/// One way to build an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Build {
    pub example: Example,
    pub endian: Endian,
    pub profile: Profile,
    pub core: Core,
    pub debug_info: DebugInfo,
}

impl Example {
    /// Its folder, package and file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Firewall => "xdp-firewall",
            Self::Tracing => "tracing",
            Self::RustWithC => "rust-with-c",
            Self::CoreTracer => "core-tracer",
        }
    }

    /// Little-endian, release, prebuilt core, BTF: what users build.
    pub fn usual(self) -> Build {
        Build {
            example: self,
            endian: Endian::Little,
            profile: Profile::Release,
            core: Core::Prebuilt,
            debug_info: DebugInfo::Btf,
        }
    }

    /// Its folder.
    pub fn folder(self) -> PathBuf {
        tools::workspace().join("examples").join(self.name())
    }
}

impl Endian {
    /// Rust's name of the target.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Little => "bpfel-unknown-none",
            Self::Big => "bpfeb-unknown-none",
        }
    }

    /// LLVM's name of the target.
    pub fn arch(self) -> &'static str {
        match self {
            Self::Little => "bpfel",
            Self::Big => "bpfeb",
        }
    }
}

impl Build {
    /// Builds with the linker under test, once for all tests of this process; the object's path.
    pub fn run(self) -> PathBuf {
        static BUILT: Built<Build> = Mutex::new(BTreeMap::new());
        once(&BUILT, self, || {
            let linker = tools::linker();
            self.run_with(linker.parent().expect("the linker is in a folder"), &[])
        })
    }

    /// Builds with the `bpf-linker` in this folder and these variables; the object's path.
    pub fn run_with(self, linker_folder: &Path, variables: &[(&str, &Path)]) -> PathBuf {
        let target_dir = tools::kept(match self.core {
            Core::Prebuilt => "examples-prebuilt",
            Core::BuildStd => "examples-build-std",
        });
        // Every test is a process of its own to nextest, and they build in one folder.
        let turn = File::create(target_dir.join("turn")).expect("the folder takes files");
        turn.lock().expect("files can be locked");
        // Cargo does not see that the linker changed: make it link again.
        tools::run(self.cargo("clean", &target_dir).args(["-p", self.example.name()]));

        let mut build = self.cargo("build", &target_dir);
        build.env("PATH", tools::path_with(linker_folder));
        build.envs(variables.iter().copied());
        if matches!(self.core, Core::BuildStd) {
            build.args(["-Z", "build-std=core"]);
        }
        tools::run(&mut build);
        let built =
            target_dir.join(self.endian.triple()).join(self.folder()).join(self.example.name());
        self.keep(&built)
    }

    fn cargo(self, command: &str, target_dir: &Path) -> Command {
        let mut cargo = tools::cargo();
        cargo
            .current_dir(self.example.folder())
            .args([
                command,
                "--locked",
                "--target",
                self.endian.triple(),
                "--profile",
                self.profile(),
            ])
            .env("CARGO_TARGET_DIR", target_dir)
            .env("RUSTC", tools::debian_rustc())
            .env("RUSTFLAGS", self.flags())
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CLANG", tools::clang())
            .env("LLVM_AR", tools::llvm_ar());
        cargo
    }

    fn flags(self) -> &'static str {
        match self.debug_info {
            DebugInfo::Btf => "-C debuginfo=2 -C link-arg=--btf",
            DebugInfo::None => "-C debuginfo=2",
        }
    }

    fn profile(self) -> &'static str {
        match self.profile {
            Profile::Release => "release",
            Profile::Dev => "dev",
        }
    }

    /// Cargo's folder for the profile.
    fn folder(self) -> &'static str {
        match self.profile {
            Profile::Release => "release",
            Profile::Dev => "debug",
        }
    }

    /// Copies the object to where no other build of this or another test overwrites it.
    fn keep(self, built: &Path) -> PathBuf {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let Self { example, endian, profile, core, debug_info } = self;
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let way = format!("{endian:?}-{profile:?}-{core:?}-{debug_info:?}-{number}");
        let kept = kept_folder().join(format!("{}-{way}.o", example.name()));
        fs::copy(built, &kept).unwrap_or_else(|error| panic!("cannot copy {built:?}: {error}"));
        kept
    }
}

/// A folder for the objects of this process. Removes those of processes that have ended.
fn kept_folder() -> PathBuf {
    let objects = tools::kept("objects");
    for entry in fs::read_dir(&objects).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(entry.file_name()).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    tools::kept(&format!("objects/{}", process::id()))
}

/// Builds the C example, once for all tests of this process; the object's path.
pub fn c_library(endian: Endian) -> PathBuf {
    static BUILT: Built<Endian> = Mutex::new(BTreeMap::new());
    once(&BUILT, endian, || build_c_library(endian))
}

fn build_c_library(endian: Endian) -> PathBuf {
    // A folder of this process's own: another test may clean at any moment.
    let out = tools::kept(&format!("c-library/{}-{}", process::id(), endian.arch()));
    let object = out.join("balancer.o");
    let make = |goal: &str| {
        let mut make = Command::new("make");
        let set = |name: &str, value: &Path| format!("{name}={}", value.display());
        make.arg("-C").arg(tools::workspace().join("examples/c-library"));
        make.args([
            set("CLANG", &tools::clang()),
            set("LLVM_AR", &tools::llvm_ar()),
            set("LINKER", &tools::linker()),
            set("OUT", &out),
            format!("TARGET={}", endian.arch()),
            goal.to_owned(),
        ]);
        tools::run(&mut make);
    };
    // Like cargo, make does not see that the linker changed.
    make("clean");
    make(object.to_str().expect("the target folder's name is UTF-8"));
    object
}

/// The object of that key; built while no other is, since the cores are few and the folders shared.
fn once<Key: Ord>(built: &Built<Key>, key: Key, build: impl FnOnce() -> PathBuf) -> PathBuf {
    // A test that failed in the middle of a build has put nothing in.
    let mut built = built.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(object) = built.get(&key) {
        return object.clone();
    }
    let object = build();
    built.insert(key, object.clone());
    object
}
