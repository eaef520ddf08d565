//! Questions that have no answer: each is an error with its place, and never a wrong answer.

use std::process::Command;

use super::program::Workshop;
use crate::support::{
    rustc::Toolchain,
    tools::{self, said},
};

const PROGRAM: &str = "#[unsafe(no_mangle)] #[unsafe(link_section = \"raw_tp/sys_enter\")]\nextern \"C\" fn program(_: *mut ()) -> i32 {\n";

/// Asserts that a program whose body is in the third line behind `before` is refused with all of `words`.
fn refused(options: &[&str], before: &str, body: &str, words: &[&str]) {
    let workshop = Workshop::new(Toolchain::Installed);
    let said = workshop.attempt(&format!("{before}\n{PROGRAM}{body}; 0 }}"), options);
    for words in words {
        assert!(said.contains(words), "{words:?} in {said}");
    }
}

#[test]
fn without_debug_info_crate_and_function_are_named() {
    for level in ["-Cdebuginfo=0", "-Cdebuginfo=1", "-Cdebuginfo=line-tables-only"] {
        let words = [
            "attempt.rs:7:",
            "has no debug info that tells its type",
            "crate `attempt`",
            "it is asked in `program`",
            "-C debuginfo=2",
        ];
        let body = "put(0, u64::from(btf_core::field_exists!(task_struct, pid)))";
        refused(&[level], "", body, &words);
    }
}

#[test]
fn without_btf_nothing_can_be_filled_in() {
    let workshop = Workshop::new(Toolchain::Installed);
    let object = workshop.path("without.o");
    let mut linker = Command::new(tools::linker());
    let output = tools::attempt(linker.arg(workshop.bitcode("guard")).arg("-o").arg(&object));
    assert_eq!(output.status.code(), Some(1));
    for words in ["guard.rs:15:", "needs BTF", "link with --btf"] {
        assert!(said(&output).contains(words), "{words} in {}", said(&output));
    }
    assert!(!object.exists());
}

#[test]
fn a_type_without_a_name_in_c_is_named() {
    let words = ["attempt.rs:7:", "`Option<u32>`, which is no name of a C type"];
    let body = "put(0, u64::from(btf_core::type_exists!(Option<u32>)))";
    refused(&[], "", body, &words);
    let words = ["attempt.rs:7:", "`*const attempt::task_struct`, which is no name of a C type"];
    let body = "put(0, u64::from(btf_core::type_exists!(*const task_struct)))";
    refused(&[], "", body, &words);
}

/// The compiler lets a constant stand for an index; the linker sees its name only.
#[test]
fn a_path_that_leads_nowhere_is_named() {
    let words = ["`.comm[AT]` of `task_struct` leads nowhere", "it is asked at", "attempt.rs:7:"];
    let body = "put(0, btf_core::field_byte_offset!(task_struct, comm[AT]).unwrap_or(0) as u64)";
    refused(&[], "const AT: usize = 1;", body, &words);
    let words = ["`.WRONG` of `bpf_map_type`", "has no value `WRONG`", "attempt.rs:7:"];
    let body = "put(0, btf_core::enum_value!(bpf_map_type, WRONG).unwrap_or(0))";
    let before = "impl bpf_map_type { const WRONG: Self = Self::NO_SUCH; }";
    refused(&[], before, body, &words);
}

#[test]
fn a_field_that_the_type_does_not_have_is_an_error_of_the_compiler() {
    let words = ["no field `wrongly`", "task_struct"];
    let body = "put(0, u64::from(btf_core::field_exists!(task_struct, se.wrongly)))";
    refused(&[], "", body, &words[..1]);
    let body = "put(0, u64::from(btf_core::field_exists!(task_struct, real_parent.pid)))";
    refused(&[], "", body, &["no field `pid` on type `*const task_struct`"]);
}

#[test]
fn a_query_that_no_macro_made_is_named() {
    const DECLARED: &str = "unsafe extern \"C\" { fn __btf_core_query_v1(kind: u32, text: *const u8, len: usize) -> u64; }";
    let body = "put(0, unsafe { __btf_core_query_v1(2, c\".pid\".as_ptr().cast(), 4) })";
    refused(&[], DECLARED, body, &["`program` asks a CO-RE query that cannot be read", "btf-core"]);
    let body = "put(0, __btf_core_query_v1 as *const () as u64)";
    refused(&[], DECLARED, body, &["`__btf_core_query_v1` is used as a value"]);
    let later = "unsafe extern \"C\" { fn __btf_core_query_v9() -> u64; }";
    let body = "put(0, unsafe { __btf_core_query_v9() })";
    refused(
        &[],
        later,
        body,
        &["`__btf_core_query_v9` is a CO-RE query that this linker does not know"],
    );
}
