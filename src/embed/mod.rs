//! The linker as a library: inputs from files and memory, outputs to files and memory, diagnostics as values.
//!
//! A [`Linker`] holds options and links as often as it is asked to, from any number of threads:
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
//! An error is a value with a subject, causes and help; so is a warning, and a failed link returns those it gave:
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
//! What the options do not offer, a [`LinkPlan`] does: it is all that the command line can say. [`Linker::plan`] is
//! where to start, [`link`](fn@crate::link) carries a plan out, and [`driver::parse`](crate::driver::parse) reads one from
//! words:
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
//! # What belongs to the process
//!
//! - **libLLVM.** The first link chooses one, as the command does, and the process keeps it. A later link takes the
//!   same one, and fails when [`LinkerOptions::llvm`] names another or an input was written by a newer LLVM. Who links
//!   old bitcode before new names the newest library from the start.
//! - **LLVM's options.** Links that want the same options run side by side, others one after the other, in the order
//!   in which they came; nothing is left of an option when the link that wanted it is over. A libLLVM that exports its
//!   C interface alone cannot take options back: there, a link that would inherit one fails.
//! - **CO-RE accesses that the compiler did not lower**, which is bitcode of clang with `-O0` or without LLVM's passes:
//!   LLVM can lower them in one link of a process, and the next such link fails with an error.
//! - **Fatal errors of LLVM.** Of its own bugs, and of a few kinds of input that it cannot compile, LLVM says so by
//!   ending the process, and nothing that is safe can stop it. The reason is printed, and the exit code is that of
//!   [`ErrorKind::Llvm`](crate::ErrorKind::Llvm). An embedder that must outlive that links in a child process.
//!
//! Nothing else ends the process or prints, no environment variable is written, and no log is kept unless the embedder
//! installs a logger for the crate `log`.

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

/// Links BPF programs, as its options say, as often as it is asked to; see the [module](self) for examples.
#[derive(Clone, Debug, Default)]
pub struct Linker {
    options: LinkerOptions,
}

impl Linker {
    /// A linker with these options; nothing is opened or checked before the first link.
    #[must_use]
    pub const fn new(options: LinkerOptions) -> Self {
        Self { options }
    }

    /// The options it was made with.
    #[must_use]
    pub const fn options(&self) -> &LinkerOptions {
        &self.options
    }

    /// Links `inputs` into one buffer.
    ///
    /// `exports` are the symbols to keep visible, which must exist. When there are none, as on the command line,
    /// whatever is not static in the source stays; pass `[""; 0]`.
    ///
    /// # Errors
    /// Whatever keeps the link from giving a sound result; see [`ErrorKind`](crate::ErrorKind).
    pub fn link_to_buffer<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        output_type: OutputType,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<LinkerOutput, LinkerError> {
        let output = Output { kind: output_type, destination: Destination::Memory };
        let (made, warnings) = self.carry_out(inputs, output, exports)?;
        Ok(LinkerOutput::new(output_type, made.unwrap_or_default(), warnings))
    }

    /// Links `inputs` into the file `path`, which is replaced as a whole, or left as it was if the link fails.
    ///
    /// The rest is as for [`link_to_buffer`](Self::link_to_buffer). Returns the warnings.
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
        self.carry_out(inputs, output, exports).map(|(_, warnings)| warnings)
    }

    /// The plan of a link of `inputs` that keeps `exports` visible; it has no outputs yet.
    ///
    /// # Errors
    /// An option for LLVM would print something and end the process.
    pub fn plan<'i, S: AsRef<str>>(
        &self,
        inputs: impl IntoIterator<Item = LinkerInput<'i>>,
        exports: impl IntoIterator<Item = S>,
    ) -> Result<LinkPlan> {
        let inputs = inputs.into_iter().map(LinkerInput::planned).collect();
        Ok(LinkPlan { inputs, exports: wishes(exports), ..self.options.plan()? })
    }

    fn carry_out<'i, S: AsRef<str>>(
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

fn wishes<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Exports {
    let wish = |name: S| Export {
        name: name.as_ref().to_owned(),
        wished_by: "the caller of the library".to_owned(),
        presence: Presence::Required,
    };
    let mut names = names.into_iter().map(wish).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    let requested = if names.is_empty() { Requested::Inferred } else { Requested::Explicit };
    Exports { names, requested, ..Exports::default() }
}
