//! Asks kernels whether they load a BPF object: the running one, and others that are booted in an emulator.
//!
//! - [`object`]: an object to be loaded, and how;
//! - [`libbpf`], [`libaya`]: loading, by either loader;
//! - [`outcome`]: what became of each program, and the figures in the verifier's log;
//! - [`machine`]: boots a kernel image with this program as its first process;
//! - [`init`]: that process;
//! - [`judge`]: the verdict of the running kernel;
//! - [`archive`]: the file system that it starts in;
//! - [`explain`]: a refusal at the line of the user's source, with the rule that it breaks;
//! - [`budget`]: limits on what programs cost, and a baseline to compare with;
//! - [`report`]: all of it as text, JSON and a table of programs by kernels.
//!
//! Nothing is attached or pinned, and nothing stays behind: what was loaded goes when the process ends.

pub mod archive;
pub mod budget;
pub mod explain;
pub mod init;
pub mod judge;
#[cfg(feature = "aya")]
pub mod libaya;
#[cfg(feature = "libbpf")]
pub mod libbpf;
mod lines;
mod log;
pub mod machine;
pub mod object;
#[cfg(feature = "libbpf")]
mod operations;
pub mod outcome;
pub mod report;
pub mod table;
mod tools;
