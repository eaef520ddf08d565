//! A question guards what depends on its answer, wherever the optimiser moves it.

use super::{program::Workshop, records::listed};
use crate::support::{
    kernels::Kernel,
    lab::{Loader, Request, Story},
    rustc::Toolchain,
};

const LEVELS: [&str; 6] = ["-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"];
const CPUS: [&str; 4] = ["--cpu=v1", "--cpu=v2", "--cpu=v3", "--cpu=v4"];

#[test]
fn a_guarded_field_that_is_missing_loads_however_it_is_linked() {
    let workshop = Workshop::new(Toolchain::Installed);
    let bitcode = workshop.bitcode("guard");
    let ways: Vec<_> =
        LEVELS.iter().flat_map(|level| CPUS.iter().map(move |cpu| [*level, *cpu])).collect();
    let load = |way: &[&str; 2]| Request::load(Loader::Libbpf, &workshop.link(&bitcode, way));
    let requests: Vec<Request> = ways.iter().map(load).collect();
    for (way, story) in ways.iter().zip(Kernel::Running.ask(&requests)) {
        check(&format!("{way:?}"), &story);
    }
}

/// Requests for any other kernel: the oldest instruction set, and the newest that it knows.
pub fn requests(kernel: Kernel, workshop: &Workshop) -> Vec<Request> {
    let bitcode = workshop.bitcode("guard");
    let is_old = matches!(kernel, Kernel::V5_10 | Kernel::V6_1);
    let newest = if is_old { "--cpu=v3" } else { "--cpu=v4" };
    let ways = [["-O1", "--cpu=v1"], ["-O2", newest], ["-O3", newest]];
    let load = |way: &[&str; 2]| Request::load(Loader::Libbpf, &workshop.link(&bitcode, way));
    ways.iter().map(load).collect()
}

/// The kernel takes both programs of guard.rs.
pub fn check(what: &str, story: &Story) {
    assert_eq!(story.programs(), ["at_once", "in_a_loop"], "{what}");
    assert_eq!(story.refusal(), None, "{what}");
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
