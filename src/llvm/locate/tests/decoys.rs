//! Files that look like a libLLVM but cannot be used: each is refused with its reason.

use std::{path::Path, process::Command};

use super::{
    super::{FoundBy, Refused, Search, locate_on},
    fixtures::{Fake, Hash, S390X, Tree, X86, written_by},
};

const FOLDER: &str = "usr/lib/x86_64-linux-gnu";

/// Returns the only refusal on a machine that has a good library next to the decoy.
fn refusal(tree: &Tree) -> Refused {
    tree.library("usr/local/lib/libLLVM.so.21.1", &Fake::llvm(21, 1, 0));
    let located = locate_on(&tree.host, &Search::default()).expect("the good library");
    assert_eq!(located.path, tree.path("usr/local/lib/libLLVM.so.21.1"));
    let [refused] = <[Refused; 1]>::try_from(located.refused).expect("one refusal");
    assert_eq!(refused.found_by, FoundBy::System);
    refused
}

fn reason_for(bytes: impl AsRef<[u8]>) -> String {
    let tree = Tree::new();
    let path = tree.file(&format!("{FOLDER}/libLLVM.so.22.1"), bytes);
    let refused = refusal(&tree);
    assert_eq!(refused.path, path);
    refused.reason
}

#[test]
fn a_32_bit_library_is_refused() {
    let library = Fake { machine: X86, ..Fake::llvm(22, 1, 0) };
    assert_eq!(reason_for(library.bytes()), "is a 32-bit library, this process is not");
}

#[test]
fn a_library_for_another_machine_is_refused() {
    let library = Fake { machine: S390X, ..Fake::llvm(22, 1, 0) };
    assert_eq!(reason_for(library.bytes()), "is made for another kind of machine");
}

#[test]
fn a_library_without_the_bpf_target_is_refused() {
    let library = Fake::llvm(22, 1, 3).without("LLVMInitializeBPFTarget");
    assert_eq!(reason_for(library.bytes()), "is LLVM 22.1.3 without the BPF target");
}

#[test]
fn a_library_that_only_wants_the_bpf_target_is_refused() {
    let mut library = Fake::llvm(22, 1, 3).without("LLVMInitializeBPFTarget");
    library.hash = Hash::SysV;
    library.undefined.push("LLVMInitializeBPFTarget");
    assert_eq!(reason_for(library.bytes()), "is LLVM 22.1.3 without the BPF target");
}

#[test]
fn something_else_under_the_name_is_refused() {
    let library = Fake::driver("libc.so.6");
    assert_eq!(reason_for(library.bytes()), "is not a libLLVM: it exports no LLVMContextCreate");
}

#[test]
fn an_old_llvm_is_refused() {
    let mut library = Fake::llvm(14, 0, 6).without("LLVMGetVersion");
    library.soname = Some("libLLVM-14.so.1".to_owned());
    assert_eq!(reason_for(library.bytes()), "is LLVM 14.0; 19 is the oldest that will do");
}

#[test]
fn a_text_file_is_refused() {
    assert_eq!(reason_for("see the other folder\n"), "is a text file, not a shared library");
}

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(reason_for(""), "is empty");
}

#[test]
fn a_binary_file_is_refused() {
    assert_eq!(reason_for([0xff; 100]), "is neither a shared library nor a linker script");
}

#[test]
fn an_executable_is_refused() {
    let mut bytes = Fake::llvm(22, 1, 0).bytes();
    bytes[16] = 2;
    assert_eq!(reason_for(bytes), "is not a shared library");
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let bytes = Fake::llvm(22, 1, 0).bytes();
    let tree = Tree::new();
    for length in 4..bytes.len() {
        let path = tree.file("lib.so", &bytes[..length]);
        let error = locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() })
            .expect_err("a stump");
        assert!(error.causes()[0].ends_with("is truncated"), "cut to {length} bytes: {error}");
    }
}

#[test]
fn no_damaged_byte_makes_the_search_fail() {
    let bytes = Fake::llvm(22, 1, 0).bytes();
    let tree = Tree::new();
    for (at, value) in bytes.iter().map(|byte| !byte).enumerate() {
        let mut damaged = bytes.clone();
        damaged[at] = value;
        tree.file("lib.so", &damaged);
        let search = Search { explicit: Some(&tree.path("lib.so")), ..Search::default() };
        // If the damage is harmless, the library is found; otherwise, there is a reason.
        if let Err(error) = locate_on(&tree.host, &search) {
            assert_eq!(error.causes().len(), 1, "byte {at} as {value}: {error}");
        }
    }
}

#[test]
fn a_library_that_cannot_be_read_is_refused() {
    let tree = Tree::new();
    // Its first byte is not mapped: reading fails, for root too.
    tree.link(&format!("{FOLDER}/libLLVM.so.22.1"), "/proc/self/mem");
    let reason = refusal(&tree).reason;
    assert!(reason.starts_with("cannot be read: "), "{reason}");
}

#[test]
fn a_library_that_is_missing_is_refused() {
    let tree = Tree::new();
    let path = tree.link(&format!("{FOLDER}/libLLVM.so.22.1"), "nowhere");
    assert_eq!(
        refusal(&tree),
        Refused { path, found_by: FoundBy::System, reason: "does not exist".to_owned() }
    );
}

#[test]
fn a_folder_is_refused() {
    let tree = Tree::new();
    tree.folder(&format!("{FOLDER}/libLLVM.so.22.1"));
    assert_eq!(refusal(&tree).reason, "is a folder");
}

