//! `--Map`: sections, symbols, the origin of each, and the reasons for taking archive members.

use std::{collections::BTreeMap, fmt::Write};

use super::program_report::table;
use crate::{
    backend::{LinkTrace, Reason},
    elf::{Elf, Place, SymbolKind},
    report::{Origin, Result, count, demangled},
};

/// Returns the map of the finished object `bytes`.
///
/// # Errors
/// The bytes are no object.
pub(super) fn map(bytes: &[u8], link_trace: &LinkTrace) -> Result<String> {
    let elf = Elf::parse(bytes)?;
    let mut text = members(link_trace);
    let none = BTreeMap::new();
    let origins = link_trace.origins.as_ref().unwrap_or(&none);
    let mut rows = vec![
        ["section", "offset", "size", "align", "symbol", "origin"].map(str::to_owned).to_vec(),
    ];
    for (id, section) in &elf.sections {
        if section.name.is_empty() {
            continue;
        }
        let size = section.size().to_string();
        let align = section.align.to_string();
        rows.push(vec![section.name.clone(), String::new(), size, align]);
        let mut symbols = elf
            .symbols
            .values()
            .filter(|symbol| {
                symbol.place == Place::Section(*id)
                    && !symbol.name.is_empty()
                    && !matches!(symbol.kind, SymbolKind::Section | SymbolKind::File)
            })
            .collect::<Vec<_>>();
        symbols.sort_by_key(|symbol| symbol.value);
        rows.extend(symbols.into_iter().map(|symbol| {
            let origin = origin_of(origins, &symbol.name);
            let place = symbol.value.to_string();
            vec![
                String::new(),
                place,
                symbol.size.to_string(),
                String::new(),
                demangled(&symbol.name),
                origin,
            ]
        }));
    }
    text.push_str(&table(&rows));
    let undefined = elf
        .symbols
        .values()
        .filter(|symbol| symbol.place == Place::Undefined && !symbol.name.is_empty());
    let undefined = undefined.map(|symbol| demangled(&symbol.name)).collect::<Vec<_>>();
    if !undefined.is_empty() {
        let _ = write!(text, "\nleft to the loader: {}\n", undefined.join(", "));
    }
    let _ = writeln!(text, "\n{} in all", count(bytes.len(), "byte"));
    Ok(text)
}

/// Returns the table of archive members, each with the symbol that it was taken for; empty if there are none.
fn members(link_trace: &LinkTrace) -> String {
    let mut rows = vec![["archive member", "needed by", "for"].map(str::to_owned).to_vec()];
    for taken in &link_trace.taken {
        if let Reason::Needed { symbol, by } = &taken.reason {
            let by = by
                .as_ref()
                .map_or_else(|| "an option, or code generation".to_owned(), Origin::to_string);
            rows.push(vec![taken.origin.to_string(), by, demangled(symbol)]);
        }
    }
    if rows.len() == 1 { String::new() } else { table(&rows) + "\n" }
}

/// Returns the input that defines `symbol`. LLVM tells equal names of static symbols apart by a number at the end.
fn origin_of(origins: &BTreeMap<String, Origin>, symbol: &str) -> String {
    let plain = symbol.trim_end_matches(|char: char| char.is_ascii_digit()).strip_suffix('.');
    let found = origins.get(symbol).or_else(|| origins.get(plain?));
    found.map_or_else(|| "the linker".to_owned(), Origin::to_string)
}
