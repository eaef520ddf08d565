//! Decides the target of the link from the options and the inputs.

use std::collections::BTreeMap;

use super::session::Session;
use crate::{
    bpf::target::{Endian, Target},
    llvm::Module,
    report::{Error, Origin, Result, Warning, WarningKind, Warnings},
};

/// The target with its data layout.
#[derive(Clone, Debug)]
pub(super) struct Triple {
    pub(super) target: Target,
    pub(super) layout: String,
}

impl Triple {
    /// Sets this target on `module`.
    pub(super) fn apply(&self, module: &Module<'_>) -> Result<()> {
        module.set_target(self.target.triple(), &self.layout)
    }

    /// Returns an empty module for this target.
    pub(super) fn fresh<'s>(&self, session: &'s Session<'_>) -> Result<Module<'s>> {
        let module = Module::empty(&session.context)?;
        self.apply(&module)?;
        Ok(module)
    }
}

/// The triples of the inputs, collected while they are opened.
#[derive(Debug, Default)]
pub(super) struct Triples {
    first: BTreeMap<&'static str, (Target, Origin)>,
    foreign: Vec<(String, Origin)>,
    /// The data layout of the first input that is not for BPF.
    layout: Option<String>,
}

impl Triples {
    /// Records the `triple` and data `layout` of the input `origin`; empty ones are ignored.
    pub(super) fn note(&mut self, triple: &str, layout: &str, origin: &Origin) {
        let target = Target::of_input(triple, layout);
        if target.is_none() && !layout.is_empty() {
            self.layout.get_or_insert_with(|| layout.to_owned());
        }
        match target {
            Some(target) => {
                let order = match target.endian() {
                    Endian::Little => "little",
                    Endian::Big => "big",
                };
                self.first.entry(order).or_insert_with(|| (target, origin.clone()));
            }
            None if triple.is_empty() => {}
            None => self.foreign.push((triple.to_owned(), origin.clone())),
        }
    }

    /// Returns the target of the link: the requested one, else that of the inputs, else `bpf` in the byte order for which
    /// they were compiled.
    ///
    /// # Errors
    /// Little- and big-endian inputs are mixed, or an input's byte order differs from that of the requested target.
    pub(super) fn decide(self, asked: Option<&Target>, warnings: &Warnings) -> Result<Target> {
        if let (Some(little), Some(big)) = (self.first.get("little"), self.first.get("big")) {
            return Err(Error::link("inputs of both byte orders cannot make one object")
                .because(format!("{} is for {}", little.1, little.0))
                .because(format!("{} is for {}", big.1, big.0))
                .help("compile all inputs for bpfel, or all for bpfeb"));
        }
        let found = self.first.into_values().next();
        if let (Some(asked), Some((target, origin))) = (asked, &found) {
            if asked.endian() != target.endian() {
                return Err(Error::link(format!(
                    "{origin} is for {target}, but --target is {asked}"
                ))
                .help("leave --target out, or compile the input for it"));
            }
        }
        if let Some((triple, origin)) = self.foreign.first() {
            let others = match self.foreign.len() - 1 {
                0 => String::new(),
                count => format!(", and so were {count} more"),
            };
            warnings.push(Warning {
                kind: WarningKind::ForeignTarget,
                message: format!("{origin} was compiled for {triple}, not for BPF{others}"),
                help: vec![
                    "compile with --target=bpf (clang) or --target bpfel-unknown-none (rustc)"
                        .to_owned(),
                ],
            });
        }
        let layout = self.layout.unwrap_or_default();
        let found = found.map(|(target, _)| target);
        Ok(asked.cloned().or(found).unwrap_or_else(|| Target::of_layout(&layout, Target::host())))
    }
}
