//! The memory routines of C as native code, for links that open no libLLVM.
//!
//! LLVM generated them from `src/backend/builtins.ll`, for the lowest CPU level; `tests/system/native.rs` generates them
//! again and compares. They return nothing: a kernel refuses functions that return an address on the stack.

use crate::{
    bpf::target::Endian,
    object::Object,
    report::{Origin, Result},
};

const LITTLE: &[u8] = include_bytes!("bpfel.o");
const BIG: &[u8] = include_bytes!("bpfeb.o");

/// Returns the object that defines `memcpy`, `memmove`, `memset`, `memcmp` and `bcmp`.
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
