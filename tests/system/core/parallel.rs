//! Links of one process, also at once, come out as each would alone.

use std::{fs, thread};

use bpf_linker::{Linker, LinkerInput, LinkerOptions};

use super::program::Workshop;
use crate::support::{rustc::Toolchain, tools};

const AT_ONCE: usize = 8;
const LINKS: usize = 24;
/// Export nothing by name: what is not static stays.
const ALL: [&str; 0] = [];

#[test]
fn concurrent_links_give_the_bytes_of_a_single_link() {
    let workshop = Workshop::new(Toolchain::Installed);
    let programs = ["queries", "guard"].map(|name| workshop.bitcode(name));
    let alone = programs.each_ref().map(|bitcode| {
        let object = workshop.link(bitcode, &[]);
        fs::read(object).expect("the linker wrote it")
    });
    // A program without queries wants other options of LLVM, which belong to the whole process.
    let plain = workshop.path("plain.bc");
    let mut clang = tools::bpf_clang();
    clang.args(["-emit-llvm", "-c"]);
    tools::run(clang.arg(tools::workspace().join("tests/library/program.c")).arg("-o").arg(&plain));
    let plain_alone = fs::read(workshop.link(&plain, &["-O2"])).expect("the linker wrote it");

    let linker = Linker::new(LinkerOptions { btf: true, ..LinkerOptions::default() });
    let link = |path: &std::path::Path| {
        let made =
            linker.link_to_buffer([LinkerInput::file(path)], bpf_linker::OutputType::Object, ALL);
        made.unwrap_or_else(|error| panic!("{path:?}: {error}")).into_vec()
    };
    thread::scope(|scope| {
        for first in 0..AT_ONCE {
            let (link, programs, alone) = (&link, &programs, &alone);
            let (plain, plain_alone) = (&plain, &plain_alone);
            scope.spawn(move || {
                for index in (first..LINKS).step_by(AT_ONCE) {
                    match index % 3 {
                        2 => assert!(link(plain) == *plain_alone, "link {index}"),
                        which => {
                            assert!(link(&programs[which]) == alone[which], "link {index}");
                        }
                    }
                }
            });
        }
    });
}
