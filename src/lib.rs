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
//!
//! Embedders see [`embed`], [`plan`], [`report`] and what is re-exported here; the module `command` serves the
//! `bpf-linker` command, and the feature `internals` opens the rooms to tests and fuzz targets.

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
// A room names its whole interface, of which tests use more.
#![cfg_attr(not(feature = "internals"), allow(unused_imports))]

mod backend;
mod bpf;
mod check;
mod crash_handler;
mod driver;
mod elf;
pub mod embed;
mod files;
mod input;
mod link;
mod linker;
#[expect(unsafe_code, reason = "the one room that talks to LLVM through raw pointers")]
mod llvm;
mod object;
mod output;
pub mod plan;
pub mod report;

use ::btf;
pub use driver::{Invocation, Request, parse};
pub use embed::{Linker, LinkerError, LinkerInput, LinkerOptions, LinkerOutput};
pub use linker::{Artifact, CommandFiles, check_places, link, locate, reproduce, survey, version};
pub use plan::{Cpu, Kernel, LinkPlan, OptLevel, OutputKind as OutputType, SourceLines, Target};
pub use report::{Error, ErrorKind, Result, Warning, Warnings};

/// Items for the `bpf-linker` command alone; they change without notice.
#[doc(hidden)]
pub mod command {
    pub use crate::{
        backend::{check_options, print_options_and_exit},
        driver::{Logging, Messages, print_plan},
        llvm::locate::{EXCLUDED_VARIABLE, exclusion_list},
        report::{Paint, demangled},
    };

    /// Recovery from crashes.
    pub mod crash_handler {
        pub use crate::crash_handler::*;
    }
}

/// The rooms, for tests and fuzz targets.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals {
    pub use crate::linker::finish;

    /// Declares a module of each room's public items.
    macro_rules! open {
        ($($room:ident)*) => {
            $(
                #[allow(missing_docs, reason = "the room has them")]
                pub mod $room {
                    pub use crate::$room::*;
                }
            )*
        };
    }
    open!(bpf check driver elf input link llvm object plan report);
}
