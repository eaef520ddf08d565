//! CO-RE for eBPF programs in Rust: compile once, run on any kernel.
//!
//! A program that reads the kernel's structures must know where their fields are, and that differs from kernel to
//! kernel. The macros of this crate ask instead: the linker, `bpf-linker`, turns each use into a CO-RE relocation
//! record, as clang makes of `BPF_CORE_READ` and its kin, and the loader (libbpf or aya) fills in what holds
//! for the kernel at hand.
//!
//! ```no_run
//! # #![allow(non_camel_case_types)]
//! use btf_core::{core_read, field_exists};
//!
//! /// What the program uses of the kernel's `task_struct`, by the kernel's names; order and offsets do not matter.
//! #[repr(C)]
//! pub struct task_struct {
//!     pid: i32,
//!     real_parent: *const task_struct,
//! }
//!
//! fn parent(task: *const task_struct) -> Result<i32, btf_core::ReadError> {
//!     // SAFETY: any bytes are a number.
//!     unsafe { core_read!(task, real_parent->pid) }
//! }
//! ```
//!
//! # What it needs
//! A linker that knows these queries: `bpf-linker` of the project this crate is from, with `--btf`; any other leaves the
//! symbol `__btf_core_query_v1` undefined, or refuses to link. Debug information, `-C debuginfo=2`: it names the types
//! and describes them. And types that have the names of the kernel's.
//!
//! # Paths
//! A path is what Rust would write behind the object: `pid`, `se.load.weight`, `slots[3].next`, `tuple.0`. The compiler
//! checks it. `.` stays in an object; where a pointer is to be followed, [`core_read!`] and its kin take `->`, as in C.
//! A field of a nameless struct or union is named as if it were one of the outer struct; in bindgen's output, go through
//! its `__bindgen_anon_1`.
//!
//! # Outside of BPF
//! Everything compiles and answers with the compiler's layout: fields, types and values exist, offsets and sizes are
//! those of the Rust types, a numeric type id is 0, and reads read the process's own memory, where only a null pointer
//! is a fault. So code that uses the macros can be tested on the host.
#![no_std]
#![expect(unsafe_code, reason = "reads memory at addresses that the compiler knows nothing of")]

mod layout;
mod macros;
mod memory;
mod query;
mod read;

pub use read::ReadError;

/// For the macros alone.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        layout::{
            enum_value, enum_value_exists, field_byte_offset, field_byte_size, field_exists,
            type_exists, type_id_local, type_id_target, type_matches, type_size,
        },
        memory::{Kernel, User},
        query::{Site, bytes},
        read::{bitfield, field_ptr, follow, read, start, text},
    };
    pub use core::{column, concat, file, line, module_path, stringify};
}
