//! Versions, and the variants of ELF.

use super::{
    super::{LibraryVersion, Search, elf::Machine, locate_on},
    fixtures::{Fake, Hash, S390X, Tree, X86},
};
use crate::input::LlvmVersion;

fn named(name: &str) -> Option<String> {
    LibraryVersion::from_name(name).map(|version| version.to_string())
}

/// Returns the version of `library` under `name` on a host of its own machine.
fn version_of(name: &str, library: &Fake) -> Result<String, String> {
    let mut tree = Tree::new();
    tree.host.architecture.elf = library.machine;
    let path = tree.library(name, library);
    let located = locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() });
    located.map(|located| located.version.to_string()).map_err(|error| error.causes().concat())
}

#[test]
fn names_tell_the_version_as_distributions_and_rustc_write_them() {
    for (name, version) in [
        ("libLLVM.so.22.1-rust-1.95.0-stable", "22.1"),
        ("libLLVM.so.19.1", "19.1"),
        ("libLLVM.so.23.0git", "23.0"),
        ("libLLVM-14.so.1", "14.0"),
        ("libLLVM-14.0.6.so.1", "14.0.6"),
        ("libLLVM-22.so", "22.0"),
        ("libLLVM-22-rust-1.95.0-stable.so", "22.0"),
        ("libLLVM.22.1.dylib", "22.1"),
        ("libLLVM-17git.so", "17.0"),
    ] {
        assert_eq!(named(name).as_deref(), Some(version), "{name}");
    }
}

#[test]
fn other_names_tell_nothing() {
    for name in [
        "libLLVM.so",
        "libLLVM.so.1",
        "libLLVM.dylib",
        "libLLVM-.so",
        "LLVM-C.dll",
        "libLLVM-99999999999.so",
    ] {
        assert_eq!(named(name), None, "{name}");
    }
}

#[test]
fn the_release_is_read_from_the_code_of_x86_64() {
    assert_eq!(version_of("libLLVM.so", &Fake::llvm(22, 1, 8)), Ok("22.1.8".to_owned()));
    let mut with_prologue = Fake::llvm(22, 1, 8);
    with_prologue.code.splice(0..0, [0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5]);
    assert_eq!(version_of("libLLVM.so", &with_prologue), Ok("22.1.8".to_owned()));
}

#[test]
fn the_release_is_read_from_the_code_of_aarch64() {
    // The code that clang-19 generates for LLVMGetVersion of 22.0.5: cbz, mov, str for each; the zero is stored without
    // a mov.
    let words: [u32; 9] = [
        0xb400_0060,
        0x5280_02c8,
        0xb900_0008,
        0xb400_0041,
        0xb900_003f,
        0xb400_0062,
        0x5280_00a8,
        0xb900_0048,
        0xd65f_03c0,
    ];
    let code = words.iter().chain(&[0; 16]).flat_map(|word| word.to_le_bytes()).collect();
    let machine = Machine { number: 183, ..Fake::llvm(22, 0, 5).machine };
    let library = Fake { machine, code, ..Fake::llvm(22, 0, 5) };
    assert_eq!(version_of("libLLVM.so", &library), Ok("22.0.5".to_owned()));
}

#[test]
fn code_that_contradicts_the_name_is_not_believed() {
    let library = Fake { soname: Some("libLLVM.so.21.1".to_owned()), ..Fake::llvm(22, 1, 8) };
    assert_eq!(version_of("libLLVM.so", &library), Ok("21.1".to_owned()));
}

#[test]
fn without_a_soname_the_code_tells_and_without_code_the_name() {
    let nameless = Fake { soname: None, ..Fake::llvm(22, 1, 8) };
    assert_eq!(version_of("libLLVM.so", &nameless), Ok("22.1.8".to_owned()));
    let silent = Fake { soname: None, code: vec![0; 64], ..Fake::llvm(22, 1, 8) };
    assert_eq!(version_of("libLLVM.so.22.1", &silent), Ok("22.1".to_owned()));
    let error = version_of("libLLVM.so", &silent).expect_err("no version anywhere");
    assert!(error.ends_with("does not tell its version"), "{error}");
}

#[test]
fn symbols_are_found_through_the_old_hash_table_too() {
    let library = Fake { hash: Hash::SysV, ..Fake::llvm(22, 1, 8) };
    assert_eq!(version_of("libLLVM.so", &library), Ok("22.1.8".to_owned()));
}

#[test]
fn a_library_without_a_hash_table_is_refused() {
    let library = Fake { hash: Hash::Neither, ..Fake::llvm(22, 1, 8) };
    let error = version_of("libLLVM.so", &library).expect_err("no table");
    assert!(error.ends_with("has no symbol hash table"), "{error}");
}

#[test]
fn big_endian_and_32_bit_hosts_read_their_own_libraries() {
    for machine in [S390X, X86] {
        for hash in [Hash::Gnu, Hash::SysV] {
            let library = Fake { machine, hash, ..Fake::llvm(22, 1, 8) };
            // The code of these machines is not read.
            assert_eq!(version_of("libLLVM.so", &library), Ok("22.1".to_owned()));
        }
    }
}

#[test]
fn versions_compare_by_major_then_minor_then_patch() {
    let reaches =
        |library: LibraryVersion| library.reaches(LlvmVersion { major: 22, minor: 1, patch: 3 });
    let version = |major, minor, patch| LibraryVersion { major, minor, patch };
    assert!(reaches(version(22, 1, Some(3))));
    assert!(reaches(version(22, 1, None)));
    assert!(reaches(version(23, 0, Some(0))));
    assert!(!reaches(version(22, 1, Some(2))));
    assert!(!reaches(version(22, 0, None)));
    assert!(!reaches(version(21, 9, Some(9))));
}
