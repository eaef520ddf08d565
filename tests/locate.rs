//! The libLLVM of this machine that a link gets: real libraries of Debian and rustup, a real calling rustc.

use bpf_linker::backend::llvm::locate::{Search, Verdict};

#[test]
fn the_machine_has_a_libllvm_that_can_be_used() {
    let survey = Search::default().survey();
    let winner = survey.winner().expect("a libLLVM");
    assert!(matches!(winner.verdict, Verdict::Fits(version) if version.major >= 19), "{survey}");
}
