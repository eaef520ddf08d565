//! `bpf-verdict`: what it says of refused programs, of several kernels, and where something is missing.

mod refusals;
mod verify;

use std::{env, fs, path::Path, process::Command, thread, time::Duration};

use serde_json::Value;

use crate::support::{lab, objects::Lab, tools};

/// Returns `bpf-verdict` of these tests, which has both loaders.
fn verdict() -> Command {
    Command::new(lab::verdict())
}

/// Returns it without a single capability.
fn without_rights() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]);
    command.arg(lab::verdict());
    command
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

/// Packs a kernel of the lab as Debian does.
fn package(lab: &Lab, name: &str) -> std::path::PathBuf {
    let package = lab.write("linux-image.deb", "");
    let folder = package.with_file_name("package");
    for part in ["DEBIAN", "boot"] {
        fs::create_dir_all(folder.join(part)).expect("a folder");
    }
    let control = "Package: linux-image\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: a kernel\n";
    fs::write(folder.join("DEBIAN/control"), control).expect("a file");
    for file in ["vmlinuz", "config"] {
        let to = folder.join("boot").join(format!("{file}-{name}"));
        fs::copy(kernel(name).with_file_name(file), to).expect("a copy");
    }
    tools::run(Command::new("dpkg-deb").args(["-Znone", "--build"]).arg(folder).arg(&package));
    package
}

/// Two files and a package; no right is needed for any.
#[test]
fn kernel_images_are_booted_and_shown_as_a_table() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let mut command = without_rights();
    command.arg("--table");
    for image in [kernel("5.10"), kernel("6.1"), package(&lab, "6.12")] {
        command.arg("--kernel-image").arg(image);
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
    let text = fs::read_to_string(&baseline).expect("the baseline");
    fs::write(&baseline, text.replace("\"size\": 16", "\"size\": 8")).expect("a file");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("16 bytes of instructions, 8 in the baseline: 10 % more are allowed"),
        "{said}"
    );
    assert_eq!(run(&["--growth-is", "warning"]).0, Some(0));
    assert_eq!(run(&["--max-growth", "100"]), (Some(0), String::new()));
    fs::remove_file(&baseline).expect("a file");
    let (code, said) = run(&[]);
    assert!(code == Some(3) && said.contains("--update-baseline writes it"), "{said}");
}

#[test]
fn missing_tools_are_named_and_a_hanging_machine_is_ended() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let said = |command: &mut Command| {
        let output = tools::attempt(command);
        assert_eq!(output.status.code(), Some(3), "{}", tools::said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let missing = said(without_rights().arg(&object));
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

/// A stand-in for the emulator never answers: it is ended after its time, and when `bpf-verdict` itself is killed.
#[test]
fn a_machine_that_hangs_leaves_nothing_behind() {
    let lab = Lab::new();
    let object = two_programs(&lab);
    let started = lab.write("started", "");
    let folder = started.with_file_name("bin");
    fs::create_dir(&folder).expect("a folder");
    let script = format!("#!/bin/sh\necho $$ >> {}\nexec sleep 300\n", started.display());
    tools::write_script(&folder.join("qemu-system-x86_64"), &script);
    let path = format!("{}:{}", folder.display(), env::var("PATH").unwrap_or_default());
    let hanging = |seconds: &str| {
        let mut command = verdict();
        command.env("PATH", &path).args(["--boot-timeout", seconds, "--kernel-image"]);
        command.arg(kernel("6.1")).arg(&object);
        command
    };
    let machines = || -> Vec<String> {
        let text = fs::read_to_string(&started).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let runs = |machine: &String| {
        let status = fs::read_to_string(format!("/proc/{machine}/stat"));
        status.is_ok_and(|status| !status.contains(") Z "))
    };
    let output = tools::attempt(&mut hanging("1"));
    assert_eq!(output.status.code(), Some(3), "{}", tools::said(&output));
    assert!(tools::said(&output).contains("did not answer in time, and was ended"));
    assert!(!machines().is_empty() && !machines().iter().any(runs), "{:?}", machines());

    let before = machines().len();
    let mut child = hanging("60").stderr(std::process::Stdio::null()).spawn().expect("a process");
    let wait_until = |is_so: &dyn Fn() -> bool| {
        (0..500).any(|_| {
            thread::sleep(Duration::from_millis(20));
            is_so()
        })
    };
    assert!(wait_until(&|| machines().len() > before), "no machine was started");
    child.kill().expect("the process runs");
    child.wait().expect("the process ends");
    assert!(wait_until(&|| !machines().iter().any(runs)), "{:?}", machines());
}

/// The kernel's types are hidden in a mount namespace: to loaders, a kernel that was built without them.
#[test]
fn a_kernel_without_btf_takes_what_needs_none() {
    let lab = Lab::new();
    let source = "struct task_struct { int pid; } __attribute__((preserve_access_index));\n\
        __attribute__((section(\"kprobe/nothing\"), used)) int entry(struct task_struct **context)\n\
        { return __builtin_preserve_access_index(&context[0]->pid) != 0; }\n";
    let needs = lab.write("needs.o", "");
    let source = lab.write("needs.c", source);
    tools::run(tools::bpf_clang().args(["-w", "-c"]).arg(source).arg("-o").arg(&needs));
    let takes = two_programs(&lab);
    let run = |loader: &str| {
        let hide = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
        let mut hidden = Command::new("unshare");
        hidden.args(["--mount", "sh", "-c", hide, "sh"]).arg(lab::verdict());
        let output = tools::attempt(hidden.args(["--loader", loader]).arg(&takes).arg(&needs));
        assert_eq!(output.status.code(), Some(1), "{}", tools::said(&output));
        tools::said(&output)
    };
    for loader in ["libbpf", "aya"] {
        let text = run(loader);
        assert!(text.contains("note: the kernel has no BTF"), "{text}");
        assert!(text.contains("good: loaded"), "{text}");
    }
    // aya loads it as it was compiled; the note above is all that tells.
    let text = run("libbpf");
    let (_, rest) = text.split_once("needs.o by").unwrap_or_default();
    assert!(rest.contains("refused") && rest.contains("BTF"), "{text}");
}
