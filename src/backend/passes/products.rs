//! Expands products of more than 64 bits.
//!
//! BPF has no instruction for the upper half of a product, so LLVM calls `__multi3`, whose result a BPF function cannot
//! return: for 128-bit products, and for overflow-checked 64-bit products, as in each debug build of Rust. Four 32-bit
//! products replace it. They are expanded last, since optimization would turn them back into wide products.

use super::super::{opened::Opened, session::Session};
use crate::{
    llvm::{Global, Machine, Module},
    report::{Origin, Result},
};

/// The routines, which are inlined at every use.
const ROUTINES: &str = include_str!("products.ll");

/// The intrinsics that check a product for overflow, with their routines.
const CHECKED: [(&str, &str); 3] = [
    ("llvm.umul.with.overflow.i64", "bpf_linker.umul.i64"),
    ("llvm.smul.with.overflow.i64", "bpf_linker.smul.i64"),
    ("llvm.umul.with.overflow.i128", "bpf_linker.umul.i128"),
];

/// The prefix of the names of routines.
const PREFIX: &str = "bpf_linker.";

/// The routine for 128-bit products of 64-bit values.
const HALVES: &str = "bpf_linker.product";

/// The routine for 128-bit products.
const WIDE: &str = "bpf_linker.product.i128";

/// Expands the wide products in `module`.
///
/// # Errors
/// LLVM refuses the routines, or a pass.
pub(in crate::backend) fn spell_out<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    machine: &Machine,
) -> Result<()> {
    let checked = CHECKED.iter().any(|(name, _)| module.find(name).is_some());
    let bodies = module.defined_functions();
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
            intrinsic.replace_uses_with_value(routine);
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
    routines.set_target(&module.triple(), &module.layout_text())?;
    let opened = Opened { origin, module: routines };
    session.link_into(module, opened.module, &opened.origin)
}
