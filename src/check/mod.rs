//! Checks that the kernel and loaders would accept an object.
//!
//! - [`undefined`]: every symbol is defined;
//! - [`loader`]: loaders find and understand the maps;
//! - [`lints`]: loaders understand the rest;
//! - [`cpu_level`]: the code keeps to the requested CPU level;
//! - [`kernel`]: a kernel supports every feature used;
//! - [`stack`]: sizes, frames and call chains, for reports and limits.

pub mod cpu_level;
pub mod kernel;
pub mod lints;
pub mod loader;
pub mod stack;
pub mod undefined;

use crate::{
    btf,
    object::Object,
    plan::LinkPlan,
    report::{Audience, Result, Warnings},
};

/// The inputs of checks other than the object.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions<'a> {
    /// The link that the user requested.
    pub plan: &'a LinkPlan,
    /// Names that the inputs define, searched for near misses; empty if no symbol is missing.
    pub linkable: &'a [String],
    /// The reader of warnings.
    pub audience: Audience,
    /// Routines that may remain undefined.
    pub left_open: &'a [&'a str],
}

impl<'a> CheckOptions<'a> {
    /// Creates the options for `plan`, without near misses.
    #[must_use]
    pub const fn new(plan: &'a LinkPlan) -> Self {
        Self { plan, linkable: &[], audience: Audience::Person, left_open: &[] }
    }
}

/// Checks the code, data and symbols of a linked `object`.
///
/// # Errors
/// Returns an error if a symbol is undefined, or if loaders or the requested kernel would refuse the object.
pub fn code(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    loader::check_sections(&object.elf)?;
    undefined::check(object, options)?;
    if options.plan.is_for_a_kernel() {
        lints::check(object, options, warnings)?;
    }
    cpu_level::check(object, options.plan, warnings);
    match options.plan.kernel {
        Some(kernel) => kernel::check(object, kernel, warnings),
        None => Ok(()),
    }
}

/// Checks the BTF of a linked `object` and the maps that it describes.
///
/// # Errors
/// Returns an error if loaders would not understand a map, or if the BTF breaks a rule of the kernel.
pub fn types(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    let Some(info) = &object.btf else { return Ok(()) };
    loader::check(&object.elf, info, warnings)?;
    if info.btf.last_id().0 == 0 {
        return Ok(());
    }
    Ok(btf::rules::check(info, options.plan.debug_info.fix_options().kernel)?)
}
