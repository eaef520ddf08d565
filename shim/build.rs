//! With the feature `static-llvm`: has LLVM's static libraries linked in, as `llvm-config` lists them. Otherwise nothing.

use std::{env, error::Error, path::PathBuf, process::Command};

/// The installation of LLVM to link; its major is that of llvm-sys, whose variable this is.
const PREFIX: &str = "LLVM_SYS_221_PREFIX";

/// The libraries that define the functions of the table, and their dependencies.
const COMPONENTS: [&str; 5] = ["bpf", "passes", "irreader", "linker", "bitwriter"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PREFIX}");
    if env::var_os("CARGO_FEATURE_STATIC_LLVM").is_none() {
        return Ok(());
    }
    let prefix = env::var_os(PREFIX).ok_or_else(|| {
        format!("{PREFIX} names no installation of LLVM 22, such as /usr/lib/llvm-22")
    })?;
    let config = PathBuf::from(prefix).join("bin/llvm-config");
    let ask = |words: &[&str]| -> Result<String, Box<dyn Error>> {
        let output = Command::new(&config).arg("--link-static").args(words).output();
        let output = output.map_err(|error| format!("cannot run {}: {error}", config.display()))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    let version = ask(&["--version"])?;
    if !version.starts_with("22.") {
        return Err(format!("{} is of LLVM {version}, not 22", config.display()).into());
    }
    println!("cargo::rustc-link-search=native={}", ask(&["--libdir"])?);
    let libraries = ask(&[&["--libs"][..], &COMPONENTS].concat())?;
    for name in libraries.split_whitespace().filter_map(|word| word.strip_prefix("-l")) {
        println!("cargo::rustc-link-lib=static={name}");
    }
    for word in ask(&["--system-libs"])?.split_whitespace() {
        println!("cargo::rustc-link-lib=dylib={}", system_library(word)?);
    }
    println!("cargo::rustc-link-lib=dylib=stdc++");
    Ok(())
}

/// The name in `-lz`, or in the path of a library, as Debian has it for libz3; its folder is one the linker knows.
fn system_library(word: &str) -> Result<&str, String> {
    let of_path = || word.rsplit('/').next()?.strip_prefix("lib")?.split('.').next();
    let name = word.strip_prefix("-l").or_else(of_path);
    name.ok_or_else(|| {
        format!("llvm-config names a library in a way that is not known here: {word}")
    })
}
