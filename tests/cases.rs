//! Every file under `tests/cases` is one test: it says in comments how it is linked and what must come out.
//!
//! The directives are described in `tests/harness/fixture.rs`. Two variables change what is tested:
//! `BPF_LINKER_TEST_LLVM` names a libLLVM that runs all cases, `BPF_LINKER_TEST_BIN` another linker.

mod harness;

use std::{path::Path, process::ExitCode};

use harness::{Fixture, Lab};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let trials = harness::fixtures_below(&root).into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(fixture: Result<Fixture, String>) -> Trial {
    match fixture {
        Ok(fixture) => {
            let lab = Lab::from_environment();
            let out_of_range = !fixture.llvm.contains(lab.llvm_major);
            let name = fixture.name.clone();
            Trial::test(name, move || Ok(harness::run(&fixture, &lab)?))
                .with_ignored_flag(out_of_range)
        }
        Err(problem) => Trial::test(problem.clone(), move || Err(problem.into())),
    }
}
