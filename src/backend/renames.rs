//! `--defsym` and `--wrap`: other names for what a module refers to.
//!
//! As in ld, only undefined references change: a module that defines the symbol itself keeps its own.

use crate::{
    llvm::{Global, Module},
    plan::{Definition, Symbols},
};

/// Changes the declarations of `module` as `symbols` demands.
pub(super) fn apply(module: &Module<'_>, symbols: &Symbols) {
    let declared = |name: &str| module.find(name).filter(|global| global.is_declaration());
    for (name, definition) in &symbols.defined {
        match (declared(name), definition) {
            (Some(global), Definition::Symbol(other)) => rename(module, global, other),
            (Some(global), Definition::Number(number)) => global.replace_uses_with_number(*number),
            (None, _) => {}
        }
    }
    for symbol in &symbols.wrapped {
        let real = declared(&format!("__real_{symbol}"));
        // A module that defines the symbol means its own by the plain name.
        if let Some(global) = declared(symbol) {
            rename(module, global, &format!("__wrap_{symbol}"));
        }
        if let Some(real) = real {
            rename(module, real, symbol);
        }
    }
}

/// Gives the declaration `global` the name `to`, or replaces it by what has that name.
fn rename(module: &Module<'_>, global: Global<'_>, to: &str) {
    match module.find(to) {
        Some(other) if other != global => global.value().replace_uses_with(other.value()),
        Some(_) => {}
        None => global.set_name(to),
    }
}
