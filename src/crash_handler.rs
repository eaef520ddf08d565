//! Recovery from a crash of LLVM: re-exports [`bpf_linker_shim::guard`].
//!
//! Only the command arms the handler. In a program that embeds the linker this module has no effect, since signals
//! belong to the program.

pub use bpf_linker_shim::guard::{
    FELL_BY, FELL_IN, FELL_ON, FELL_SAYING, Hold, PANIC, arm, enter, file_size_limit, hold,
    is_armed, lift_memory_limit, limit_memory, panicked, trace, work_on,
};
