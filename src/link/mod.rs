//! The emitted object to the finished one: BTF, maps, stripping.
//!
//! Everything happens on one model of the file, [`elf::Elf`](crate::elf::Elf):
//!
//! - [`sections`]: sections that loaders want as one;
//! - [`maps`]: map definitions that every loader finds;
//! - [`strip`]: sections and symbols that nobody reads;
//! - [`or_to_add`]: sums that were written as a bitwise or, which no kernel takes;
//! - `vacant`: variables without a size;
//! - [`btf`](mod@btf): types, and what ties them to the code.

pub mod btf;
pub mod maps;
pub mod or_to_add;
pub mod sections;
pub mod strip;
mod vacant;

use crate::{
    bpf::kernel::Kernel,
    btf::{self as types, Info, co_re::Queries},
    check::{cpu_level, kernel, lints, loader, undefined},
    elf::Elf,
    object::{self, externs::Facts},
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
    sections::merge(&mut elf)?;
    vacant::settle(&mut elf);
    maps::settle(&mut elf)?;
    let described = object::take::take(&mut elf)?;
    strip::strip(&mut elf, plan.debug_info.dwarf);
    or_to_add::mend(&mut elf, described.as_ref());
    let mut needed = object::undefined_of(&elf);
    if let Some(info) = &described {
        btf::locate(&mut needed, info);
    }
    loader::check_sections(&elf)?;
    undefined::check(&needed, facts, &plan.undefined)?;
    if plan.is_for_a_kernel() {
        let btf = plan.debug_info.btf;
        lints::check(&elf, described.as_ref(), &needed, facts, btf, warnings)?;
    }
    cpu_level::check(&elf, described.as_ref(), plan, warnings);
    if let Some(kernel) = plan.kernel {
        kernel::check(&elf, described.as_ref(), &needed, facts, kernel, warnings)?;
    }
    if plan.debug_info.btf == Btf::Emit {
        let mut info = described.unwrap_or_else(|| undescribed(&elf, warnings));
        if plan.maps == MapDefinitions::Btf {
            maps::convert(&mut elf, &mut info, warnings);
        }
        btf::fit(&mut info, &mut elf, &needed, facts)?;
        let queries = Queries::of(&info);
        if plan.debug_info.source_lines == SourceLines::Keep {
            types::sources::quote(&mut info);
        }
        types::fix(&mut info, &plan.debug_info)?;
        btf::co_re_patch::answer(&info, &queries, &mut elf)?;
        loader::check(&elf, &info, warnings)?;
        // Of data alone, without debug info, there is nothing to say, and the kernel refuses to be told nothing.
        if info.btf.last_id().0 > 0 {
            types::rules::check(&info, oldest_kernel(plan))?;
            btf::put(&info, &mut elf)?;
        }
    } else {
        undefined::warn_without_btf(&elf, described.as_ref(), &needed, facts, warnings);
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
    Info { btf: types::Btf::new(elf.endian), ext: None }
}

/// The oldest kernel whose rules the BTF follows.
fn oldest_kernel(plan: &LinkPlan) -> Kernel {
    plan.debug_info.btf_compat.map_or(Kernel::NEWEST, |(major, minor)| Kernel(major, minor))
}
