//! What a link took and why, and what it left out: for `--trace`, `--why-extract`, `--print-gc` and `--time-trace`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    backend::opened::Opened,
    llvm::{Global, Linkage, Module},
    plan::{Listing, Reports},
    report::Origin,
};

/// What a link took and what it dropped.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The modules that were linked, each once, in the order they were taken.
    pub taken: Vec<Taken>,
    /// The functions and variables of given modules that nothing reaches: where they are and their names, in order.
    /// Filled when the plan wants a list.
    pub dropped: Vec<(Origin, String)>,
    /// What the inputs define, when they also need what they do not: near misses are looked for here.
    pub defined: BTreeSet<String>,
    /// Who mentions a symbol first. Filled when the plan wants to know why members were taken.
    mentions: Option<BTreeMap<String, Origin>>,
    entered: HashSet<Origin>,
    /// What may turn out to be dropped.
    candidates: Option<Vec<(Origin, String)>>,
}

/// A module that was linked.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Where it comes from.
    pub origin: Origin,
    /// Its size in bytes.
    pub bytes: usize,
    /// Why it was taken.
    pub reason: Reason,
}

/// Why a module was linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is an object, or of an archive that is linked whole.
    Given,
    /// An archive member that defines `symbol`.
    Needed {
        /// The symbol, the first in the order of names if there are several.
        symbol: String,
        /// Who refers to it first; `None` when it is wanted for itself, or by code generation.
        by: Option<Origin>,
    },
}

impl Account {
    pub(super) fn new(reports: &Reports) -> Self {
        let mentions = reports.why_extract.is_some().then(BTreeMap::new);
        let candidates = (reports.dropped == Listing::Print).then(Vec::new);
        Self { mentions, candidates, ..Self::default() }
    }

    /// Enters a module of `bytes` bytes; it may have been taken before, for other symbols.
    pub(super) fn enter(&mut self, opened: &Opened<'_>, bytes: usize, reason: Reason) {
        if !self.entered.insert(opened.origin.clone()) {
            return;
        }
        if let Some(mentions) = &mut self.mentions {
            for global in opened.module.globals().filter(|global| global.is_declaration()) {
                mentions.entry(global.name()).or_insert_with(|| opened.origin.clone());
            }
        }
        if let (Some(candidates), Reason::Given) = (&mut self.candidates, &reason) {
            let names = listed(&opened.module).map(|global| (opened.origin.clone(), global.name()));
            candidates.extend(names);
        }
        self.taken.push(Taken { origin: opened.origin.clone(), bytes, reason });
    }

    /// Notes what `module`, which is all that was linked, defines, unless it needs nothing else.
    pub(super) fn note_definitions(&mut self, module: &Module<'_>) {
        let is_missing = |global: &Global<'_>| {
            global.is_declaration()
                && global.is_used()
                && !global.is_llvm_own()
                && global.linkage() != Linkage::ExternalWeak
                && global.section().is_empty()
        };
        if module.globals().any(|global| is_missing(&global)) {
            let defined = module.globals().filter(|global| !global.is_declaration());
            self.defined =
                defined.filter(|global| !global.is_llvm_own()).map(Global::name).collect();
        }
    }

    /// Whether anybody wants to know what is dropped.
    pub(super) const fn wants_dropped(&self) -> bool {
        self.candidates.is_some()
    }

    /// Says that `kept` is what is left of all that was linked.
    pub(super) fn keep(&mut self, kept: &Module<'_>) {
        let kept = kept
            .globals()
            .filter(|global| !global.is_declaration())
            .map(Global::name)
            .collect::<BTreeSet<_>>();
        let candidates = self.candidates.take().unwrap_or_default();
        self.dropped = candidates.into_iter().filter(|(_, name)| !kept.contains(name)).collect();
    }

    /// Why a member that defines `symbol` is taken.
    pub(super) fn reason(&self, symbol: &str) -> Reason {
        let by = self.mentions.as_ref().and_then(|mentions| mentions.get(symbol).cloned());
        Reason::Needed { symbol: symbol.to_owned(), by }
    }
}

/// What of `module` a list of dropped things is about: functions, and variables but for nameless constants.
fn listed<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    let worth = |global: &Global<'_>| !global.is_declaration() && !global.is_llvm_own();
    let variables = module.variables().filter(worth);
    let variables = variables
        .filter(|variable| !variable.is_constant() || variable.linkage() != Linkage::Local);
    module.functions().filter(worth).chain(variables)
}
