//! Arguments to plan: the command line, response files and argument files become a [`LinkPlan`].
//!
//! ```text
//! argv -> ArgStream -> words -> our own words -> Options -> LinkPlan
//!      response    dialect  normalize        clap       assemble
//! ```
//!
//! The conversion is pure except for files that hold arguments or symbols: it does not depend on the environment, the
//! inputs or LLVM, so the same arguments give the same plan on every machine.

mod assemble;
pub mod dialect;
mod explain;
mod exports;
mod inputs;
mod known;
mod messages;
mod normalize;
mod options;
mod outputs;
mod pages;
mod print;
mod replay;
pub mod response;
pub mod rules;
mod words;

use std::{ffi::OsString, path::PathBuf};

use clap::CommandFactory;
use log::LevelFilter;

use crate::{plan::LinkPlan, report::Result};
use known::Known;
use options::Options;

pub use messages::{Color, ErrorFormat, Messages};
pub use print::{PLAN_SCHEMA, PlanFormat, print_plan};
pub use replay::{Read, replay};

/// A parsed command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The requested action.
    pub request: Request,
    /// Log settings.
    pub logging: Logging,
    /// Form and color of messages.
    pub messages: Messages,
    /// The command line in our own options, without the program's name, as a response file needs it to repeat the
    /// request.
    pub args: Vec<OsString>,
    /// Ignored options with the reasons, one line of the debug log each.
    pub notes: Vec<String>,
    /// Ignored options whose effect users might expect, with the reasons.
    pub notices: Vec<String>,
    /// The files that hold arguments and lists of symbols.
    pub files: Vec<PathBuf>,
}

impl Invocation {
    /// Returns the plan of the link, if the request involves one.
    #[must_use]
    pub fn plan(&self) -> Option<&LinkPlan> {
        match &self.request {
            Request::Link(plan)
            | Request::PrintPlan { plan, .. }
            | Request::PrintLlvm(plan)
            | Request::Version { plan, .. } => Some(plan),
            Request::Print(_) => None,
        }
    }
}

/// A requested action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Link.
    Link(Box<LinkPlan>),
    /// Print the plan with [`print_plan`] without linking.
    PrintPlan {
        /// The plan.
        plan: Box<LinkPlan>,
        /// Form of the printed plan.
        format: PlanFormat,
    },
    /// Print which libLLVM a link would load, and why the others are passed over. The plan may lack inputs and
    /// outputs.
    PrintLlvm(Box<LinkPlan>),
    /// Print the version given by [`version`].
    Version {
        /// Level of detail: with or without the libLLVM that would be loaded.
        detail: VersionDetail,
        /// The plan as far as given; it may lack a libLLVM and inputs.
        plan: Box<LinkPlan>,
    },
    /// Print this text: help, completions or the man page.
    Print(Text),
}

/// The level of detail of `--version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionDetail {
    /// Our version and the supported LLVM versions.
    Short,
    /// Also the libLLVM that would be loaded (`-v`).
    Loaded,
}

/// A text to print on standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// For files and pipes; ends in a newline.
    pub plain: String,
    /// The same for a terminal, with ANSI escape sequences.
    pub styled: String,
}

/// Log settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logging {
    /// The log file; standard error if `None`.
    pub file: Option<PathBuf>,
    /// The requested level; the environment decides if `None`.
    pub level: Option<LevelFilter>,
}

/// Parses `argv`, whose first word is the program's name and selects a dialect.
///
/// # Errors
/// Of kind [`Usage`](crate::ErrorKind::Usage): an option is unknown, malformed or contradicts another, or a file of
/// arguments or symbols cannot be read. The message names the option and, if any, its response file.
pub fn parse(argv: Vec<OsString>) -> Result<Invocation> {
    let command = Options::command();
    let known = Known::of(&command);
    let mut stream = response::expand(argv)?;
    let files = std::mem::take(&mut stream.files);
    let (flavor, words) = dialect::identify(stream)?;
    let normal = normalize::normalize(flavor, words, &known)?;
    assemble::assemble(command, normal, files)
}

/// Returns the text of `--version`.
#[must_use]
pub fn version() -> String {
    format!(
        "bpf-linker {}\nLLVM {} and newer, loaded at run time (--verbose shows which)\n",
        env!("CARGO_PKG_VERSION"),
        OLDEST_LLVM
    )
}

/// The oldest supported major version of LLVM.
pub const OLDEST_LLVM: u32 = 19;
