//! Values that programs read, compared with what the kernel reports otherwise, on every kernel, through either loader.

#![expect(unsafe_code, reason = "there is no safe wrapper of prctl(2) in the standard library")]

use std::{collections::BTreeMap, fs};

use super::{guards, program::Workshop};
use crate::support::{
    kernels::Kernel,
    lab::{Loader, Request, Step, Story},
    rustc::Toolchain,
};

/// Slots whose answers depend on the process that asks.
const OWN: [u32; 9] = [0, 1, 2, 3, 8, 9, 27, 31, 32];
/// As many as the programs fill.
const SLOTS: u32 = 33;
/// Inode of the first process's namespace, without a container around it (`PROC_PID_INIT_INO`).
const OUTERMOST: &str = "pid:[4026531836]";

#[test]
fn values_are_right_on_every_kernel() {
    // SAFETY: it changes who adopts the children of children of this test, of which there are none that live on.
    assert_eq!(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }, 0);
    let workshop = Workshop::new(Toolchain::Installed);
    let (rust, c) = (workshop.object("queries", &[]), workshop.clang("queries"));
    let run =
        |loader, object| Request::run(loader, object, "queries", &[], &[Step::Arguments(&[1, 2])]);
    for kernel in Kernel::ALL {
        // One boot for all there is to ask of a kernel.
        let mut requests =
            vec![run(Loader::Libbpf, &rust), run(Loader::Aya, &rust), run(Loader::Libbpf, &c)];
        requests.extend(guards::requests(kernel, &workshop));
        let release = kernel.release();
        let mut stories = kernel.ask(&requests);
        stories.drain(3..).for_each(|story| guards::check(&release, &story));
        let answers: Vec<BTreeMap<u32, u64>> =
            stories.iter().map(|story| answers(&release, story)).collect();
        for (story, answers) in stories.iter().zip(&answers) {
            check_process(kernel, story, answers);
        }
        let shared = |answers: &BTreeMap<u32, u64>| -> BTreeMap<u32, u64> {
            answers.iter().filter(|(slot, _)| !OWN.contains(slot)).map(|(a, b)| (*a, *b)).collect()
        };
        assert_eq!(shared(&answers[0]), shared(&answers[2]), "{release}: Rust and C");
        assert_eq!(shared(&answers[1]), shared(&answers[2]), "{release}: through aya, and C");
        check_kernel(kernel, &release, &answers[0]);
    }
}

fn answers(release: &str, story: &Story) -> BTreeMap<u32, u64> {
    assert_eq!(story.refusal(), None, "{release}");
    let number = |(key, value): (Vec<u8>, Vec<u8>)| {
        let key = u32::from_ne_bytes(key.try_into().expect("four bytes"));
        (key, u64::from_ne_bytes(value.try_into().expect("eight bytes")))
    };
    // Slots that hold a zero are not told.
    let mut answers: BTreeMap<u32, u64> = (0..SLOTS).map(|slot| (slot, 0)).collect();
    answers.extend(story.entries("OUT").into_iter().map(number));
    answers
}

/// Slots of mistakes.rs are 100 for a value, 101 for a missing field, 102 for one of another kind, 103 of another size.
#[test]
fn a_field_of_another_type_is_not_a_missing_field() {
    let workshop = Workshop::new(Toolchain::Installed);
    let object = workshop.object("mistakes", &[]);
    let run = |loader| Request::run(loader, &object, "mistakes", &[], &[Step::Arguments(&[1, 2])]);
    let stories = Kernel::Running.ask(&[run(Loader::Libbpf), run(Loader::Aya)]);
    let (size, kind) = (103, 102);
    let reads = [size, size, size, size, kind, kind, kind, kind, 101, kind, size, kind];
    let of_any_width = [100, size, 100, kind, 101, 100];
    let mut expected = [&reads[..], &of_any_width].concat();
    for story in stories {
        let answers = answers("the running kernel", &story);
        let found: Vec<u64> = answers.into_values().take(expected.len()).collect();
        assert_eq!(found, expected);
        // aya takes an unnamed enumeration for no other.
        expected[11] = 101;
    }
}

/// Facts that the process which ran the program knows of itself.
fn check_process(kernel: Kernel, story: &Story, answers: &BTreeMap<u32, u64>) {
    let release = kernel.release();
    let (thread, process, parent) = (answers[&0], answers[&1], answers[&2]);
    // The C program asks no helper.
    if answers[&32] != 0 {
        assert_eq!(answers[&32], process << 32 | thread, "{release}: bpf_get_current_pid_tgid");
    }
    assert_eq!(answers[&31], process, "{release}: in Rust's own order of fields");
    assert_eq!(answers[&3], parent, "{release}: the same parent another way");
    let text = [5, 6].map(|slot| answers[&slot].to_ne_bytes()).concat();
    assert_eq!(&text[..], b"bpf-lab\0\0\0\0\0\0\0\0\0", "{release}: the name of the process");
    assert_eq!(answers[&4], 7, "{release}: its length");
    let inside = fs::read_link("/proc/self/ns/pid").expect("a process has one");
    if kernel != Kernel::Running || inside.to_str() == Some(OUTERMOST) {
        assert_eq!([process, parent], story.process(), "{release}: getpid and getppid");
    }
    if kernel == Kernel::Running {
        assert_eq!(answers[&7], 1, "{release}: prctl(PR_SET_CHILD_SUBREAPER), a bit field");
        assert_eq!(answers[&8], files_limit(), "{release}: getrlimit");
    }
}

fn files_limit() -> u64 {
    let limits = fs::read_to_string("/proc/self/limits").expect("a process has limits");
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)).expect("a soft limit");
    if soft == "unlimited" { u64::MAX } else { soft.parse().expect("a number") }
}

/// Facts about kernels.
fn check_kernel(kernel: Kernel, release: &str, answers: &BTreeMap<u32, u64>) {
    const NONE: u64 = u64::MAX;
    let has_new_state = kernel != Kernel::V5_10;
    let expected = [
        (11, 16),
        (12, 16),
        (16, NONE),
        (17, 1),
        (18, u64::from(!has_new_state)),
        (19, u64::from(has_new_state)),
        (20, 0),
        (23, 1),
        (24, NONE),
        (25, u64::from(!matches!(kernel, Kernel::V5_10 | Kernel::V6_1))),
        (27, 1),
        (28, 1),
        (30, (-2_i64).cast_unsigned()),
    ];
    for (slot, value) in expected {
        assert_eq!(answers[&slot], value, "{release}: slot {slot}");
    }
    // -EFAULT; older kernels say -ERANGE of an address that is none of theirs.
    let fault = answers[&29].cast_signed();
    assert!([-14, -34].contains(&fault), "{release}: a null pointer gave {fault}");
    assert!(answers[&21] > 2000, "{release}: task_struct is large");
    assert_ne!(answers[&26], 0, "{release}: it has a number");
}
