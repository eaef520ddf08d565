//! Compiles c/*.c to bitcode and packs it into `libtoken.a`, for the linker to find by `-l`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

const SOURCES: [&str; 2] = ["token_bucket", "least"];

fn main() {
    println!("cargo::rerun-if-changed=c");
    let out = PathBuf::from(variable("OUT_DIR"));
    let target = match variable("CARGO_CFG_TARGET_ENDIAN").as_str() {
        "big" => "bpfeb",
        _ => "bpfel",
    };
    let members: Vec<PathBuf> = SOURCES.iter().map(|name| compile(name, target, &out)).collect();

    let archive = out.join("libtoken.a");
    run(Command::new(tool("LLVM_AR", "llvm-ar")).arg("rcs").arg(&archive).args(members));

    println!("cargo::rustc-link-arg=-L{}", out.display());
    println!("cargo::rustc-link-arg=-ltoken");
}

fn compile(name: &str, target: &str, out: &Path) -> PathBuf {
    let bitcode = out.join(format!("{name}.bc"));
    let flags = ["-O2", "-g", "-Wall", "-Werror", "-target", target, "-emit-llvm", "-c"];
    let source = format!("c/{name}.c");
    run(Command::new(tool("CLANG", "clang")).args(flags).arg(source).arg("-o").arg(&bitcode));
    bitcode
}

/// The program that the variable names, or the usual one.
fn tool(variable: &str, usual: &str) -> String {
    println!("cargo::rerun-if-env-changed={variable}");
    env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}

fn run(command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{command:?}: {status}"),
        Err(error) => panic!("{command:?}: {error}; CLANG and LLVM_AR name other programs"),
    }
}
