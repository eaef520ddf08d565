//! Relocatable links: the object has all types that libbpf's linker keeps, and any linker can link it again.

use std::{path::Path, process::Command};

use super::{Scenario, descriptions};
use crate::support::{
    lab::{self, Loader},
    tools::{attempt, linker, run},
};

/// Links the objects of a scenario with `--relocatable`, compares the result with the one of `libbpf`'s linker, and
/// links it again.
pub(super) fn check(scenario: &Scenario, order: &[&str], libbpf: Option<&Path>) {
    let folder = scenario.folder.path();
    let link = |output: &str, inputs: &[&str], options: &[&str]| {
        let mut command = Command::new(linker());
        command.args(options).args(["-o", output]).args(inputs).current_dir(folder);
        run(command.env("BPF_LINKER_LLVM", "/nonexistent"));
        folder.join(output)
    };
    let kept = link("kept.o", order, &["-r"]);
    if let Some(libbpf) = libbpf {
        descriptions::compare_all(&kept, libbpf, &scenario.only_libbpf);
    }
    let last = link("last.o", &["kept.o"], &["--btf"]);
    assert_eq!(scenario.faults(&last), [""; 0], "{order:?} linked again");

    let halves = [link("half.o", &order[..1], &["-r"]), link("rest.o", &order[1..], &["-r"])];
    assert!(halves.iter().all(|half| half.exists()));
    let joined = link("joined.o", &["half.o", "rest.o"], &["--btf"]);
    assert_eq!(scenario.faults(&joined), [""; 0], "{order:?} linked in halves");

    for object in ["kept.o", "last.o"] {
        accepted_by_bpftool(scenario, folder, object);
    }
}

/// An extern map and an extern variable beside definitions of their sections stay extern: libbpf's linker makes
/// definitions of size 0 of them, and bpftool refuses a skeleton (sched-ext/scx#3820).
#[test]
fn unresolved_externs_stay_extern() {
    let scenario = Scenario::compile_text(OPEN);
    let folder = scenario.folder.path();
    let mut command = Command::new(linker());
    command.args(["-r", "-o", "kept.o", "open.o"]).current_dir(folder);
    run(&mut command);
    let theirs = scenario.newer_libbpfs(&["open.o"]);
    let listed = |object: &Path| -> Vec<String> {
        let faults = descriptions::faults(object).into_iter();
        faults.filter(|fault| fault.starts_with("extern ")).collect()
    };
    assert_eq!(listed(&folder.join("kept.o")), [""; 0]);
    assert_eq!(listed(&theirs), ["extern other is listed in .maps"]);
    descriptions::compare_all(&folder.join("kept.o"), &theirs, &[]);

    let mut command = Command::new(linker());
    command.args(["--btf", "-o", "last.o", "kept.o", "rest.o"]).current_dir(folder);
    run(&mut command);
    assert_eq!(scenario.faults(&folder.join("last.o")), [""; 0]);
}

const OPEN: &str = r#"
// returns: first 12
// libbpf: wrong

//--- open.c
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[2]; unsigned *key; unsigned *value; int (*max_entries)[4]; } own SEC(".maps");
struct { int (*type)[2]; unsigned *key; unsigned *value; int (*max_entries)[4]; } extern other __attribute__((section(".maps")));
static void *(*lookup)(void *, const void *) = (void *)1;
int here = 5;
extern int there;
int far(int x);
SEC("xdp") int first(void *ctx) {
  unsigned key = 1, *one = lookup(&own, &key), *two = lookup(&other, &key);
  return one && two ? here + far(there) + *one + *two : 0;
}
char LICENSE[] SEC("license") = "GPL";
//--- rest.c
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[2]; unsigned *key; unsigned *value; int (*max_entries)[4]; } other SEC(".maps");
int there = 6;
__attribute__((noinline)) int far(int x) { return x + 1; }
"#;

/// Demands that bpftool takes `object` as an input of its linker, and makes a skeleton of it and a BTF for its CO-RE
/// records.
fn accepted_by_bpftool(scenario: &Scenario, folder: &Path, object: &str) {
    let bpftool = |words: &[&str]| {
        let mut command = Command::new("bpftool");
        command.args(words).current_dir(folder);
        attempt(&mut command)
    };
    let again = bpftool(&["gen", "object", "again.o", object]);
    let is_known = scenario.libbpf == "refuses" && object == "kept.o";
    assert!(again.status.success() || is_known, "gen object of {object}: {again:?}");
    let skeleton = bpftool(&["gen", "skeleton", object, "name", "linked"]);
    let reason = String::from_utf8_lossy(&skeleton.stderr);
    let is_too_new = scenario.lacking.as_ref().is_some_and(|text| reason.contains(text));
    assert!(skeleton.status.success() || is_too_new, "gen skeleton of {object}: {reason}");
    let cut = bpftool(&["gen", "min_core_btf", "/sys/kernel/btf/vmlinux", "cut.btf", object]);
    assert!(cut.status.success(), "gen min_core_btf of {object}: {cut:?}");
    if again.status.success() {
        let verdict = lab::attempt(Loader::Libbpf, &folder.join("again.o"));
        assert!(verdict.is_ok(), "{object} after bpftool gen object: {:?}", verdict.err());
    }
}
