//! What the link tells about itself besides its output.

use std::path::PathBuf;

/// Reports about one link; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// Whether each file and member taken is listed on standard error (`--trace`).
    pub trace: Listing,
    /// Whether what was dropped is listed on standard error (`--print-gc`).
    pub dropped: Listing,
    /// Where to say which member was taken, and why (`--why-extract`); `-` is standard output.
    pub why_extract: Option<PathBuf>,
    /// Where to say for a person what the program is made of (`--report`); `-` is standard output.
    pub program: Option<PathBuf>,
    /// Where to say it as JSON, as `docs/report-schema.md` describes (`--report-json`); `-` is standard output.
    pub program_json: Option<PathBuf>,
    /// Where to write the phases in the Chrome trace format (`--time-trace`).
    pub time_trace: Option<PathBuf>,
    /// The folder that receives everything needed to repeat the link (`--reproduce`).
    pub reproduce: Option<PathBuf>,
}

/// Whether a listing is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Nothing is printed.
    #[default]
    Silent,
    /// The listing is printed.
    Print,
}
