//! Finishes emitted objects: BTF, maps, stripping.
//!
//! - [`join`](fn@join): one object of several;
//! - [`local_calls`]: references to local functions that loaders follow;
//! - `memory`: memory routines for native objects;
//! - [`maps`]: map definitions that every loader finds;
//! - [`strip`]: removal of unused sections and symbols;
//! - [`or_to_add`]: sums written as a bitwise or, which every kernel refuses;
//! - `vacant`: variables without a size;
//! - [`btf`](mod@btf): types and their links to the code.

pub mod btf;
mod join;
pub mod local_calls;
pub mod maps;
mod memory;
pub mod or_to_add;
pub mod strip;
mod vacant;

pub use join::{Joined, Unextended, join};
pub use memory::{is_routine as is_memory_routine, routines as memory_routines, use_results};

use crate::{
    btf::{self as types, Info, co_re::Queries},
    elf::Elf,
    object::{Function, Object, Role},
    plan::{LinkMode, LinkPlan, MapDefinitions, SourceLines},
    report::{Result, Warning, WarningKind, Warnings, quoted},
};

const WITH_DEBUG_INFO: &str = "compile Rust with -C debuginfo=2, C with -g";

/// Makes one object of `objects`, with code and symbols as the kernel and loaders accept them; [`describe`] adds
/// types.
///
/// # Errors
/// See [`join`](fn@join), and the passes above.
pub fn link(objects: Vec<Object>, plan: &LinkPlan) -> Result<Object> {
    let mut object = match <[Object; 1]>::try_from(objects) {
        Ok([only]) if only.role == Role::Emitted => only,
        Ok([only]) => join(vec![only], &plan.exports, plan.mode)?.object,
        Err(several) => join(several, &plan.exports, plan.mode)?.object,
    };
    vacant::extend_sections(&mut object.elf);
    maps::publish_symbols(&mut object.elf)?;
    show_programs(&mut object);
    if let Some(info) = &object.btf {
        maps::follow_aliases(&mut object.elf, info);
    }
    strip::strip(&mut object.elf, plan.debug_info.dwarf);
    or_to_add::rewrite(&mut object.elf, object.btf.as_ref());
    Ok(object)
}

/// Makes all programs visible to loaders.
fn show_programs(object: &mut Object) {
    let programs = object.functions().into_iter().filter(Function::is_program);
    for program in programs {
        if let Some(symbol) = object.elf.symbols.get_mut(&program.symbol) {
            symbol.show();
        }
    }
}

/// Makes the BTF of `object` acceptable to the kernel and loaders, and creates it if there is none.
///
/// # Errors
/// Returns an error if a section is larger than BTF can encode, or a CO-RE query is invalid.
pub fn describe(object: &mut Object, plan: &LinkPlan, warnings: &Warnings) -> Result<()> {
    let undefined = object.undefined();
    let mut info = match object.btf.take() {
        Some(info) => {
            warn_of_undescribed(object, &info, warnings);
            info
        }
        None => undescribed(&object.elf, warnings),
    };
    if plan.maps == MapDefinitions::Btf {
        maps::convert(&mut object.elf, &mut info, warnings);
    }
    if plan.mode == LinkMode::Final {
        btf::signatures::hide_unverifiable(&mut object.elf, &info, &plan.exports);
    }
    btf::sync_with_symbols(&mut info, &mut object.elf, &undefined, &object.declared, plan.mode)?;
    let queries = Queries::of(&info);
    if plan.debug_info.source_lines == SourceLines::Read {
        types::sources::quote(&mut info);
    }
    types::fix(&mut info, &plan.debug_info.fix_options())?;
    btf::co_re_patch::apply(&info, &queries, &mut object.elf)?;
    local_calls::resolve(&mut object.elf)?;
    object.btf = Some(info);
    Ok(())
}

/// Encodes `object`, with its BTF if it has any.
///
/// # Errors
/// Returns an error if a value does not fit its field in ELF or BTF.
pub fn emit(object: Object) -> Result<Vec<u8>> {
    let Object { mut elf, btf: info, .. } = object;
    // An object of data alone, without debug info, has no types, and the kernel refuses empty BTF.
    if let Some(info) = info.filter(|info| info.btf.last_id().0 > 0) {
        btf::put(&info, &mut elf)?;
    }
    elf.emit()
}

/// Warns about programs without debug info if others have it.
fn warn_of_undescribed(object: &Object, info: &Info, warnings: &Warnings) {
    let programs = object.functions().into_iter().filter(Function::is_program);
    let has_lines = |program: &Function| object.declared.unsigned.contains(&program.name);
    let names = programs.filter(|program| !has_lines(program) && !is_described(info, program));
    let names = names.map(|program| quoted(&program.name)).collect::<Vec<_>>();
    let subject = match names.as_slice() {
        [] => return,
        [name] => format!("the program {name} has no debug info: it is"),
        names => format!("the programs {} have no debug info: they are", names.join(", ")),
    };
    warnings.push(Warning {
        kind: WarningKind::MissingDebugInfo,
        message: format!("{subject} in the BTF by name only"),
        help: vec![WITH_DEBUG_INFO.to_owned()],
    });
}

fn is_described(info: &Info, function: &Function) -> bool {
    let tables = info.ext.iter().flat_map(|ext| &ext.func_info);
    let mut tables =
        tables.filter(|table| info.btf.strings.text(table.section) == function.section_name);
    tables.any(|table| {
        table.records.iter().any(|record| u64::from(record.insn_off) == function.offset)
    })
}

/// Returns the initial BTF if no input has debug info.
fn undescribed(elf: &Elf, warnings: &Warnings) -> Info {
    warnings.push(Warning {
        kind: WarningKind::MissingDebugInfo,
        message:
            "--btf is given, but no input has debug info: the BTF contains only names of functions"
                .to_owned(),
        help: vec![WITH_DEBUG_INFO.to_owned()],
    });
    Info { btf: types::Btf::new(elf.endian), ext: None }
}
