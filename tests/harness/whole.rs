//! Whatever a fixture links with members of archives that are needed, gives the same exports with all of them.

use std::{fs, path::Path, process::Command};

use super::lab::{Lab, output_of, start};

/// Errors allowed in a link with all members: it meets definitions and files that the other one never sees.
const CONTRADICTIONS: [&str; 2] = ["is defined twice", "cannot be linked"];

/// Files of this check alone.
const WHOLE: &str = ".whole.o";
const TRACE: &str = ".whole.json";
const REASONS: &str = ".whole.txt";

/// Repeats the link `args` of `out` with `--whole-archive`, if it takes members of archives for exports it names.
///
/// # Errors
/// The exports differ, or the link fails for another reason than that more definitions are linked.
pub fn check(lab: &Lab, folder: &Path, args: &[String], out: &str) -> Result<(), String> {
    let names = |word: &String| word.starts_with("--export");
    let archive = |word: &String| word.ends_with(".a") || word.starts_with("-l");
    let another = |word: &String| {
        word.starts_with("--emit") || word.contains("whole-archive") || word == "--reproduce"
    };
    if !args.iter().any(names) || !args.iter().any(archive) || args.iter().any(another) {
        return Ok(());
    }
    let mut command = Command::new(&lab.linker);
    command.current_dir(folder).env_remove("RUST_LOG").env("NO_COLOR", "1");
    command.envs(lab.llvm.as_deref().map(|llvm| ("BPF_LINKER_LLVM", llvm)));
    // The later of two outputs counts.
    command.arg("--whole-archive").args(args).args(["-o", WHOLE]);
    command.args(["--time-trace", TRACE, "--why-extract", REASONS]);
    let output = start(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let expected = CONTRADICTIONS.iter().any(|text| said.contains(text));
        return if expected { Ok(()) } else { Err(format!("with --whole-archive: {said}")) };
    }
    let (needed, whole) = (exports(lab, folder, out)?, exports(lab, folder, WHOLE)?);
    for made in [WHOLE, TRACE, REASONS] {
        fs::remove_file(folder.join(made)).map_err(|error| error.to_string())?;
    }
    if needed == whole {
        return Ok(());
    }
    Err(format!("exports:\n{needed}but with --whole-archive:\n{whole}"))
}

fn exports(lab: &Lab, folder: &Path, object: &str) -> Result<String, String> {
    let script = format!("llvm-nm --extern-only --defined-only --just-symbol-name {object} | sort");
    let output = output_of(&mut lab.shell(&script, folder))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
