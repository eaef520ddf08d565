//! The linker as a library: inputs from files and memory, outputs to files and memory, diagnostics as values.
//!
//! A [`Linker`] holds options and can link any number of times, from any number of threads:
//!
//! ```
//! use bpf_linker::{Linker, LinkerInput, LinkerOptions, OutputType};
//!
//! # fn main() -> Result<(), bpf_linker::LinkerError> {
//! let text = r#"
//!     target triple = "bpfel"
//!     define i32 @pass(ptr %ctx) section "xdp" { ret i32 2 }
//! "#;
//! let linker = Linker::new(LinkerOptions { unroll_loops: true, ..LinkerOptions::default() });
//! let object = linker.link_to_buffer(
//!     [LinkerInput::buffer("pass.ll", text.as_bytes())],
//!     OutputType::Object,
//!     ["pass"],
//! )?;
//! assert!(object.as_slice().starts_with(b"\x7fELF"));
//! # Ok(())
//! # }
//! ```
//!
//! Errors and warnings are values with a subject, causes and help, and a failed link returns its warnings too:
//!
//! ```
//! use bpf_linker::{ErrorKind, Linker, LinkerInput, LinkerOptions, OutputType};
//!
//! let text = br#"target triple = "bpfel"  define i32 @pass() section "xdp" { ret i32 2 }"#;
//! let linker = Linker::new(LinkerOptions::default());
//! let failed = linker
//!     .link_to_buffer([LinkerInput::buffer("pass.ll", text)], OutputType::Object, ["parse"])
//!     .expect_err("there is no such function");
//! assert_eq!(failed.error().kind(), ErrorKind::Link);
//! assert!(failed.error().message().contains("parse"));
//! assert!(failed.warnings().is_empty());
//! ```
//!
//! A [`LinkPlan`] gives access to everything that the command line offers beyond [`LinkerOptions`]. Start from
//! [`Linker::plan`], or parse arguments with [`driver::parse`](crate::driver::parse), and run the plan with
//! [`link`](fn@crate::link):
//!
//! ```
//! use bpf_linker::{
//!     Linker, LinkerInput, LinkerOptions, Warnings, link,
//!     plan::{Destination, Dwarf, Output, OutputKind},
//! };
//!
//! # fn main() -> bpf_linker::Result<()> {
//! let text = br#"target triple = "bpfel"  define i32 @pass() section "xdp" { ret i32 2 }"#;
//! let linker = Linker::new(LinkerOptions::default());
//! let mut plan = linker.plan([LinkerInput::buffer("pass.ll", text)], ["pass"])?;
//! plan.debug_info.dwarf = Dwarf::Keep;
//! plan.outputs = [OutputKind::Object, OutputKind::Assembly]
//!     .map(|kind| Output { kind, destination: Destination::Memory })
//!     .to_vec();
//! let warnings = Warnings::default();
//! let made = link(&plan, &warnings)?;
//! assert!(String::from_utf8_lossy(&made[1].bytes).contains("pass:"));
//! # Ok(())
//! # }
//! ```
//!
//! # Process-wide state
//!
//! - **libLLVM.** The first link chooses one, as the command does, and the process keeps it. A later link uses the
//!   same one, and fails if [`LinkerOptions::llvm`] names another or an input was written by a newer LLVM. To link old
//!   bitcode before new, name the newest library from the start.
//! - **LLVM's options.** Links with the same options run in parallel, others one after the other, in the order of
//!   their start; options are reset when their link is over. A libLLVM that exports only its C interface cannot reset
//!   options: there, a link that would inherit one fails.
//! - **CO-RE accesses that the compiler did not lower**, as in bitcode of clang with `-O0` or without LLVM's passes:
//!   LLVM can lower them in one link of a process, and the next such link fails with an error.
//! - **Fatal errors of LLVM.** For its own bugs, and for a few kinds of input that it cannot compile, LLVM ends the
//!   process, and safe code cannot prevent it. The reason is printed, and the exit code is that of
//!   [`ErrorKind::Llvm`](crate::ErrorKind::Llvm). An embedder that must survive such errors links in a child process.
//!
//! The linker does not print or end the process in any other case, writes no environment variable, and keeps no log
//! unless the embedder installs a logger for the crate `log`.

mod input;
mod options;
mod output;

