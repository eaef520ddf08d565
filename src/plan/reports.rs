//! Reports about the link, in addition to its output.

use std::path::PathBuf;

/// Reports about one link; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// Listing of each file and member taken, on standard error (`--trace`).
    pub trace: Listing,
    /// Listing of removed symbols, on standard error (`--print-gc`).
    pub dropped: Listing,
    /// The file for the extracted members and the reasons (`--why-extract`); `-` is standard output.
    pub why_extract: Option<PathBuf>,
    /// The file for the report on the program as text (`--report`); `-` is standard output.
    pub program: Option<PathBuf>,
    /// The file for the same report as JSON, described in `docs/report-schema.md` (`--report-json`); `-` is standard
    /// output.
    pub program_json: Option<PathBuf>,
    /// The file for the same report as a page for a browser (`--report-html`); `-` is standard output.
    pub program_html: Option<PathBuf>,
    /// The file for the timing of the phases in the Chrome trace format (`--time-trace`).
    pub time_trace: Option<PathBuf>,
    /// The file for sections, symbols and their origins (`--Map`); `-` is standard output.
    pub map: Option<PathBuf>,
    /// The file for the names of all files that the link reads, as a rule for make (`--dependency-file`).
    pub dependencies: Option<Dependencies>,
    /// Symbols to explain, on standard error (`--why-live`).
    pub why_live: Vec<String>,
    /// Summary of instructions, stack and maps, on standard error (`--print-memory-usage`).
    pub memory_usage: Listing,
    /// The folder for everything needed to repeat the link (`--reproduce`).
    pub reproduce: Option<PathBuf>,
}

/// A file for the names of all files that the link reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// The file to write.
    pub file: PathBuf,
    /// Files that the command line names and the plan does not: response files, scripts and lists.
    pub arguments: Vec<PathBuf>,
}

/// State of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// No listing.
    #[default]
    Silent,
    /// Listing on standard error.
    Print,
}
