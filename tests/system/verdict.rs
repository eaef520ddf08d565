//! `bpf-verdict`: what it says of refused programs, of several kernels, and where something is missing.

mod refusals;
mod verify;

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::support::{lab, objects::Lab, tools};

/// Returns `bpf-verdict` of these tests, which has both loaders.
fn verdict() -> Command {
    Command::new(lab::verdict())
}

/// Writes an object with one program that returns 2 and one that reads through NULL.
fn two_programs(lab: &Lab) -> std::path::PathBuf {
    let source = "#define SECTION(name) __attribute__((section(name), used))\n\
        SECTION(\"xdp\") int good(void *context) { return 2; }\n\
        SECTION(\"xdp\") int bad(void *context) { return *(volatile int *)0; }\n\
        char LICENSE[] SECTION(\"license\") = \"GPL\";\n";
    let (source, bitcode) = (lab.write("two.c", source), lab.write("two.bc", ""));
    let mut clang = tools::bpf_clang();
    clang.args(["-emit-llvm", "-c", "-w"]).arg(&source);
    tools::run(clang.arg("-o").arg(&bitcode));
    let object = lab.write("two.o", "");
    tools::run(Command::new(tools::linker()).arg("--btf").arg(&bitcode).arg("-o").arg(&object));
    object
}

fn kernel(name: &str) -> std::path::PathBuf {
    tools::downloads().join("linux").join(name).join("vmlinuz")
}

#[test]
fn both_loaders_judge_each_program_on_the_running_kernel() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let output = tools::attempt(verdict().args(["--json", "--loader", "both"]).arg(&object));
    assert_eq!(output.status.code(), Some(1), "{}", tools::said(&output));
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let verdicts = value["kernels"][0]["objects"].as_array().expect("a list");
    assert_eq!(verdicts.len(), 2);
    for verdict in verdicts {
        let [bad, good] = [0, 1].map(|index| &verdict["programs"][index]);
        assert_eq!((bad["name"].as_str(), bad["loaded"].as_bool()), (Some("bad"), Some(false)));
        assert_eq!((good["name"].as_str(), good["loaded"].as_bool()), (Some("good"), Some(true)));
        assert!(good["verified"].as_u64().is_some_and(|count| count > 0), "{good:#}");
        let place = bad["explanation"]["place"].as_str().unwrap_or_default();
        assert!(place.ends_with("two.c:3"), "{bad:#}");
    }
    let libbpf = &verdicts[0]["programs"][1];
    assert!(
        libbpf["states"].as_u64().is_some() && libbpf["stack"].as_u64() == Some(0),
        "{libbpf:#}"
    );
}

#[test]
fn kernel_images_are_booted_and_shown_as_a_table() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let mut command = verdict();
    command.arg("--table");
    for name in ["5.10", "6.1", "6.12"] {
        command.arg("--kernel-image").arg(kernel(name));
    }
    let output = tools::attempt(command.arg(&object));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{}", tools::said(&output));
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert_eq!(rows[0][..3], ["object", "loader", "program"], "{text}");
    assert!(rows[0][3].starts_with("5.10.") && rows[0][5].starts_with("6.12."), "{text}");
    assert_eq!(rows[1], ["two.o", "libbpf", "bad", "refused", "refused", "refused"], "{text}");
    assert_eq!(rows[2], ["two.o", "libbpf", "good", "2", "2", "2"], "{text}");
}

#[test]
fn budgets_and_baselines_hold_programs_to_what_they_cost() {
    let lab = Lab::new();
    let source = "__attribute__((section(\"xdp\"), used)) int entry(void *context) { return 2; }\n";
    let object = lab.write("prog.o", "");
    tools::run(
        tools::bpf_clang().arg("-c").arg(lab.write("prog.c", source)).arg("-o").arg(&object),
    );
    let baseline = lab.write("baseline.json", r#"{ "schema": 1, "programs": [] }"#);
    let run = |words: &[&str]| {
        let output =
            tools::attempt(verdict().args(words).arg("--baseline").arg(&baseline).arg(&object));
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("warning: prog.o: entry on ") && said.contains("not in the baseline"),
        "{said}"
    );
    assert_eq!(run(&["--update-baseline"]), (Some(0), String::new()));
    assert_eq!(run(&[]), (Some(0), String::new()));
    let (code, said) = run(&["--verified-insn-limit", "1"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("2 verified instructions, and 1 are allowed"), "{said}");
    let text = std::fs::read_to_string(&baseline).expect("the baseline");
    std::fs::write(&baseline, text.replace("\"size\": 16", "\"size\": 8")).expect("a file");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("16 bytes of instructions, 8 in the baseline: 10 % more are allowed"),
        "{said}"
    );
    assert_eq!(run(&["--growth-is", "warning"]).0, Some(0));
    assert_eq!(run(&["--max-growth", "100"]), (Some(0), String::new()));
    std::fs::remove_file(&baseline).expect("a file");
    let (code, said) = run(&[]);
    assert!(code == Some(3) && said.contains("--update-baseline writes it"), "{said}");
}

#[test]
fn what_is_missing_is_named_and_a_machine_that_hangs_is_ended() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let said = |command: &mut Command| {
        let output = tools::attempt(command);
        assert_eq!(output.status.code(), Some(3), "{}", tools::said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let mut without_rights = Command::new("setpriv");
    without_rights.args(["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]);
    let missing = said(without_rights.arg(lab::verdict()).arg(&object));
    assert!(missing.contains("CAP_BPF") && missing.contains("--kernel-image"), "{missing}");
    let image = kernel("6.1");
    let missing =
        said(verdict().env("PATH", "/nowhere").arg("--kernel-image").arg(&image).arg(&object));
    assert!(missing.contains("qemu-system-x86"), "{missing}");
    let hanging =
        said(verdict().args(["--boot-timeout", "1", "--kernel-image"]).arg(&image).arg(&object));
    assert!(hanging.contains("did not answer in time, and was ended"), "{hanging}");
    let wrong = said(verdict().arg("--kernel-image").arg(Path::new("/bin/sh")).arg(&object));
    assert!(wrong.contains("neither a vmlinuz"), "{wrong}");
}
