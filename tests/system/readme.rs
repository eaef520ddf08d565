//! Runs every command of README.md, in order, on the files that it shows, with the linker that it installs.
//!
//! One is not run here: `ci/test.sh` runs this test. That CI runs it, and nothing weaker, is checked by tests/tidy.

use std::{env, fs, path::Path, process::Command};

use crate::build;

/// Text between two fences.
struct Block {
    language: String,
    file: Option<String>,
    text: String,
}

/// The command that runs all tests, this one among them.
const ALL_TESTS: &str = "ci/test.sh\n";

#[test]
fn every_command_of_the_readme_works() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(repository.join("README.md")).expect("README.md");
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let (project, installed) = (scratch.path().join("project"), scratch.path().join("installed"));
    // Before anything else is built in that folder, since a test asks for what is built without LLVM.
    build::linker_of_few_tools("no-llvm", &[]);
    let mut run = 0;
    for block in blocks(&readme) {
        match (&block.file, block.language.as_str()) {
            (Some(file), _) => write(&project.join(file), &block.text),
            (None, "sh") if block.text == ALL_TESTS => {}
            // Commands for a compiler that need not be there.
            (None, "text") => {}
            (None, "sh") => {
                let of_the_clone = block.text.starts_with("ci/") || block.text.contains("--path .");
                let folder = if of_the_clone { repository } else { project.as_path() };
                fs::create_dir_all(&project).expect("a folder");
                shell(&block.text, folder, &installed);
                run += block.text.lines().count();
            }
            (None, language) => {
                panic!("a block of {language} that is no file and no command:\n{}", block.text)
            }
        }
    }
    assert!(run >= 10, "only {run} commands were found");
    let object = project.join("target/bpfel-unknown-none/release/pass");
    let bytes = fs::read(&object).unwrap_or_else(|error| panic!("{}: {error}", object.display()));
    assert_eq!(bytes.get(..4), Some(&b"\x7fELF"[..]), "the object that README.md promises");
}

/// Runs a block as a user would type it: every line must succeed.
fn shell(script: &str, folder: &Path, installed: &Path) {
    let status = Command::new("sh")
        .args(["-eux", "-c", script])
        .current_dir(folder)
        .env("PATH", path(installed))
        .env("CARGO_INSTALL_ROOT", installed)
        // The file that asks rustup for a nightly toolchain would have it fetched.
        .env("RUSTUP_TOOLCHAIN", env::var_os("RUSTUP_TOOLCHAIN").unwrap_or("stable".into()))
        .env_remove("CARGO_TARGET_DIR")
        .envs(variables(script))
        .status()
        .expect("sh");
    assert!(status.success(), "README.md has commands that fail ({status}):\n{script}");
}

/// Returns the variables with which the same program is installed, but optimized less and built before: that takes
/// minutes less.
fn variables(script: &str) -> Vec<(&'static str, String)> {
    let built = build::few_tools().display().to_string();
    if script.starts_with("ci/") {
        let options = format!("--target-dir {built} --config profile.release.opt-level=0");
        [("BPF_LINKER_DEMO_INSTALL", options)].to_vec()
    } else if script.starts_with("cargo install") {
        [("CARGO_TARGET_DIR", built), ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0".to_owned())].to_vec()
    } else if script.contains("build-std") {
        // Debian's compiler and its source of core stand in for the nightly toolchain of the text.
        [("RUSTC", "/usr/bin/rustc"), ("RUSTC_BOOTSTRAP", "1")]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
    } else {
        Vec::new()
    }
}

fn path(installed: &Path) -> std::ffi::OsString {
    let tools = [installed.join("bin"), "/usr/lib/llvm-22/bin".into(), "/usr/sbin".into()];
    let rest = env::var_os("PATH").unwrap_or_default();
    env::join_paths(tools.into_iter().chain(env::split_paths(&rest)))
        .expect("folders without colons")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap_or(path)).expect("a folder");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The fenced blocks of `markdown`: after the fence a language, then perhaps `file=NAME`.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(words), false) => {
                let (language, file) = words
                    .split_once(" file=")
                    .map_or((words, None), |(a, b)| (a, Some(b.to_owned())));
                blocks.push(Block { language: language.to_owned(), file, text: String::new() });
                inside = true;
            }
            (Some(_), true) => inside = false,
            (None, true) => {
                let text = &mut blocks.last_mut().expect("a block is open").text;
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!inside, "a fence is not closed");
    blocks
}
