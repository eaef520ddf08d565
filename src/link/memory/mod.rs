//! The memory routines of C as native code, for links that open no libLLVM.
//!
//! LLVM generated them from `src/backend/builtins.ll`, for the lowest CPU level; `tests/system/native.rs` generates them
//! again and compares. There are two forms of each: one returns nothing, since a kernel refuses functions that return an
//! address on the stack; the other returns its destination, for the calls whose result is used.

mod results;

pub use results::use_results;

use crate::{
    bpf::target::Endian,
    object::Object,
    report::{Origin, Result},
};

const LITTLE: &[u8] = include_bytes!("bpfel.o");
const BIG: &[u8] = include_bytes!("bpfeb.o");

/// The routines, by name.
const ROUTINES: [&str; 5] = ["bcmp", "memcmp", "memcpy", "memmove", "memset"];
/// The forms that return their destination, each with the other form.
const RETURNING: [(&str, &str); 3] = [
    ("memcpy", "memcpy__returning"),
    ("memmove", "memmove__returning"),
    ("memset", "memset__returning"),
];

/// Returns true if the object of the routines defines `name`.
#[must_use]
pub fn is_routine(name: &str) -> bool {
    ROUTINES.contains(&name) || RETURNING.iter().any(|(_, returning)| *returning == name)
}

/// Returns the object that defines the routines.
///
/// # Errors
/// None is known: the object is part of the linker.
pub fn routines(endian: Endian) -> Result<Object> {
    let bytes = match endian {
        Endian::Little => LITTLE,
        Endian::Big => BIG,
    };
    Object::parse_native(bytes, Origin::whole("the linker's own routines"))
}
