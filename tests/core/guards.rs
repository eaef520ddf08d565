//! A question guards what depends on its answer, wherever the optimiser moves it.

use std::path::PathBuf;

use super::{
    program::Workshop,
    records::listed,
    rustc::Toolchain,
    support::{
        kernels::Kernel,
        lab::{Loader, Request},
    },
};

const LEVELS: [&str; 6] = ["-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"];
const CPUS: [&str; 4] = ["--cpu=v1", "--cpu=v2", "--cpu=v3", "--cpu=v4"];

#[test]
fn a_guarded_field_that_is_missing_loads_everywhere() {
    let workshop = Workshop::new(Toolchain::Installed);
    let bitcode = workshop.bitcode("guard");
    let ways = LEVELS.iter().flat_map(|level| CPUS.iter().map(move |cpu| [*level, *cpu]));
    let linked = |way: [&'static str; 2]| (way, workshop.link(&bitcode, &way));
    let linked: Vec<([&str; 2], PathBuf)> = ways.map(linked).collect();
    for kernel in Kernel::ALL {
        let release = kernel.release();
        let here: Vec<_> = linked.iter().filter(|(way, _)| is_worth_it(kernel, *way)).collect();
        let load = |(_, object): &&([&str; 2], PathBuf)| Request::load(Loader::Libbpf, object);
        let requests: Vec<Request> = here.iter().map(load).collect();
        assert!(requests.len() >= 8, "{release}");
        for ((way, _), story) in here.iter().zip(kernel.ask(&requests)) {
            assert_eq!(story.programs(), ["at_once", "in_a_loop"], "{release}: {way:?}");
            assert_eq!(story.refusal(), None, "{release}: {way:?}");
        }
    }
}

/// The running kernel takes them all. An emulator needs a second for each: there, four levels and the oldest and newest
/// instruction set that the kernel knows are enough.
fn is_worth_it(kernel: Kernel, [level, cpu]: [&str; 2]) -> bool {
    let newest =
        if matches!(kernel, Kernel::V5_10 | Kernel::V6_1) { "--cpu=v3" } else { "--cpu=v4" };
    kernel == Kernel::Running
        || (matches!(level, "-O0" | "-O2" | "-O3" | "-Oz") && (cpu == "--cpu=v1" || cpu == newest))
}

#[test]
fn an_unguarded_field_that_is_missing_is_named_by_the_loader() {
    let workshop = Workshop::new(Toolchain::Installed);
    let requests = [Request::load(Loader::Libbpf, &workshop.object("unguarded", &[]))];
    let story = Kernel::Running.ask(&requests).remove(0);
    let refusal = story.refusal().expect("there is no such field");
    for words in
        ["CO-RE relocation", "<byte_off>", "struct task_struct___future.no_such_member (0:1"]
    {
        assert!(refusal.contains(words), "{words} in {refusal}");
    }
}

#[test]
fn an_offset_beyond_what_a_load_can_hold_is_not_cut_off() {
    for toolchain in Toolchain::ALL {
        let workshop = Workshop::new(toolchain);
        let object = workshop.object("far", &[]);
        let records = listed(&object);
        let far = records.iter().find(|record| record.path == ".far").expect("it is asked for");
        let elf = crate::support::elf::Elf::read(&object);
        let function = elf.functions().into_iter().find(|function| function.name == far.program);
        let code = function.expect("records are in functions").instructions;
        let at = usize::try_from(far.instruction).expect("a small number");
        assert_eq!(code[at].immediate, 65544, "{toolchain:?}");
    }
}
