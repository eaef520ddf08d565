//! The choice among several good libraries.

use std::path::{Path, PathBuf};

use super::{
    super::{FoundBy, Located, Search, Verdict, locate_on, survey},
    fixtures::{Fake, Tree, written_by},
};
use crate::input::Producer;

fn located(tree: &Tree, search: &Search<'_>) -> Located {
    locate_on(&tree.host, search).expect("a libLLVM")
}

fn system(tree: &Tree, version: (u8, u8, u8)) -> PathBuf {
    let (major, minor, patch) = version;
    tree.library(
        &format!("usr/lib/llvm-{major}/lib/libLLVM.so.{major}.{minor}"),
        &Fake::llvm(major, minor, patch),
    )
}

#[test]
fn the_oldest_system_library_that_is_new_enough_wins() {
    let tree = Tree::new();
    let paths = [19, 20, 22, 23].map(|major| system(&tree, (major, 1, 0)));
    let chosen = |producer| located(&tree, &Search { producer, ..Search::default() }).path;
    assert_eq!(chosen(None), paths[0]);
    assert_eq!(chosen(written_by("zig 0.15.2", 20, 1, 0)), paths[1]);
    assert_eq!(chosen(written_by("zig 0.16.0", 21, 1, 0)), paths[2]);
    assert_eq!(chosen(written_by("LLVM23.1.0", 23, 1, 0)), paths[3]);
}

#[test]
fn a_producer_without_a_version_is_no_constraint() {
    let tree = Tree::new();
    let path = system(&tree, (19, 1, 7));
    let producer = Some((
        "a.o".to_owned(),
        Producer { text: "someone else 99".to_owned(), version: None, epoch: 0 },
    ));
    assert_eq!(located(&tree, &Search { producer, ..Search::default() }).path, path);
}

#[test]
fn a_newer_major_is_preferred_to_an_older_release_of_the_same() {
    let tree = Tree::new();
    system(&tree, (22, 1, 2));
    let newer = system(&tree, (23, 1, 0));
    let producer = written_by("LLVM22.1.8-rust-1.99.0-nightly", 22, 1, 8);
    assert_eq!(located(&tree, &Search { producer, ..Search::default() }).path, newer);
}

#[test]
fn an_older_release_of_the_same_major_is_better_than_nothing() {
    let tree = Tree::new();
    system(&tree, (21, 1, 9));
    let older = system(&tree, (22, 1, 2));
    let producer = written_by("LLVM22.1.8-rust-1.99.0-nightly", 22, 1, 8);
    let located = located(&tree, &Search { producer, ..Search::default() });
    assert_eq!(located.path, older);
    assert_eq!(located.refused.len(), 1);
}

#[test]
fn a_release_that_cannot_be_told_is_taken_to_be_high_enough() {
    let tree = Tree::new();
    let library = Fake { code: vec![0xc3; 64], ..Fake::llvm(22, 1, 0) };
    tree.library("usr/lib/libLLVM.so.22.1", &library);
    let producer = written_by("LLVM22.1.8", 22, 1, 8);
    let located = located(&tree, &Search { producer, ..Search::default() });
    assert_eq!(located.version.to_string(), "22.1");
}

#[test]
fn a_library_newer_than_any_known_is_used_and_said_to_be() {
    let tree = Tree::new();
    system(&tree, (24, 1, 0));
    assert!(located(&tree, &Search::default()).is_untested());
    system(&tree, (23, 1, 0));
    assert!(!located(&tree, &Search::default()).is_untested());
}

#[test]
fn the_option_wins_over_the_variable_and_both_over_everything_else() {
    let mut tree = Tree::new();
    system(&tree, (22, 1, 0));
    let (first, second) = (tree.path("a.so"), tree.path("b.so"));
    tree.library("a.so", &Fake::llvm(20, 1, 0));
    tree.library("b.so", &Fake::llvm(21, 1, 0));
    tree.host.asked_for = Some(second.clone().into());
    let by_variable = located(&tree, &Search::default());
    assert_eq!((by_variable.path, by_variable.found_by), (second, FoundBy::Environment));
    let by_option = located(&tree, &Search { explicit: Some(&first), ..Search::default() });
    assert_eq!((by_option.path, by_option.found_by), (first, FoundBy::Option));
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let mut tree = Tree::new();
    system(&tree, (22, 1, 0));
    tree.host.asked_for = Some("".into());
    assert_eq!(located(&tree, &Search::default()).found_by, FoundBy::System);
}

