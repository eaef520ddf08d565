//! Resolves the names that inline assembly uses.
//!
//! LLVM parses assembly text only during code generation. Until then, a function or a variable that only the text names
//! seems unused, and a static one may be renamed if there is another of its name, so that the text would refer to the
//! wrong one. So this module finds the names in the text, keeps the symbols, and updates the text to their new names.

mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{opened::Opened, session::Session};
use crate::{
    llvm::{Global, Instruction, Linkage, Module},
    report::{Error, Origin, Result, quoted},
};

/// Static functions and variables of several inputs that shared a name, after each got a unique name.
#[derive(Debug, Default)]
pub(super) struct Statics {
    /// Maps the input and the former name to the current name.
    renamed: BTreeMap<(usize, String), String>,
    /// Maps each function to the input that defines it.
    functions: HashMap<String, usize>,
}

/// The symbol that a name in the text of an assembly call refers to.
#[derive(Clone, Debug)]
struct Mention<'s> {
    call: Instruction<'s>,
    name: String,
    global: Global<'s>,
}

/// The symbols that assembly names.
#[derive(Debug, Default)]
pub(super) struct Mentions<'s> {
    mentions: Vec<Mention<'s>>,
    known: BTreeSet<String>,
}

impl Statics {
    /// Gives static definitions of `opened` unique names if they share theirs with a symbol of another input.
    pub(super) fn separate(opened: &[Opened<'_>]) -> Self {
        let names = Named::of(opened);
        let taken = |name: &str| names.contains_key(name);
        let mut statics = Self::default();
        for (name, named) in names.iter().filter(|(_, named)| named.is_shared()) {
            let kept = usize::from(!named.is_seen);
            for (number, (input, global)) in named.statics.iter().enumerate().skip(kept) {
                let other = (number..).map(|number| format!("{name}.{number}"));
                let Some(other) = other.into_iter().find(|other| !taken(other)) else { continue };
                global.set_name(&other);
                statics.renamed.insert((*input, name.clone()), other);
            }
        }
        if !statics.renamed.is_empty() {
            statics.note_functions(opened);
        }
        statics
    }

    fn note_functions(&mut self, opened: &[Opened<'_>]) {
        for (index, input) in opened.iter().enumerate() {
            let defined = input.module.defined_functions();
            for function in defined {
                let is_strong = function.linkage() == Linkage::External;
                let unit = self.functions.entry(function.name()).or_insert(index);
                if is_strong {
                    *unit = index;
                }
            }
            let assembly = input.module.inline_asm();
            let rename = |name: &str| self.renamed.get(&(index, name.to_owned())).cloned();
            if let Some(text) = words::renamed(&assembly, rename) {
                input.module.set_inline_asm(&text);
            }
        }
    }

    /// Returns the current name of the symbol that assembly in `function` refers to as `name`.
    fn name_in(&self, function: &str, name: &str) -> Option<&String> {
        let unit = *self.functions.get(function)?;
        self.renamed.get(&(unit, name.to_owned()))
    }
}

/// The static definitions of a name, and whether there is also a visible symbol of that name.
#[derive(Debug, Default)]
struct Named<'s> {
    statics: Vec<(usize, Global<'s>)>,
    is_seen: bool,
}

impl<'s> Named<'s> {
    fn of(opened: &[Opened<'s>]) -> BTreeMap<String, Self> {
        let mut names = BTreeMap::<String, Self>::new();
        for (index, input) in opened.iter().enumerate() {
            for global in input.module.globals().filter(|global| !global.is_llvm_own()) {
                let named = names.entry(global.name()).or_default();
                if global.linkage() == Linkage::Local {
                    named.statics.push((index, global));
                } else {
                    named.is_seen = true;
                }
            }
        }
        names
    }

    fn is_shared(&self) -> bool {
        self.statics.len() + usize::from(self.is_seen) > 1
    }
}

impl<'s> Mentions<'s> {
    /// Records the symbols that assembly in `module` names; `find` resolves a name within a function.
    pub(super) fn note(
        &mut self,
        module: &Module<'s>,
        find: impl Fn(&str, &str) -> Option<Global<'s>>,
    ) {
        for function in module.defined_functions() {
            let mut calls = texts(function).peekable();
            if calls.peek().is_none() || !self.known.insert(function.name()) {
                continue;
            }
            for (call, text) in calls {
                for (name, _) in words::names(&text) {
                    if let Some(global) = find(&function.name(), name) {
                        self.mentions.push(Mention { call, name: name.to_owned(), global });
                    }
                }
            }
        }
    }

    /// Updates each text to the current names, and keeps the named symbols in `module`.
    pub(super) fn apply(self, session: &'s Session<'_>, module: &Module<'s>) {
        for Mention { call, name, global } in &self.mentions {
            let other = global.name();
            let text = call.assembly_text().filter(|_| other != *name);
            let rename = |found: &str| (found == name).then(|| other.clone());
            if let Some(text) = text.and_then(|text| words::renamed(&text, rename)) {
                call.set_assembly_text(&text);
            }
        }
        let mut kept = Vec::new();
        let named = self.mentions.into_iter().map(|mention| mention.global);
        for global in named.chain(of_module(module)).filter(|global| !global.is_declaration()) {
            if !kept.contains(&global) {
                kept.push(global);
            }
        }
        module.keep(&session.context, &kept);
    }
}

/// Collects the symbols that assembly in the given inputs names; `module` holds exactly these inputs.
pub(super) fn given<'s>(module: &Module<'s>, statics: &Statics) -> Mentions<'s> {
    let mut mentions = Mentions::default();
    mentions.note(module, |function, name| match statics.name_in(function, name) {
        Some(other) => module.find(other),
        None => module.find(name),
    });
    mentions
}

/// Returns the symbols that module-level assembly names.
fn of_module<'s>(module: &Module<'s>) -> Vec<Global<'s>> {
    let text = module.inline_asm();
    words::names(&text).into_iter().filter_map(|(name, _)| module.find(name)).collect()
}

fn texts<'s>(function: Global<'s>) -> impl Iterator<Item = (Instruction<'s>, String)> {
    function.instructions().filter_map(|call| Some((call, call.assembly_text()?)))
}

/// Rejects module-level assembly in `module`, from `origin`, that reads files.
///
/// # Errors
/// The module has such assembly.
pub(super) fn check_module(module: &Module<'_>, origin: &Origin) -> Result<()> {
    match words::reading(&module.inline_asm()) {
        Some(word) => {
            Err(refusal(&word).because(format!("it is in {origin}, outside of functions")))
        }
        None => Ok(()),
    }
}

/// Rejects assembly in functions of `module` that reads files.
///
/// # Errors
/// A function has such assembly.
pub(super) fn check_functions(module: &Module<'_>) -> Result<()> {
    for function in module.defined_functions() {
        for (call, text) in texts(function) {
            if let Some(word) = words::reading(&text) {
                let error =
                    refusal(&word).because(format!("it is in {}", quoted(&function.name())));
                return Err(error.at(call.place().map(|place| place.to_string())));
            }
        }
    }
    Ok(())
}

fn refusal(word: &str) -> Error {
    Error::link(format!("assembly reads a file: `{word}`"))
        .because("a link reads only what its command line names")
        .help("make the contents an array in the source (`include_bytes!`, `#embed`)")
}
