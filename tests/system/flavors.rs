//! rustc takes the linker for another one: on targets of the host it names its flavor and speaks as to ld or gcc, and
//! cargo passes words on from the environment and from build scripts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{elf::Elf, tools};
use serde_json::Value;
use tempfile::TempDir;

const BPF: &str = "bpfel-unknown-none";

#[test]
fn the_flavor_of_ld_gives_the_plan() {
    for toolchain in tools::rustup_toolchains() {
        for flavor in ["gnu-lld", "ld.lld"] {
            let told = plan_for_the_host(toolchain, flavor);
            assert!(told.words.starts_with("-flavor\ngnu\n"), "{}", told.words);
            check(&told);
        }
    }
}

#[test]
fn the_flavor_of_gcc_gives_the_plan() {
    for toolchain in tools::rustup_toolchains() {
        for flavor in ["gcc", "gnu-cc", "gnu-lld-cc"] {
            let told = plan_for_the_host(toolchain, flavor);
            assert!(told.words.contains("-Wl,--version-script="), "{}", told.words);
            assert!(told.words.contains("\n-m64\n"), "{}", told.words);
            check(&told);
        }
    }
}

#[test]
fn arguments_of_the_environment_reach_the_linker() {
    let crate_ = Crate::new();
    let mut build = crate_.build();
    let linker = tools::linker();
    build.env(
        "RUSTFLAGS",
        format!("-Clinker={} -Clink-arg=--btf -Cdebuginfo=2 -Clink-arg=--cpu=v2", linker.display()),
    );
    tools::run(&mut build);
    let object = Elf::read(&crate_.object());
    assert!(object.exported().contains("pass"), "{:?}", object.exported());
    assert!(object.sections().contains(".BTF"), "{:?}", object.sections());
}

#[test]
fn arguments_of_a_build_script_reach_the_linker() {
    let crate_ = Crate::new();
    crate_.write(
        "build.rs",
        r#"fn main() {
            let folder = std::env::var("OUT_DIR").unwrap() + "/a folder";
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.clone() + "/kept names", "extra\n").unwrap();
            println!("cargo:rustc-link-arg=--export-symbols={folder}/kept names");
            println!("cargo::rustc-link-arg-bins=--dump-module={folder}/program.ll");
        }"#,
    );
    crate_.write("src/main.rs", &format!("{}{EXTRA}", include_str!("rustc/program.rs")));
    let mut build = crate_.build();
    build.env("CARGO_TARGET_BPFEL_UNKNOWN_NONE_LINKER", tools::linker());
    tools::run(&mut build);
    let object = Elf::read(&crate_.object());
    for name in ["pass", "extra"] {
        assert!(object.exported().contains(name), "{name}: {:?}", object.exported());
    }
    let below = crate_.folder.path().join("target").join(BPF).join("release/build");
    let outputs = fs::read_dir(below).expect("cargo has run the build script");
    let dumped = outputs
        .map(|entry| entry.expect("a readable folder").path().join("out/a folder/program.ll"))
        .find(|path| path.exists())
        .expect("the path with a space arrived whole");
    assert!(fs::read_to_string(dumped).expect("IR is text").contains("@extra("));
}

/// A second program; rustc lists it among the symbols of a cdylib only.
const EXTRA: &str = r#"
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn extra(_: *mut u8) -> u32 {
    1
}
"#;

/// Runs rustc, and returns its messages and the resulting plan.
struct Told {
    words: String,
    plan: Value,
    object: PathBuf,
}

fn check(told: &Told) {
    let Told { words, plan, object } = told;
    let names = |list: &Value, key: &str| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|entry| entry[key].as_str().expect("a name in UTF-8").to_owned()).collect()
    };
    assert_eq!(names(&plan["exports"]["names"], "name"), ["pass"], "{words}");
    assert_eq!(plan["exports"]["locals"], serde_json::json!(["*"]), "{words}");
    assert_eq!(plan["exports"]["requested"], "explicit", "{words}");

    let inputs = names(&plan["inputs"], "name");
    let files: Vec<&str> =
        inputs.iter().map(|path| path.rsplit('/').next().unwrap_or_default()).collect();
    let expected = [
        ("symbols", ".o"),
        ("host.", ".rcgu.o"),
        ("libcore-", ".rlib"),
        ("libcompiler_builtins-", ".rlib"),
    ];
    assert_eq!(files.len(), expected.len(), "{files:?}");
    for (file, (start, end)) in files.into_iter().zip(expected) {
        assert!(file.starts_with(start) && file.ends_with(end), "{file}: {words}");
    }
    assert!(names(&plan["inputs"], "members").iter().all(|members| members == "needed"), "{words}");

    // rustc's -O1 is of ld's own effort; what it asks of the plugin is what it was asked for itself.
    assert_eq!(plan["opt_level"], "3", "{words}");
    assert_eq!(plan["cpu"], Value::Null, "the host's processor is none of BPF's: {words}");
    let output = serde_json::json!({"kind": "obj", "to": "file", "path": object.to_str()});
    assert_eq!(plan["outputs"], serde_json::json!([output]), "{words}");
    assert_eq!(
        plan["debug_info"]["btf"], "emit",
        "a word for the linker behind those of rustc: {words}"
    );
}

/// Links a crate for the machine this runs on, as `flavor`, up to the plan.
fn plan_for_the_host(toolchain: &str, flavor: &str) -> Told {
    let folder = TempDir::new().expect("a new folder");
    let path = |name: &str| folder.path().join(name);
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > words\nexec LINKER \"$@\" > plan.json\n";
    tools::write_script(
        &path("wrapper"),
        &script.replace("LINKER", tools::linker().to_str().expect("UTF-8")),
    );
    let object = path("host.so");
    let mut rustc = Command::new(tools::rustup_rustc(toolchain));
    rustc.current_dir(folder.path()).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
    rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "host"]);
    rustc.args(["-C", "panic=abort", "-C", "opt-level=3", "-C", "linker-plugin-lto"]);
    rustc.args(["-Z", "unstable-options", "-C"]).arg(format!("linker-flavor={flavor}"));
    rustc.args(["-C", "linker=./wrapper", "-C", "link-args=--print-plan=json --btf"]);
    let source = tools::workspace().join("tests/system/rustc/program.rs");
    tools::run(rustc.arg(source).arg("-o").arg(&object));
    let read = |name: &str| fs::read_to_string(path(name)).expect("the wrapper ran");
    let plan = serde_json::from_str(&read("plan.json")).expect("the plan is JSON");
    Told { words: read("words"), plan, object }
}

/// A crate with one program, for cargo to build.
struct Crate {
    folder: TempDir,
}

impl Crate {
    fn new() -> Self {
        let crate_ = Self { folder: TempDir::new().expect("a new folder") };
        crate_.write(
            "Cargo.toml",
            "[workspace]\n[package]\nname = \"program\"\nedition = \"2024\"\n",
        );
        crate_.write("src/main.rs", include_str!("rustc/program.rs"));
        crate_
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }

    fn build(&self) -> Command {
        let mut cargo = tools::cargo();
        cargo.current_dir(self.folder.path()).args(["build", "--release", "--target", BPF]);
        cargo.env("RUSTC", tools::debian_rustc()).env_remove("CARGO_TARGET_DIR");
        cargo
    }

    fn object(&self) -> PathBuf {
        Path::new(self.folder.path()).join("target").join(BPF).join("release/program")
    }
}
