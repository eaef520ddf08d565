//! ELF bytes to the finished object: BTF, maps, stripping.
//!
//! Everything happens on one model of the file, [`elf::Elf`], that is parsed once and emitted once:
//!
//! - [`mod@code`]: instructions as values;
//! - [`inspect`]: functions, calls, and what is undefined;
//! - [`merge`]: sections that loaders want as one;
//! - [`maps`]: map definitions that every loader finds;
//! - [`strip`]: sections and symbols that nobody reads;
//! - [`disjoint`]: sums that were written as a bitwise or, which no kernel takes;
//! - [`btf`]: types, and what ties them to the code;
//! - [`loadable`]: the check that loaders find and understand the maps;
//! - [`needs`]: the check that nothing is missing;
//! - [`survey`]: sizes, frames and chains of calls, for reports and limits;
//! - [`level`]: the check that the code keeps to the CPU level ordered;
//! - [`kernel`]: the check that a kernel knows all of it.

pub mod btf;
pub mod code;
pub mod disjoint;
pub mod elf;
mod facts;
pub mod inspect;
pub mod kernel;
pub mod level;
pub mod loadable;
pub mod maps;
pub mod merge;
pub mod needs;
pub mod strip;
pub mod survey;

pub use facts::{Extern, Facts, Scalar, Shape, SourcePlace};

use self::{
    btf::{Info, core::Queries, rules::Kernel},
    elf::Elf,
};
use crate::{
    plan::{Btf, LinkPlan, MapDefinitions, SourceLines},
    report::{Result, Warning, Warnings},
};

/// Turns the object that code generation emitted into the one that is written.
///
/// `facts` is what the backend knows beyond `raw`; empty facts are fine.
///
/// # Errors
/// `raw` is not a BPF object, needs what nobody defines, or its BTF breaks a rule of the kernel.
pub fn finish(
    raw: Vec<u8>,
    plan: &LinkPlan,
    facts: &Facts,
    warnings: &Warnings,
) -> Result<Vec<u8>> {
    let mut elf = Elf::parse(&raw)?;
    drop(raw);
    merge::merge(&mut elf)?;
    maps::settle(&mut elf)?;
    let described = btf::link::take(&mut elf)?;
    strip::strip(&mut elf, plan.debug_info.dwarf);
    disjoint::mend(&mut elf, described.as_ref());
    let mut undefined = inspect::undefined_of(&elf);
    if let Some(info) = &described {
        btf::link::locate(&mut undefined, info);
    }
    loadable::check_sections(&elf)?;
    needs::check(&undefined, facts, &plan.undefined)?;
    level::check(&elf, described.as_ref(), plan, warnings);
    if let Some(kernel) = plan.kernel {
        kernel::check(&elf, described.as_ref(), &undefined, facts, kernel, warnings)?;
    }
    if plan.debug_info.btf == Btf::Emit {
        let mut info = described.unwrap_or_else(|| undescribed(&elf, warnings));
        if plan.maps == MapDefinitions::Btf {
            maps::convert(&mut elf, &mut info, warnings);
        }
        btf::link::fit(&mut info, &mut elf, &undefined, facts)?;
        let queries = Queries::of(&info);
        match plan.debug_info.source_lines {
            SourceLines::Read => btf::sources::quote(&mut info),
            SourceLines::Embedded => {
                btf::sources::quote_embedded(&mut info, &facts.embedded_sources)
            }
            SourceLines::None => {}
        }
        btf::fix(&mut info, &plan.debug_info)?;
        btf::core::answer(&info, &queries, &mut elf)?;
        loadable::check(&elf, &info, warnings)?;
        // Of data alone, without debug info, there is nothing to say, and the kernel refuses to be told nothing.
        if info.btf.last_id().0 > 0 {
            btf::rules::check(&info, oldest_kernel(plan))?;
            btf::link::put(&info, &mut elf)?;
        }
    } else {
        needs::warn_without_btf(&elf, described.as_ref(), &undefined, facts, warnings);
    }
    elf.emit()
}

/// What BTF there is to start from when no input has debug info.
fn undescribed(elf: &Elf, warnings: &Warnings) -> Info {
    warnings.push(Warning {
        name: "no-debug-info",
        message:
            "BTF was asked for, but no input has debug info: it describes functions by name only"
                .to_owned(),
        help: vec!["compile Rust with -C debuginfo=2, C with -g".to_owned()],
    });
    Info { btf: btf::Btf::new(elf.endian), ext: None }
}

/// The oldest kernel whose rules the BTF follows.
fn oldest_kernel(plan: &LinkPlan) -> Kernel {
    plan.debug_info.btf_compat.map_or(Kernel::NEWEST, |(major, minor)| Kernel(major, minor))
}
