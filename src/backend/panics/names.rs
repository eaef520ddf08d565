//! Recognizes functions by their symbols: the panic handler, core's panics, and the checks of debug builds.

use crate::report::quoted;

/// Returns true for the function that `#[panic_handler]` marks. The lang item names it `rust_begin_unwind`: unmangled
/// up to rustc 1.87, mangled since.
pub(super) fn is_handler(symbol: &str) -> bool {
    symbol == "rust_begin_unwind"
        || (symbol.starts_with("_R") && symbol.contains("17rust_begin_unwind"))
}

/// Returns true for a function of `core::panicking`, in either mangling.
pub(super) fn is_panic(symbol: &str) -> bool {
    symbol.contains("4core9panicking")
}

/// The panics of the checks for undefined behavior that debug builds insert: rustc's for references and enumerations
/// (`compiler/rustc_mir_transform`: `check_null`, `check_alignment`, `check_enums`), and core's for preconditions
/// (`assert_unsafe_precondition` in `library/core/src/ub_checks.rs`). The first two compute with the bits of a pointer,
/// which the verifier prohibits, and the verifier itself proves what they check. No check for bounds, overflow or an
/// absent value is among them.
const UNDEFINED: [&str; 6] = [
    "4core9panicking14panic_nounwind",
    "4core9panicking18panic_nounwind_fmt",
    "4core9panicking27panic_nounwind_nobacktrace",
    "4core9panicking30panic_null_pointer_dereference",
    "4core9panicking36panic_misaligned_pointer_dereference",
    "4core9panicking31panic_invalid_enum_construction",
];

/// Returns true for a function that such a check calls when it fails.
pub(super) fn is_undefined_behavior(symbol: &str) -> bool {
    // After a name: nothing, the hash of the older mangling, or more of a path.
    let ends = |rest: &str| rest.is_empty() || rest.starts_with("17h") || rest.starts_with('.');
    UNDEFINED.iter().any(|name| symbol.split_once(name).is_some_and(|(_, rest)| ends(rest)))
}

/// Returns true for a function that checks the preconditions of an unsafe function of core.
pub(super) fn is_precondition(symbol: &str) -> bool {
    symbol.contains("4core") && symbol.contains("18precondition_check")
}

/// Returns true for `unreachable_unchecked` and its check, which ends a handler.
pub(super) fn is_unreachable(symbol: &str) -> bool {
    symbol.contains("21unreachable_unchecked")
}

/// Returns true for a function that ends a process or a program and that no program defines.
pub(super) fn is_abort(symbol: &str) -> bool {
    const ABORTS: [&str; 5] =
        ["abort", "__bpf_trap", "llvm.trap", "llvm.ubsantrap", "llvm.debugtrap"];
    ABORTS.contains(&symbol)
}

/// The messages of panics, by a part of the symbol of the panicking function (`library/core/src/panicking.rs`,
/// `option.rs`, `result.rs`, `slice/index.rs`).
const WORDS: [(&str, &str); 19] = [
    ("18panic_bounds_check", "index out of bounds"),
    ("24panic_const_add_overflow", "attempt to add with overflow"),
    ("24panic_const_sub_overflow", "attempt to subtract with overflow"),
    ("24panic_const_mul_overflow", "attempt to multiply with overflow"),
    ("24panic_const_div_overflow", "attempt to divide with overflow"),
    ("24panic_const_rem_overflow", "attempt to calculate the remainder with overflow"),
    ("24panic_const_neg_overflow", "attempt to negate with overflow"),
    ("24panic_const_shl_overflow", "attempt to shift left with overflow"),
    ("24panic_const_shr_overflow", "attempt to shift right with overflow"),
    ("23panic_const_div_by_zero", "attempt to divide by zero"),
    ("23panic_const_rem_by_zero", "attempt to calculate the remainder with a divisor of zero"),
    ("6option13unwrap_failed", "`unwrap` of a `None`"),
    ("6option13expect_failed", "`expect` of a `None`"),
    ("6result13unwrap_failed", "`unwrap` or `expect` of the other variant of a `Result`"),
    ("slice_start_index_len_fail", "range of a slice out of bounds"),
    ("slice_end_index_len_fail", "range of a slice out of bounds"),
    ("slice_index_fail", "range of a slice out of bounds"),
    ("len_mismatch_fail", "slices of different lengths"),
    ("4core9panicking", "a panic"),
];

/// Describes the effect of a call of `symbol`, which never returns.
pub(super) fn what(symbol: &str) -> String {
    let known = WORDS.iter().find(|(part, _)| symbol.contains(part));
    match known {
        Some((_, words)) => (*words).to_owned(),
        None if is_abort(symbol) => "an abort".to_owned(),
        None if is_handler(symbol) => "a panic".to_owned(),
        None => format!("{} never returns", quoted(symbol)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_manglings_are_known() {
        let old = "_ZN4core9panicking14panic_nounwind17h0123456789abcdefE";
        let new = "_RNvNtCs1NpfdXmxSul_4core9panicking18panic_nounwind_fmt";
        assert!(is_undefined_behavior(old) && is_undefined_behavior(new));
        assert!(is_panic(old) && is_panic(new));
        assert!(is_handler("_RNvCsfgHYwM92fyn_7___rustc17rust_begin_unwind"));
        assert!(is_precondition(
            "_RNvNvNtCs1NpfdXmxSul_4core3ptr19copy_nonoverlapping18precondition_check"
        ));
    }

    #[test]
    fn checks_of_bounds_stay() {
        let bounds = "_RNvNtCs1NpfdXmxSul_4core9panicking18panic_bounds_check";
        let cannot = "_RNvNtCs1NpfdXmxSul_4core9panicking19panic_cannot_unwind";
        assert!(!is_undefined_behavior(bounds) && !is_undefined_behavior(cannot));
        assert!(!is_handler("rust_begin_unwinding"));
    }
}
