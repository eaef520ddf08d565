//! Turns candidates into ELF bytes, through LLVM.
//!
//! Each phase takes its predecessor by value, so that a wrong order does not compile:
//! [`Session::merge`] -> [`Program::prepare`] -> [`Program::internalize`] -> [`Program::optimize`] ->
//! [`Program::object`].

mod agreement;
mod assembly;
mod builtins;
mod choose_llvm;
mod co_re;
mod codegen;
mod cpu;
mod debuginfo;
mod declarations;
mod definitions;
mod empty;
mod entered;
mod foreseen;
mod internalize;
mod llvm_args;
mod lower;
mod machines;
mod merge;
mod opened;
mod optimize;
mod panics;
mod passes;
mod prepare;
mod program;
mod quirks;
mod remaining_panic;
mod renames;
mod resolve;
mod restorable;
mod runtime;
mod session;
mod set_values;
mod sources;
mod trace;
mod triple;
mod unsupported;
mod why_live;

pub use choose_llvm::{locate_for, survey_for};
pub use codegen::dump_files;
pub use llvm_args::{check as check_options, print_and_exit as print_options_and_exit};
pub use program::{Optimized, Program};
pub use remaining_panic::Panic;
pub use runtime::MEMORY;
pub use session::{Session, audience};
pub use trace::{LinkTrace, LinkedModule, Reason};
pub use unsupported::unrolled;
