//! Candidates to ELF bytes, through LLVM.
//!
//! Each phase takes its predecessor by value, so that a wrong order does not compile:
//! [`Session::merge`] -> [`Merged::prepare`] -> [`Prepared::internalize`] -> [`Internalized::optimize`] ->
//! [`Optimized::object`].

mod builtins;
mod choose_llvm;
mod co_re;
mod codegen;
mod cpu;
mod debuginfo;
mod declarations;
mod definitions;
mod empty;
mod internalize;
mod llvm_args;
mod merge;
mod opened;
mod optimize;
mod passes;
mod prepare;
mod quirks;
mod resolve;
mod restorable;
mod runtime;
mod session;
mod trace;
mod triple;
mod unsupported;

pub use choose_llvm::{locate_for, survey_for};
pub use codegen::{Optimized, dump_files};
pub use declarations::Declaration;
pub use internalize::Internalized;
pub use llvm_args::{check as check_options, print_and_exit as print_options_and_exit};
pub use merge::Merged;
pub use prepare::Prepared;
pub use runtime::MEMORY;
pub use session::Session;
pub use trace::{Account, Reason, Taken};
