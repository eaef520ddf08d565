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
    /// The file for the timing of the phases in the Chrome trace format (`--time-trace`).
    pub time_trace: Option<PathBuf>,
    /// The folder for everything needed to repeat the link (`--reproduce`).
    pub reproduce: Option<PathBuf>,
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
