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

use crate::{
    bpf::kernel::Kernel,
    btf,
    object::Object,
    plan::LinkPlan,
    report::{Audience, Result, Warnings},
};

/// What checks go by besides the object.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions<'a> {
    /// What the user asked for.
    pub plan: &'a LinkPlan,
    /// What the inputs define and offer; empty when they need nothing else. Near misses are looked for here.
    pub linkable: &'a [String],
    /// The reader of warnings.
    pub audience: Audience,
    /// Routines that are left to somebody else to define.
    pub left_open: &'a [&'a str],
}

impl<'a> CheckOptions<'a> {
    /// Makes the options of a link as `plan` says, without near misses.
    #[must_use]
    pub const fn new(plan: &'a LinkPlan) -> Self {
        Self { plan, linkable: &[], audience: Audience::Person, left_open: &[] }
    }
}

/// Checks the code, data and symbols of a linked `object`.
///
/// # Errors
/// It needs what nobody defines, or loaders or the kernel asked for would refuse it.
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

/// Checks the BTF of a linked `object`, and what loaders find in it.
///
/// # Errors
/// Loaders would not understand a map, or the BTF breaks a rule of the kernel.
pub fn types(object: &Object, options: &CheckOptions<'_>, warnings: &Warnings) -> Result<()> {
    let Some(info) = &object.btf else { return Ok(()) };
    loader::check(&object.elf, info, warnings)?;
    if info.btf.last_id().0 == 0 {
        return Ok(());
    }
    btf::rules::check(info, oldest_kernel(options.plan))
}

/// The oldest kernel whose rules the BTF follows.
fn oldest_kernel(plan: &LinkPlan) -> Kernel {
    plan.debug_info.btf_compat.map_or(Kernel::NEWEST, |(major, minor)| Kernel(major, minor))
}