#[cfg(doctest)]
#[doc = include_str!("../../docs/library.md")]
struct Guide;

use std::path::Path;

pub use input::LinkerInput;
pub use options::LinkerOptions;
pub use output::{LinkerError, LinkerOutput};

use crate::{
    linker::link,
    plan::{
        Destination, Export, Exports, LinkPlan, Output, OutputKind as OutputType, Presence,
        Requested,
    },
    report::{Result, Warning, Warnings},
};

/// A linker of BPF programs with fixed options, usable for any number of links; see the [module](self) for examples.
#[derive(Clone, Debug, Default)]
pub struct Linker {
    options: LinkerOptions,
}

impl Linker {
    /// Creates a linker with these options. Nothing is opened or checked before the first link.
    #[must_use]
    pub const fn new(options: LinkerOptions) -> Self {
        Self { options }
    }

    /// Returns the options.
    #[must_use]
    pub const fn options(&self) -> &LinkerOptions {
        &self.options
    }

    /// Links `inputs` into one buffer.
    ///
    /// `exports` are the symbols to keep visible, which must exist. Without any, as on the command line, every symbol
    /// that is not static in the source stays visible; pass `[""; 0]`.
    ///
    /// # Errors
    /// Anything that prevents a correct result; see [`ErrorKind`](crate::ErrorKind).
    pub fn link_to_buffer<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        output_type: OutputType,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<LinkerOutput, LinkerError> {
        let output = Output { kind: output_type, destination: Destination::Memory };
        let (made, warnings) = self.run_plan(inputs, output, exports)?;
        Ok(LinkerOutput::new(output_type, made.unwrap_or_default(), warnings))
    }

    /// Links `inputs` into the file `path`, which is replaced atomically, or left unchanged if the link fails.
    ///
    /// Returns the warnings. For `exports`, see [`link_to_buffer`](Self::link_to_buffer).
    ///
    /// ```
    /// use bpf_linker::{Linker, LinkerInput, LinkerOptions, OutputType};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// let (input, output) = (folder.path().join("pass.ll"), folder.path().join("pass.o"));
    /// std::fs::write(
    ///     &input,
    ///     "target triple = \"bpfel\"\n define i32 @pass() section \"xdp\" { ret i32 2 }",
    /// )?;
    /// let linker = Linker::new(LinkerOptions::default());
    /// let warnings =
    ///     linker.link_to_file([LinkerInput::file(&input)], &output, OutputType::Object, ["pass"])?;
    /// assert!(output.exists() && warnings.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`link_to_buffer`](Self::link_to_buffer), or the file cannot be written.
    pub fn link_to_file<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        path: impl AsRef<Path>,
        output_type: OutputType,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<Vec<Warning>, LinkerError> {
        let destination = Destination::File(path.as_ref().to_owned());
        let output = Output { kind: output_type, destination };
        self.run_plan(inputs, output, exports).map(|(_, warnings)| warnings)
    }

    /// Returns the plan of a link of `inputs` that keeps `exports` visible; it has no outputs yet.
    ///
    /// # Errors
    /// An option for LLVM would print something and end the process.
    pub fn plan<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<LinkPlan> {
        let inputs = inputs.into_iter().map(LinkerInput::planned).collect();
        Ok(LinkPlan { inputs, exports: exports_of(exports), ..self.options.plan()? })
    }

    fn run_plan<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        output: Output,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<(Option<Vec<u8>>, Vec<Warning>), LinkerError> {
        let warnings = Warnings::default();
        let made = self.plan(inputs, exports).and_then(|mut plan| {
            plan.outputs.push(output);
            link(&plan, &warnings)
        });
        let warnings = warnings.take();
        match made {
            Ok(mut made) => Ok((made.pop().map(|artifact| artifact.bytes), warnings)),
            Err(error) => Err(LinkerError::new(error, warnings)),
        }
    }
}

fn exports_of<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Exports {
    let wish = |name: S| Export {
        name: name.as_ref().to_owned(),
        requested_by: "the caller of the library".to_owned(),
        presence: Presence::Required,
    };
    let mut names = names.into_iter().map(wish).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    let requested = if names.is_empty() { Requested::Inferred } else { Requested::Explicit };
    Exports { names, requested, ..Exports::default() }
}
