//! CO-RE for eBPF programs in Rust: compile once, run on any kernel.
//!
//! The offsets of fields in the kernel's structures differ from kernel to kernel. The macros of this crate query them:
//! the linker, `bpf-linker`, turns each use into a CO-RE relocation record, as clang does for `BPF_CORE_READ` and its
//! relatives, and the loader (libbpf or aya) fills in the values for the running kernel.
//!
//! ```no_run
//! # #![allow(non_camel_case_types)]
//! use btf_core::{core_read, field_exists};
//!
//! /// The fields of the kernel's `task_struct` that the program uses, under the kernel's names, in any order.
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
//! # Requirements
//! - A linker that supports these queries: the `bpf-linker` of this crate's project, with `--btf`. Any other linker
//!   leaves the symbol `__btf_core_query_v1` undefined, or refuses to link.
//! - Debug information, `-C debuginfo=2`, which describes the types.
//! - Types with the same names as the kernel's.
//!
//! # Paths
//! A path is what Rust would write after the object: `pid`, `se.load.weight`, `slots[3].next`, `tuple.0`. The compiler
//! checks it. `.` stays within an object; to follow a pointer, [`core_read!`] and its relatives take `->`, as in C. A
//! field of a nameless struct or union is named as if it were one of the outer struct; in bindgen's output, go through
//! its `__bindgen_anon_1`.
//!
//! # Outside BPF
//! Everything compiles and uses the compiler's layout: fields, types and values exist, offsets and sizes are those of
//! the Rust types, a numeric type id is 0, and reads access the process's own memory, where only a null pointer is a
//! fault. So code that uses the macros can be tested on the host.
#![no_std]
#![expect(unsafe_code, reason = "reads memory at addresses that the compiler knows nothing of")]

mod layout;
mod macros;
mod memory;
mod query;
mod read;

pub use read::ReadError;

/// Implementation details of the macros.
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
