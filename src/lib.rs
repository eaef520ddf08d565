//! A linker that turns LLVM bitcode of Rust, C and Zig into eBPF objects.
//!
//! Modules in the order of data flow; each arrow is one phase, which takes the result of the previous one by value:
//!
//! ```text
//! argv -> driver -> LinkPlan -> input -> Inputs
//!      -> backend: Program<Merged> -> <Prepared> -> <Internalized> -> <Optimized> -> Object
//!      -> link and check: finished Object -> output: file
//! ```
//!
//! - [`plan`]: the contract between the modules: what to link, and how;
//! - [`driver`]: arguments to plan; pure, without LLVM;
//! - [`input`]: files to bitcode candidates; without LLVM;
//! - [`backend`]: candidates to ELF bytes, through a libLLVM opened at run time;
//! - [`link`](mod@link): ELF bytes to the finished object (BTF, maps, stripping), built on [`elf`], [`btf`],
//!   [`object`] and [`bpf`];
//! - [`check`]: checks for what the kernel and loaders would refuse;
//! - [`llvm`]: safe wrappers, and the search for a libLLVM;
//! - [`output`]: bytes to files, each replaced atomically;
//! - [`report`]: errors and warnings;
//! - [`crash_handler`]: recovery from a crash of LLVM;
//! - [`embed`]: the linker as a library, [`Linker`].

// Code that handles input must not panic: each remaining index, slice or `expect` carries the reason why it holds.
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

pub mod backend;
pub mod bpf;
pub mod check;
pub mod crash_handler;
pub mod driver;
pub mod elf;
pub mod embed;
mod files;
pub mod input;
pub mod link;
mod linker;
#[expect(unsafe_code, reason = "the one room that talks to LLVM through raw pointers")]
pub mod llvm;
pub mod object;
pub mod output;
pub mod plan;
pub mod report;

pub use ::btf;
pub use embed::{Linker, LinkerError, LinkerInput, LinkerOptions, LinkerOutput};
pub use linker::{
    Artifact, CommandFiles, check_places, finish, link, locate, reproduce, survey, version,
};
pub use plan::{Cpu, Kernel, LinkPlan, OptLevel, OutputKind as OutputType, SourceLines, Target};
pub use report::{Error, ErrorKind, Result, Warning, Warnings};
