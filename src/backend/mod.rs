//! Candidates to ELF bytes, through LLVM.
//!
//! Each phase takes its predecessor by value, so that a wrong order does not compile:
//! [`Session::merge`] -> [`Merged::prepare`] -> [`Prepared::internalize`] -> [`Internalized::optimize`] ->
//! [`Optimized::object`].

mod account;
mod aliases;
mod builtins;
mod codegen;
mod contents;
mod core;
mod cpu;
mod debuginfo;
mod declarations;
mod definitions;
mod expand;
mod inlining;
mod internalize;
mod kept;
mod licence;
mod limits;
#[expect(unsafe_code, reason = "the one room that talks to LLVM through raw pointers")]
pub mod llvm;
mod loops;
mod merge;
mod optimize;
mod options;
mod prepare;
mod preserved;
mod quirks;
mod reader;
mod resolve;
mod session;
mod sources;
mod stack;
mod subprograms;
mod target;

pub use account::{Account, Reason, Taken};
pub use builtins::MEMORY;
pub use codegen::Optimized;
pub use declarations::Declaration;
pub use internalize::Internalized;
pub use llvm::{Scalar, Signature};
pub use merge::Merged;
pub use options::{check as check_options, print_and_exit as print_options_and_exit};
pub use prepare::Prepared;
pub use reader::{locate_for, survey_for};
pub use session::Session;
