//! Opens one libLLVM and resolves the LLVM-C functions that bpf-linker uses; nothing else.
//!
//! There is a row per function, with its signature in every LLVM from 19 on. The rows define a struct of function
//! pointers, filled by [`open()`], and an `unsafe fn` of the same name for each row, so that call sites read as with
//! llvm-sys. A row that disagrees with llvm-sys does not compile.
//!
//! An enum returned by LLVM is received as an integer: the lists of variants change from version to version, and an
//! unknown value in a Rust enum is undefined behavior. [`FfiReturn`] defines which types those are.

// Code reachable from input does not panic: where an index, a slice or an `expect` remains, a reason next to it states
// why it holds.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[macro_use]
mod rows;

mod ffi_return;
#[cfg(unix)]
pub mod guard;
mod open;
mod table;
#[cfg(target_os = "linux")]
mod trim;

pub use ffi_return::FfiReturn;
pub use open::{OpenError, built_in, open, opened, reset_options};
pub use table::*;

pub use llvm_sys;
