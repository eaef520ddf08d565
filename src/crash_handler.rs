//! What survives a crash of LLVM: see [`bpf_linker_shim::guard`], which this room opens to the others.
//!
//! Only the command arms it. In a program that embeds the linker nothing here has an effect, since signals belong to the
//! program.

pub use bpf_linker_shim::guard::{
    FELL_BY, FELL_IN, FELL_ON, FELL_SAYING, Hold, PANIC, arm, enter, file_size_limit, hold,
    is_armed, lift_memory_limit, limit_memory, panicked, trace, work_on,
};
