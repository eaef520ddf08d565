//! References to local functions, in the form that loaders read.
//!
//! libbpf takes the callee of a relocated call from a global function, or from the section and the distance in the
//! instruction (`sym_is_subprog`); a local function symbol means nothing to it.

use crate::{
    elf::{Binding, Elf, Place, RelocationKind, SectionId, SymbolId, SymbolKind},
    report::Result,
};

/// Makes relocations of code that name a local function refer to its section instead.
///
/// # Errors
/// Returns an error if a relocation is outside its section.
pub fn resolve(elf: &mut Elf) -> Result<()> {
    let mut sections = elf.section_symbols();
    let code: Vec<SectionId> = elf.code().map(|(id, _)| id).collect();
    for &id in &code {
        let relocations = elf.sections.get(&id).map_or_else(Vec::new, |it| it.relocations.clone());
        for (index, relocation) in relocations.into_iter().enumerate() {
            let Some((home, value)) = local_function(elf, relocation.symbol) else { continue };
            if !matches!(relocation.kind, RelocationKind::Call | RelocationKind::Imm64) {
                continue;
            }
            let symbol = *sections.entry(home).or_insert_with(|| elf.add_section_symbol(home));
            let endian = elf.endian;
            let Some(section) = elf.sections.get_mut(&id) else { continue };
            section.set_addend(endian, relocation.kind, relocation.offset, value)?;
            if let Some(relocation) = section.relocations.get_mut(index) {
                relocation.symbol = symbol;
            }
        }
    }
    Ok(())
}

fn local_function(elf: &Elf, symbol: SymbolId) -> Option<(SectionId, i64)> {
    let symbol = elf.symbols.get(&symbol)?;
    let is_local = symbol.binding == Binding::Local && symbol.kind == SymbolKind::Function;
    match symbol.place {
        Place::Section(section) if is_local => Some((section, symbol.value as i64)),
        _ => None,
    }
}