#[test]
fn a_folder_asked_for_may_hold_the_library_or_a_lib_folder_that_does() {
    let tree = Tree::new();
    let library = tree.library("opt/llvm/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    for folder in ["opt/llvm", "opt/llvm/lib"] {
        let explicit = tree.path(folder);
        assert_eq!(
            located(&tree, &Search { explicit: Some(&explicit), ..Search::default() }).path,
            library
        );
    }
    let explicit = tree.folder("opt/empty");
    let error = locate_on(&tree.host, &Search { explicit: Some(&explicit), ..Search::default() })
        .expect_err("empty");
    assert!(
        error.causes()[0]
            .ends_with("opt/empty (asked for by --llvm) is a folder that holds no libLLVM")
    );
}

#[test]
fn a_library_asked_for_must_still_be_able_to_read_the_inputs() {
    let tree = Tree::new();
    let explicit = system(&tree, (19, 1, 7));
    system(&tree, (22, 1, 0));
    let producer = written_by("LLVM22.1.2-rust-1.95.0-stable", 22, 1, 2);
    let error =
        locate_on(&tree.host, &Search { explicit: Some(&explicit), producer, ..Search::default() })
            .expect_err("old");
    assert!(error.to_string().contains("is LLVM 19.1.7, too old for main.o"), "{error}");
    assert!(
        error.help_lines()[0].contains("LLVM 22") || error.help_lines()[0].contains("libLLVM 22"),
        "{error}"
    );
}

#[test]
fn an_excluded_library_is_passed_over_under_any_name() {
    let tree = Tree::new();
    let first = system(&tree, (21, 1, 0));
    let second = system(&tree, (22, 1, 0));
    let third = system(&tree, (23, 1, 0));
    let excluded = vec![tree.link("alias.so", &first), second];
    let located = located(&tree, &Search { excluded, ..Search::default() });
    assert_eq!(located.path, third);
    let reasons: Vec<&str> = located.refused.iter().map(|refused| &*refused.reason).collect();
    assert_eq!(
        reasons,
        [
            "is LLVM 21.1.0; it, or a newer one, failed on these inputs",
            "is LLVM 22.1.0; it, or a newer one, failed on these inputs"
        ]
    );
}

#[test]
fn one_library_under_many_names_is_one_candidate() {
    let mut tree = Tree::new();
    let library = tree.library("usr/lib/x86_64-linux-gnu/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    for name in ["libLLVM.so", "libLLVM-22.so", "libLLVM.so.1"] {
        tree.link(&format!("usr/lib/llvm-22/lib/{name}"), &library);
    }
    tree.file("usr/lib/llvm-22/bin/llvm-config", "");
    tree.link("usr/bin/llvm-config-22", tree.path("usr/lib/llvm-22/bin/llvm-config"));
    tree.set_path(&["usr/bin"]);
    let survey = survey::walk(&tree.host, &Search::default(), survey::Extent::Everything);
    assert_eq!(survey.candidates().len(), 1);
    assert_eq!(survey.winner().map(|winner| &*winner.path), Some(&*library));
}

