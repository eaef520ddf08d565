//! Recovery from a crash of LLVM: re-exports [`bpf_linker_shim::guard`].
//!
//! Only the command arms the handler. In a program that embeds the linker this module has no effect, since signals
//! belong to the program.

pub use bpf_linker_shim::guard::{
    CRASH_INPUT, CRASH_MESSAGE, CRASH_PHASE, CRASH_SIGNAL, PANIC, SignalBlock, block_signals,
    file_size_limit, install, is_armed, limit_memory, panicked, remove_memory_limit, set_input,
    set_phase, trace,
};
