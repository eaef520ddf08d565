//! Words to plan: the command line, response files and argument files become a [`LinkPlan`].
//!
//! ```text
//! argv -> ArgStream -> words -> our own words -> Options -> LinkPlan
//!      response    dialect  normalize        clap       assemble
//! ```
//!
//! Pure but for the files that arguments name as lists of arguments or symbols: neither the environment nor an input
//! nor LLVM has a say, so the same words give the same plan on every machine.

mod assemble;
pub mod dialect;
mod exports;
mod inputs;
mod known;
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

pub use print::{PLAN_SCHEMA, PlanFormat, print_plan};
pub use replay::{Read, replay};

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// What to do.
    pub request: Request,
    /// Where and how much to log.
    pub logging: Logging,
    /// The command line in our own words, without our name: what a response file must hold to ask for the same.
    pub args: Vec<OsString>,
    /// What was passed over, and why; worth a line of the debug log each.
    pub notes: Vec<String>,
    /// The files that arguments and lists of symbols were read from.
    pub files: Vec<PathBuf>,
}

impl Invocation {
    /// The plan of the link that is asked for or asked about.
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

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Link.
    Link(Box<LinkPlan>),
    /// Print the plan with [`print_plan`], link nothing.
    PrintPlan {
        /// The plan.
        plan: Box<LinkPlan>,
        /// In which form.
        format: PlanFormat,
    },
    /// Print which libLLVM would be loaded for a link, and why not another. The plan may lack inputs and outputs.
    PrintLlvm(Box<LinkPlan>),
    /// Print our version, as [`version`] has it.
    Version {
        /// Whether to go on with the libLLVM that would be loaded.
        detail: VersionDetail,
        /// The plan as far as it was given; it may name a libLLVM, inputs or nothing.
        plan: Box<LinkPlan>,
    },
    /// Print this text: help, completions or the man page.
    Print(Text),
}

/// How much `--version` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionDetail {
    /// Our version and the LLVMs that it supports.
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

/// Where and how much to log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logging {
    /// The file that receives the log; standard error when `None`.
    pub file: Option<PathBuf>,
    /// The level asked for; when `None` the environment decides.
    pub level: Option<LevelFilter>,
}

/// What `argv` asks for; its first word is the name the linker was called by, which selects a dialect.
///
/// # Errors
/// Of kind [`Usage`](crate::ErrorKind::Usage): an option is unknown, malformed or contradicts another, or a file of
/// arguments or symbols cannot be read. The message names the option and, if it stands in one, the response file.
pub fn parse(argv: Vec<OsString>) -> Result<Invocation> {
    let command = Options::command();
    let known = Known::of(&command);
    let mut stream = response::expand(argv)?;
    let files = std::mem::take(&mut stream.files);
    let (flavor, words) = dialect::identify(stream)?;
    let normal = normalize::normalize(flavor, words, &known)?;
    assemble::assemble(command, normal, files)
}

/// What `--version` prints.
#[must_use]
pub fn version() -> String {
    format!(
        "bpf-linker {}\nLLVM {} and newer, loaded at run time (--verbose shows which)\n",
        env!("CARGO_PKG_VERSION"),
        OLDEST_LLVM
    )
}

/// The oldest major version of LLVM that is supported.
pub const OLDEST_LLVM: u32 = 19;