#[test]
fn llvm_config_on_path_leads_to_its_library() {
    let mut tree = Tree::new();
    let library = tree.library("opt/llvm/lib64/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    tree.file("opt/llvm/bin/llvm-config-64", "");
    tree.set_path(&["opt/llvm/bin"]);
    assert_eq!(located(&tree, &Search::default()).path, library);
}

#[test]
fn llvm_config_is_asked_when_its_place_does_not_tell() {
    let mut tree = Tree::new();
    let library = tree.library("store/2-llvm-lib/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    tree.program("store/1-llvm-dev/bin/llvm-config", &tree.path("store/2-llvm-lib/lib"));
    tree.set_path(&["store/1-llvm-dev/bin"]);
    assert_eq!(located(&tree, &Search::default()).path, library);
}

#[test]
fn nothing_is_taken_from_the_current_folder() {
    let mut tree = Tree::new();
    // Cargo runs tests in the package's folder; there is no such entry, but it must not even be tried.
    tree.host.path = Some("lib/rustlib/x/bin:.::bin".into());
    assert_eq!(tree.host.path_entries(), Vec::<PathBuf>::new());
    assert_eq!(tree.host.program("./rustc".as_ref()), None);
    assert_eq!(tree.host.program("rustc".as_ref()), None);
}

#[test]
fn a_survey_looks_beyond_the_winner_and_says_why_the_others_lost() {
    let mut tree = Tree::new();
    tree.sysroot("rust", "libLLVM.so.22.1-rust", &Fake::llvm(22, 1, 2));
    tree.set_path(&["rust/lib/rustlib/x86_64-unknown-linux-gnu/bin"]);
    tree.library("usr/lib/libLLVM.so.19.1", &Fake::llvm(19, 1, 7));
    tree.library("usr/local/lib/libLLVM.so.24.1", &Fake::llvm(24, 1, 0));
    let search = Search { producer: written_by("LLVM22.1.2", 22, 1, 2), ..Search::default() };
    assert_eq!(located(&tree, &search).refused, []);
    let survey = survey::walk(&tree.host, &search, survey::Extent::Everything);
    let expected = "newest input: main.o, written by `LLVM22.1.2`
candidates, in the order they are tried:
* ROOT/rust/lib/libLLVM.so.22.1-rust
    in rustc's sysroot
    chosen: LLVM 22.1.2
- ROOT/usr/lib/libLLVM.so.19.1
    in the system
    refused: is LLVM 19.1.7, too old for main.o, which `LLVM22.1.2` wrote
- ROOT/usr/local/lib/libLLVM.so.24.1
    in the system
    would do: LLVM 24.1.0 (newer than 23, the newest this linker was tested with), but comes later
";
    assert_eq!(survey.to_string().replace(&tree.name(), "ROOT"), expected);
}

#[test]
fn a_survey_of_a_bare_machine_says_so() {
    let tree = Tree::new();
    let survey = survey::walk(&tree.host, &Search::default(), survey::Extent::Everything);
    assert!(survey.to_string().ends_with("  none\nno candidate can be used\n"));
}

#[test]
fn an_older_release_says_in_the_survey_why_it_lost() {
    let tree = Tree::new();
    system(&tree, (22, 1, 2));
    system(&tree, (23, 1, 0));
    let search = Search { producer: written_by("LLVM22.1.8", 22, 1, 8), ..Search::default() };
    let survey = survey::walk(&tree.host, &search, survey::Extent::Everything);
    assert!(matches!(survey.candidates()[0].verdict, Verdict::OlderRelease(_)));
    assert!(
        survey
            .to_string()
            .contains("would do: LLVM 22.1.2, but is an older release than the inputs'")
    );
}

#[test]
fn an_exclusion_list_survives_the_way_through_the_environment() {
    let paths = ["/a/libLLVM.so", "/b c/libLLVM.so"].map(PathBuf::from);
    let list = super::super::exclusion_list(&paths).expect("a list");
    assert_eq!(std::env::split_paths(&list).collect::<Vec<_>>(), paths);
    assert!(super::super::exclusion_list(&[Path::new("/a:b").to_owned()]).is_err());
}

#[test]
fn a_rustc_that_does_not_answer_costs_a_second() {
    let tree = Tree::new();
    for script in [
        "sleep 100",
        "sleep 100 &",
        "exec yes",
        "trap '' PIPE; while :; do echo /; done 2> /dev/null",
    ] {
        let program = tree.script("bin/rustc", script);
        let start = std::time::Instant::now();
        assert_eq!(tree.host.printed_path(&program, &[]), None, "{script}");
        assert!(start.elapsed().as_secs() < 5, "{script}");
    }
}
