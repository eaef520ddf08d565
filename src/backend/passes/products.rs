//! Products of more than 64 bits, spelled out.
//!
//! BPF has no instruction for the upper half of a product, so LLVM calls `__multi3`, whose result no function of BPF can
//! return: for products of 128 bits, and for those of 64 bits whose overflow is checked, as in each debug build of Rust.
//! Four products of 32 bits do it. They are spelled out last, since optimization would make wide products of them again.

use super::super::{opened::Opened, session::Session};
use crate::{
    llvm::{Global, Machine, Module},
    report::{Origin, Result},
};

/// The routines, each inlined where it is used.
const ROUTINES: &str = include_str!("products.ll");

/// Intrinsics that check a product for overflow, and their routines.
const CHECKED: [(&str, &str); 3] = [
    ("llvm.umul.with.overflow.i64", "bpf_linker.umul.i64"),
    ("llvm.smul.with.overflow.i64", "bpf_linker.smul.i64"),
    ("llvm.umul.with.overflow.i128", "bpf_linker.umul.i128"),
];

/// How the names of routines begin.
const PREFIX: &str = "bpf_linker.";

/// The routine for products of 64 bits that are 128 wide.
const HALVES: &str = "bpf_linker.product";

/// The routine for products of 128 bits.
const WIDE: &str = "bpf_linker.product.i128";

/// Spells out the wide products in `module`.
///
/// # Errors
/// LLVM refuses the routines, or a pass.
pub(in crate::backend) fn spell_out<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    let checked = CHECKED.iter().any(|(name, _)| module.find(name).is_some());
    let bodies = module.functions().filter(|function| !function.is_declaration());
    let products: Vec<_> = bodies
        .flat_map(|function| function.instructions())
        .filter(|one| one.is_wide_product())
        .collect();
    if !checked && products.is_empty() {
        return Ok(());
    }
    take_routines(session, module)?;
    let routines = module.functions().filter(|function| function.name().starts_with(PREFIX));
    routines.for_each(Global::internalize);
    for (name, routine) in CHECKED {
        if let (Some(intrinsic), Some(routine)) = (module.find(name), module.find(routine)) {
            intrinsic.give_way_to(routine);
        }
    }
    if let (Some(halves), Some(wide)) = (module.find(HALVES), module.find(WIDE)) {
        products.into_iter().for_each(|one| one.multiply_by(&session.context, halves, wide));
    }
    machine.run_passes(module, "always-inline,function(early-cse,bdce,adce,simplifycfg),globaldce")
}

fn take_routines<'s>(session: &'s Session<'_>, module: &Module<'s>) -> Result<()> {
    let origin = Origin { file: "the linker's own routines".into(), members: Vec::new() };
    let routines = Module::parse(&session.context, ROUTINES.as_bytes(), "products.ll")?;
    routines.set_target(&module.triple(), &module.layout())?;
    let opened = Opened { origin, module: routines };
    session.link_into(module, opened.module, &opened.origin)
}
