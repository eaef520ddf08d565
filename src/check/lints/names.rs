//! Lints of names: sections one typo away from a known one, and programs whose name the kernel refuses.

use std::collections::BTreeSet;

use super::{Finding, Subject};
use crate::{
    bpf::section_names,
    elf::SymbolKind,
    report::{Error, WarningKind, quoted},
};

/// The number of bytes of a program's name that the kernel reads (`BPF_OBJ_NAME_LEN` without the terminating NUL).
const READ: usize = 15;

/// Finds such names.
pub(super) fn find(object: &Subject<'_>) -> Vec<Finding> {
    let mut found = programs(object);
    found.extend(data(object));
    found.extend(invalid_names(object));
    found
}

fn programs(object: &Subject<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let first = object.functions.iter().filter(|it| seen.insert(it.section_name.clone()));
    let near = first.filter_map(|it| Some((it, section_names::near_program(&it.section_name)?)));
    near.map(|(program, known)| {
        let error = unknown(&program.section_name, &known, &program.name);
        Finding::Doubtful(WarningKind::UnknownSection, error.at(object.source(program, 0)))
    })
    .collect()
}

fn data(object: &Subject<'_>) -> Vec<Finding> {
    let sections = object.elf.sections.iter().filter(|(_, section)| !section.is_code());
    let near = sections.filter_map(|(id, section)| {
        let known = section_names::near_data(&section.name)?;
        let symbols = object.elf.symbols_in(*id).into_iter();
        let mut variables = symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Object);
        Some((section, known, variables.next()?.1, *id))
    });
    // Code that uses the section is reported as an error elsewhere.
    near.filter(|(section, ..)| section.is_alloc())
        .filter(|(.., id)| object.users(*id).is_empty())
        .map(|(section, known, variable, _)| {
            let error = unknown(&section.name, known, &variable.name);
            Finding::Doubtful(WarningKind::UnknownSection, error)
        })
        .collect()
}

fn unknown(section: &str, known: &str, symbol: &str) -> Error {
    Error::link(format!("{} is in section `{section}`, which no loader knows", quoted(symbol)))
        .help(format!("did you mean `{known}`?"))
}

/// Finds programs whose name the kernel refuses (`bpf_obj_name_cpy` of `kernel/bpf/syscall.c`).
fn invalid_names(object: &Subject<'_>) -> Vec<Finding> {
    let programs = object.functions.iter().filter(|it| it.is_program());
    let known = programs.filter(|it| section_names::is_program(&it.section_name));
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let refused = known.filter(|it| !it.name.as_bytes().iter().take(READ).all(is_plain));
    refused
        .map(|program| {
            let name = &program.name;
            Finding::Refused(
                Error::link(format!("the kernel refuses a program called `{name}`"))
                    .at(object.source(program, 0))
                    .because(format!(
                        "names are made of ASCII letters, digits, `_` and `.`; it reads {READ} bytes of them"
                    ))
                    .help("rename the function, or what `export_name` or an assembly label calls it"),
            )
        })
        .collect()
}
