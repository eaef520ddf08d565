//! rustc as an ancestor, and rustc's sysroot.

use std::path::Path;

use super::{
    super::{FoundBy, Located, Search, locate_on},
    fixtures::{Fake, Tree, written_by},
};

const LLVM: &str = "libLLVM.so.22.1-rust-1.95.0-stable";

fn located(tree: &Tree, search: &Search<'_>) -> Located {
    locate_on(&tree.host, search).expect("a libLLVM")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Creates a machine with a rustc in `rust`, and returns the files that rustc maps.
fn machine() -> (Tree, Vec<String>) {
    let tree = Tree::new();
    let lib = tree.sysroot("rust", LLVM, &Fake::llvm(22, 1, 2));
    let maps = vec![shown(&lib.join("librustc_driver-0123.so")), shown(&lib.join(LLVM))];
    (tree, maps)
}

#[test]
fn the_library_the_calling_rustc_has_loaded_wins() {
    let (mut tree, maps) = machine();
    tree.called_by(&maps);
    tree.sysroot("other", "libLLVM.so.23.1", &Fake::llvm(23, 1, 0));
    tree.set_path(&["other/lib/rustlib/x86_64-unknown-linux-gnu/bin"]);
    let located = located(&tree, &Search::default());
    assert_eq!(located.path, tree.path("rust/lib").join(LLVM));
    assert_eq!(located.found_by, FoundBy::CallingRustc { pid: 40 });
    assert_eq!(located.found_by.to_string(), "loaded by the calling rustc (pid 40)");
}

#[test]
fn it_is_found_through_wrappers_up_to_four_levels() {
    let (tree, maps) = machine();
    for (pid, parent) in [("self", 50), ("50", 51), ("51", 52), ("52", 53)] {
        tree.process(pid, parent, &[]);
    }
    tree.process("53", 54, &maps);
    assert_eq!(located(&tree, &Search::default()).found_by, FoundBy::CallingRustc { pid: 53 });
}

#[test]
fn a_fifth_level_is_too_far() {
    let (tree, maps) = machine();
    for (pid, parent) in [("self", 50), ("50", 51), ("51", 52), ("52", 53), ("53", 54)] {
        tree.process(pid, parent, &[]);
    }
    tree.process("54", 1, &maps);
    locate_on(&tree.host, &Search::default()).expect_err("nothing else is there");
}

#[test]
fn a_desktop_program_that_maps_mesas_llvm_is_no_rustc() {
    let tree = Tree::new();
    let library = tree.library("opt/mesa/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    tree.called_by(&[shown(&library)]);
    locate_on(&tree.host, &Search::default()).expect_err("not a rustc");
}

#[test]
fn a_rustc_with_llvm_linked_into_it_leads_on_to_the_system() {
    let (tree, maps) = machine();
    tree.called_by(&maps[..1]);
    tree.library("usr/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    let located = located(&tree, &Search::default());
    assert_eq!(located.found_by, FoundBy::System);
    assert_eq!(shown(&located.refused[0].path), maps[0]);
    assert_eq!(located.refused[0].reason, "has an LLVM inside that it shares with nobody");
}

#[test]
fn a_library_that_was_replaced_under_rustc_is_refused() {
    let (tree, maps) = machine();
    tree.called_by(&[maps[0].clone(), format!("{} (deleted)", maps[1])]);
    tree.library("usr/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    let located = located(&tree, &Search::default());
    assert_eq!(located.found_by, FoundBy::System);
    assert_eq!(located.refused[0].reason, "was replaced while rustc was running");
}

#[test]
fn of_two_that_rustc_maps_the_one_it_was_linked_with_wins() {
    let (tree, maps) = machine();
    let plugin = tree.library("plugin/libLLVM.so.20.1", &Fake::llvm(20, 1, 0));
    tree.called_by(&[shown(&plugin), maps[0].clone(), maps[1].clone()]);
    assert_eq!(located(&tree, &Search::default()).path, tree.path("rust/lib").join(LLVM));
}

#[test]
fn paths_with_spaces_are_read_whole() {
    let tree = Tree::new();
    let lib = tree.sysroot("my rust", LLVM, &Fake::llvm(22, 1, 2));
    tree.called_by(&[shown(&lib.join("librustc_driver-0123.so")), shown(&lib.join(LLVM))]);
    assert_eq!(located(&tree, &Search::default()).path, lib.join(LLVM));
}

#[test]
fn the_calling_rustc_is_trusted_with_its_own_major() {
    let (tree, maps) = machine();
    tree.called_by(&maps);
    tree.library("usr/lib/libLLVM.so.23.1", &Fake::llvm(23, 1, 0));
    let producer = written_by("LLVM22.1.8", 22, 1, 8);
    let located = located(&tree, &Search { producer, ..Search::default() });
    assert_eq!(located.found_by, FoundBy::CallingRustc { pid: 40 });
}

#[test]
fn the_calling_rustc_is_passed_over_for_inputs_of_a_newer_major() {
    let (tree, maps) = machine();
    tree.called_by(&maps);
    let newer = tree.library("usr/lib/libLLVM.so.23.1", &Fake::llvm(23, 1, 0));
    let producer = written_by("LLVM23.1.0", 23, 1, 0);
    let located = located(&tree, &Search { producer, ..Search::default() });
    assert_eq!(located.path, newer);
    assert_eq!(located.refused[0].found_by, FoundBy::CallingRustc { pid: 40 });
}

#[test]
fn processes_that_are_their_own_ancestors_end_the_search() {
    let tree = Tree::new();
    tree.process("self", 7, &[]);
    tree.process("7", 7, &[]);
    locate_on(&tree.host, &Search::default()).expect_err("nothing is there");
}

#[test]
fn the_sysroot_is_told_by_path() {
    let (mut tree, _) = machine();
    tree.library("usr/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 8));
    tree.set_path(&["usr/bin", "rust/lib/rustlib/x86_64-unknown-linux-gnu/bin"]);
    let located = located(&tree, &Search::default());
    assert_eq!(
        (located.path, located.found_by),
        (tree.path("rust/lib").join(LLVM), FoundBy::Sysroot)
    );
}

#[test]
fn the_sysroot_is_told_by_the_executable_of_an_ancestor() {
    let (tree, _) = machine();
    tree.called_by(&[]);
    tree.link("proc/40/exe", tree.path("rust/bin/rustc"));
    assert_eq!(located(&tree, &Search::default()).path, tree.path("rust/lib").join(LLVM));
}

#[test]
fn a_shell_beside_rustc_is_no_rustc() {
    let (tree, _) = machine();
    tree.called_by(&[]);
    tree.link("proc/40/exe", tree.path("rust/bin/sh"));
    locate_on(&tree.host, &Search::default()).expect_err("nothing tells the sysroot");
}

#[test]
fn the_sysroot_is_told_by_rustc_and_first_by_the_one_a_person_chose() {
    let (mut tree, _) = machine();
    tree.program("usr/bin/rustc", &tree.path("rust"));
    tree.set_path(&["usr/bin"]);
    assert_eq!(located(&tree, &Search::default()).path, tree.path("rust/lib").join(LLVM));
    tree.sysroot("other", "libLLVM.so.23.1", &Fake::llvm(23, 1, 0));
    tree.host.rustc = Some(tree.program("other/bin/rustc", &tree.path("other")).into());
    assert_eq!(located(&tree, &Search::default()).path, tree.path("other/lib/libLLVM.so.23.1"));
}

#[test]
fn a_rustc_that_lies_in_its_sysroot_is_not_run() {
    let (mut tree, _) = machine();
    tree.program("rust/bin/rustc", Path::new("/nowhere"));
    tree.link("usr/bin/rustc", tree.path("rust/bin/rustc"));
    tree.set_path(&["usr/bin"]);
    assert_eq!(located(&tree, &Search::default()).path, tree.path("rust/lib").join(LLVM));
}

#[test]
fn a_driver_finds_its_library_as_the_loader_would() {
    let mut tree = Tree::new();
    let mut driver = Fake::driver("libLLVM.so.22.1");
    driver.run_path = Some("relative:$ORIGIN/../llvm".to_owned());
    tree.library("usr/lib/x86_64-linux-gnu/librustc_driver-0123.so", &driver);
    tree.library("usr/lib/x86_64-linux-gnu/libLLVM.so.20.1", &Fake::llvm(20, 1, 0));
    let library = tree.library("usr/lib/llvm/libLLVM.so.22.1", &Fake::llvm(22, 1, 8));
    tree.folder("usr/lib/rustlib/x86_64-unknown-linux-gnu/bin");
    tree.set_path(&["usr/lib/rustlib/x86_64-unknown-linux-gnu/bin"]);
    let located = located(&tree, &Search::default());
    assert_eq!((located.path, located.found_by), (library, FoundBy::Sysroot));
}

#[test]
fn a_folder_that_only_looks_like_a_sysroot_has_no_say() {
    let mut tree = Tree::new();
    tree.library("rust/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    tree.set_path(&["rust/lib/rustlib/x86_64-unknown-linux-gnu/bin"]);
    locate_on(&tree.host, &Search::default()).expect_err("no rustc there");
}
