//! Joins objects into one, as a linker does.
//!
//! A BPF object is loaded function by function, so the unit of linking is not the section but the *piece*: a function, a
//! variable, or a whole section whose contents cannot be told apart.
//!
//! 1. `names` finds the definition of each global symbol: strong before weak, then the first;
//! 2. `pieces` cuts sections where nothing runs or points across;
//! 3. `reach` marks the pieces that a loader looks for, and all that they refer to;
//! 4. `layout` gives each marked piece its place in the output;
//! 5. `write` copies them and adjusts what refers to a moved place: relocations, calls without one, jump tables;
//! 6. `btf` merges the BTF.
//!
//! Sections are not appended as a whole, as in `bpftool gen object`: overridden weak functions would stay as dead code, and static
//! functions beside a program would keep loaders from loading it.

mod addends;
mod btf;
mod extend;
mod gcc_co_re;
mod layout;
mod names;
mod pieces;
mod producers;
mod reach;
mod references;
mod write;

pub use extend::Unextended;

use std::collections::BTreeMap;

use self::{
    layout::Layout, names::Names, pieces::Pieces, producers::Producers, reach::Reached,
    references::Inputs,
};
use super::strip;
use crate::{
    bpf::target::Endian,
    object::{Object, Role, externs::Declared},
    plan::{Dwarf, Export, Exports, LinkMode, Presence},
    report::{Error, Origin, Result, nearest},
};

/// The sections of which an object has one value (`bpf_object__elf_collect` in libbpf).
const SINGLE: [&str; 2] = ["license", "version"];

/// The section of jump tables: for each, the offsets of its targets from the start of the function's section
/// (`BPFAsmPrinter::emitJumpTableInfo` in LLVM).
const JUMP_TABLES: &str = ".jumptables";

/// The result of joining objects.
#[derive(Debug)]
pub struct Joined {
    /// The object.
    pub object: Object,
    /// The functions and variables that were dropped, each with its origin, in order.
    pub dropped: Vec<(Origin, String)>,
    /// The calls from code of GCC whose arguments nothing extends, since widths are unknown.
    pub unextended: Vec<Unextended>,
}

/// Joins `objects`, in order. In a final link, symbols other than `exports` become local and what nothing reaches is
/// dropped; a relocatable link keeps both.
///
/// # Errors
/// Returns an error if a symbol is defined twice, objects differ in byte order, license or the type of a symbol, or an
/// object is malformed.
pub fn join(mut objects: Vec<Object>, exports: &Exports, mode: LinkMode) -> Result<Joined> {
    check_byte_order(&objects)?;
    let mut producers: Vec<Producers> =
        objects.iter().map(|object| Producers::of(&object.elf)).collect();
    if producers.iter().any(|it| it.gcc) {
        // How GCC passes an argument depends on the types of the other side.
        for object in &mut objects {
            object.decode_btf()?;
        }
    }
    gcc_co_re::check(&objects, &producers)?;
    extend::extend_arguments(&mut objects, &mut producers)?;
    for object in &mut objects {
        strip::strip(&mut object.elf, Dwarf::Strip);
        object.elf.sections.values_mut().for_each(|section| {
            section.relocations.sort_by_key(|relocation| relocation.offset);
        });
    }
    let unextended = extend::unextended(&objects, &producers, &Names::resolve(&objects)?);
    let types = objects.iter_mut().map(Object::take_btf).collect();
    let names = Names::resolve(&objects)?;
    check_single(&objects)?;
    check_exports(&objects, &names, exports)?;
    let pieces = Pieces::cut(&objects, &producers)?;
    let inputs = Inputs { objects: &objects, names: &names, pieces: &pieces, exports, mode };
    let reached = Reached::find(&inputs)?;
    let layout = Layout::of(&inputs, &reached)?;
    let dropped = reached.dropped(&inputs);
    let mut elf = write::write(&inputs, &layout)?;
    if mode == LinkMode::Relocatable {
        producers::mark(&mut elf, &producers);
    }
    let (btf, unsigned) = btf::merge(&inputs, &layout, types)?;
    let mut declared = declared(&objects);
    declared.unsigned.extend(unsigned);
    let origin = origin(&objects);
    let object = Object { elf, btf, later: None, origin, declared, role: Role::Emitted };
    Ok(Joined { object, dropped, unextended })
}

fn check_byte_order(objects: &[Object]) -> Result<()> {
    let Some(first) = objects.first() else { return Err(Error::link("nothing to link")) };
    match objects.iter().find(|object| object.elf.endian != first.elf.endian) {
        None => Ok(()),
        Some(other) => Err(Error::link("inputs of both byte orders cannot make one object")
            .because(format!("{} is {}", first.origin, byte_order(first)))
            .because(format!("{} is {}", other.origin, byte_order(other)))
            .help("compile all of them for one target, bpfel or bpfeb")),
    }
}

const fn byte_order(object: &Object) -> &'static str {
    match object.elf.endian {
        Endian::Little => "little endian",
        Endian::Big => "big endian",
    }
}

/// Checks that all objects with a license, or a version, have the same.
fn check_single(objects: &[Object]) -> Result<()> {
    let mut first: BTreeMap<&str, (&Object, &[u8])> = BTreeMap::new();
    for object in objects {
        for section in object.elf.sections.values() {
            if !SINGLE.contains(&section.name.as_str()) {
                continue;
            }
            let (other, value) =
                *first.entry(&section.name).or_insert_with(|| (object, section.bytes()));
            if value != section.bytes() {
                let sentence = |object: &Object, value: &[u8]| {
                    format!("in {} it is \"{}\"", object.origin, value.escape_ascii())
                };
                return Err(Error::link(format!("the inputs disagree about the {}", section.name))
                    .because(sentence(other, value))
                    .because(sentence(object, section.bytes()))
                    .help("a program has one: make them equal, or leave one out"));
            }
        }
    }
    Ok(())
}

/// Checks that the symbols that a user named are defined.
fn check_exports(objects: &[Object], names: &Names<'_>, exports: &Exports) -> Result<()> {
    // The license, of which each object may have one, is not among the definitions.
    let is_missing = |export: &&Export| {
        export.presence == Presence::Required
            && !names.definitions.contains_key(export.name.as_str())
            && !objects.iter().any(|object| object.elf.defines(&export.name))
    };
    let Some(Export { name, requested_by, .. }) = exports.names.iter().find(is_missing) else {
        return Ok(());
    };
    let error = Error::link(format!("no input defines `{name}`, which {requested_by} exports"));
    let defined = names.definitions.keys().map(|name| (*name).to_owned());
    Err(match nearest(name, defined) {
        Some(other) => error.help(format!("did you mean `{other}`?")),
        None => error.help("export only what an input defines"),
    })
}

fn origin(objects: &[Object]) -> Origin {
    match objects {
        [only] => only.origin.clone(),
        _ => Origin::whole("the linked object"),
    }
}

fn declared(objects: &[Object]) -> Declared {
    let mut all = Declared::default();
    for Declared { externs, unsigned, .. } in objects.iter().map(|object| &object.declared) {
        all.externs.extend(externs.clone());
        all.unsigned.extend(unsigned.iter().cloned());
    }
    all
}