#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let tree = Tree::new();
    tree.folder(FOLDER);
    let pipe = tree.path(FOLDER).join("libLLVM.so.22.1");
    let status = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(status.success());
    assert_eq!(refusal(&tree).reason, "is not a regular file");
}

#[test]
fn a_linker_script_is_followed_to_the_library() {
    let tree = Tree::new();
    let library = tree.library("opt/lib/libLLVM.so.22.1-rust-1.95.0-stable", &Fake::llvm(22, 1, 2));
    tree.file("opt/lib/libLLVM-22-rust.so", "INPUT(libLLVM.so.22.1-rust-1.95.0-stable)\n");
    // A relative name is relative to the script's folder, not to that of a link to it.
    let link = tree.link("elsewhere/libLLVM.so", tree.path("opt/lib/libLLVM-22-rust.so"));
    let located =
        locate_on(&tree.host, &Search { explicit: Some(&link), ..Search::default() }).expect("it");
    assert_eq!(located.path, library);
    assert_eq!(located.version.to_string(), "22.1.2");
}

#[test]
fn the_library_is_found_among_the_words_of_a_script() {
    let tree = Tree::new();
    let library = tree.library("usr/lib/libLLVM-22.so", &Fake::llvm(22, 1, 2));
    for script in [
        "/* GNU ld script (INPUT) */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( libz.so AS_NEEDED ( libLLVM-22.so ) )\n",
        "INPUT(\"libLLVM-22.so\")",
        "INPUT ( -lLLVM-22 )",
        "SEARCH_DIR(/nowhere) INPUT(libz.so, libLLVM-22.so)",
    ] {
        let path = tree.file("usr/lib/script", script);
        let located = locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() });
        assert_eq!(located.map(|located| located.path).as_ref(), Ok(&library), "{script}");
    }
}

#[test]
fn linker_scripts_in_a_circle_are_refused() {
    let tree = Tree::new();
    tree.file(&format!("{FOLDER}/libLLVM-22.so"), "INPUT(other.so)");
    tree.file(&format!("{FOLDER}/other.so"), "INPUT(libLLVM-22.so)");
    assert_eq!(refusal(&tree).reason, "is a linker script that leads in a circle");
}

#[test]
fn a_linker_script_to_nowhere_names_what_is_missing() {
    let tree = Tree::new();
    tree.file(&format!("{FOLDER}/libLLVM-22.so"), "INPUT(libLLVM.so.22.1)");
    let refused = refusal(&tree);
    assert_eq!(refused.path, tree.path(FOLDER).join("libLLVM.so.22.1"));
    assert_eq!(refused.reason, "does not exist");
}

#[test]
fn files_that_are_not_named_like_a_libllvm_are_not_looked_at() {
    let tree = Tree::new();
    for name in [
        "libLLVM.so.22.1-gdb.py",
        "libLLVMSupport.so.22.1",
        "libLLVM.a",
        "LLVMgold.so",
        "libLLVM-22.so.bak",
    ] {
        tree.file(&format!("{FOLDER}/{name}"), "text");
    }
    tree.library(&format!("{FOLDER}/libLLVM-22.so.1"), &Fake::llvm(22, 1, 0));
    let located = locate_on(&tree.host, &Search::default()).expect("the library");
    assert_eq!(located.refused, []);
}

#[test]
fn the_error_lists_every_candidate_the_producer_and_what_to_install() {
    let tree = Tree::new();
    tree.library(&format!("{FOLDER}/libLLVM.so.19.1"), &Fake::llvm(19, 1, 7));
    tree.file(&format!("{FOLDER}/libLLVM.so.22.1"), "text");
    let producer = written_by("LLVM22.1.2-rust-1.95.0-stable", 22, 1, 2);
    let error =
        locate_on(&tree.host, &Search { producer, ..Search::default() }).expect_err("no candidate");
    let expected = "error: no libLLVM can be used for this link
  = cause: ROOT/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1 (in the system) is LLVM 19.1.7, too old for main.o, which \
                    `LLVM22.1.2-rust-1.95.0-stable` wrote
  = cause: ROOT/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1 (in the system) is a text file, not a shared library
  = cause: main.o was written by `LLVM22.1.2-rust-1.95.0-stable`
  = help: install LLVM 22 or newer (Debian and Ubuntu: apt install libllvm22; Fedora: dnf install llvm-libs; Arch: \
                    pacman -S llvm-libs; Homebrew: brew install llvm), or name one with --llvm PATH or BPF_LINKER_LLVM";
    assert_eq!(error.to_string().replace(&tree.name(), "ROOT"), expected);
}

#[test]
fn the_error_on_a_bare_machine_says_that_there_is_none() {
    let tree = Tree::new();
    let error = locate_on(&tree.host, &Search::default()).expect_err("no candidate");
    assert_eq!(error.causes(), ["no file that looks like a libLLVM was found"]);
}

#[test]
fn what_is_wrong_with_the_library_asked_for_is_final() {
    let tree = Tree::new();
    tree.library(&format!("{FOLDER}/libLLVM.so.22.1"), &Fake::llvm(22, 1, 0));
    let explicit = Some(Path::new("/nowhere/libLLVM.so"));
    let error =
        locate_on(&tree.host, &Search { explicit, ..Search::default() }).expect_err("final");
    assert_eq!(error.message(), "the libLLVM asked for by --llvm cannot be used");
    assert_eq!(error.causes(), ["/nowhere/libLLVM.so (asked for by --llvm) does not exist"]);
}
