//! Merging of BTF: two parts that decode give types that decode, the same ones each time.
//!
//! The first two bytes say how many of the rest are the first part, whose `.BTF` has no `.BTF.ext`; the rest is `.BTF`
//! of the second part. Symbols and places are made of the names in both.

#![no_main]

use std::collections::BTreeMap;

use btf::{
    Info, Kind,
    merge::{Definition, Global, Moved, Part, Place, Scope, Symbols, merge},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first_chunk() else { return };
    let (first, second) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*len))));
    let Ok(first) = Info::decode(first, None) else { return };
    // Seeds of the target `btf` hold one `.BTF`, which is merged with itself.
    let second = Info::decode(second, None).unwrap_or_else(|_| first.clone());
    let parts = [part(first, 0), part(second, 64)];
    let symbols = symbols(&parts);
    let merged = merge(parts.clone(), &symbols);
    assert_eq!(merged, merge(parts, &symbols));
    let Ok(merged) = merged else { return };
    let Ok((btf, ext)) = merged.info.encode() else { return };
    assert_eq!(Info::decode(&btf, ext.as_deref()), Ok(merged.info));
});

/// Moves the first 32 bytes of each section of `info` by `offset`, and drops the rest.
fn part(info: Info, offset: u64) -> Part {
    let mut sections = BTreeMap::new();
    let mut definitions = BTreeMap::new();
    for (_, ty) in info.btf.iter() {
        let name = info.btf.strings.text(ty.name).into_owned();
        match &ty.kind {
            Kind::Datasec(_) if name.len() % 4 != 0 => {
                let to = Some(Place { section: name.clone(), offset });
                sections.insert(name, vec![Moved { from: 0..32, to }]);
            }
            Kind::Func { .. } | Kind::Var { .. } if name.len() % 2 == 0 => {
                definitions.insert(name, Place { section: ".data".to_owned(), offset: 0 });
            }
            _ => {}
        }
    }
    Part { info, name: "part.o".to_owned(), sections, definitions }
}

fn symbols(parts: &[Part]) -> Symbols {
    let mut symbols = Symbols::default();
    for part in parts {
        for (_, ty) in part.info.btf.iter() {
            let name = part.info.btf.strings.text(ty.name).into_owned();
            if !matches!(ty.kind, Kind::Func { .. } | Kind::Var { .. }) || name.len() % 3 == 0 {
                continue;
            }
            let place = Place { section: ".data".to_owned(), offset: name.len() as u64 };
            let definition = Definition { part: name.len() % 3 - 1, place, size: 4 };
            let scope = if name.len() % 5 == 0 { Scope::Local } else { Scope::Visible };
            let definition = (name.len() % 4 != 0).then_some(definition);
            symbols.globals.insert(name, Global { definition, scope });
        }
    }
    symbols
}
