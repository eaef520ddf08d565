//! Checks of an object: would the kernel and loaders take it?
//!
//! - [`undefined`]: nothing is missing;
//! - [`loader`]: loaders find and understand the maps;
//! - [`lints`]: loaders understand the rest;
//! - [`cpu_level`]: the code keeps to the CPU level ordered;
//! - [`kernel`]: a kernel knows all of it;
//! - [`stack`]: sizes, frames and chains of calls, for reports and limits.

pub mod cpu_level;
pub mod kernel;
pub mod lints;
pub mod loader;
pub mod stack;
pub mod undefined;
