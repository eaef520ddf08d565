//! Records what a link took and why, and what it dropped: for `--trace`, `--why-extract`, `--print-gc` and
//! `--time-trace`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    backend::opened::Opened,
    llvm::{Global, Linkage, Module},
    plan::{Listing, Reports},
    report::Origin,
};

/// A record of the modules that a link took and the definitions that it dropped.
#[derive(Clone, Debug, Default)]
pub struct LinkTrace {
    /// The linked modules, each once, in the order in which they were taken.
    pub taken: Vec<LinkedModule>,
    /// The unreachable functions and variables of given modules, with their origins, in order. Filled if the plan
    /// requests a list.
    pub dropped: Vec<(Origin, String)>,
    /// The names that the inputs define, to find near misses for undefined symbols; empty if nothing is undefined.
    pub defined: BTreeSet<String>,
    /// The first functions and variables that the inputs define, archive members left aside, and the number of others:
    /// to name them if the output is empty.
    pub(super) samples: (Vec<String>, usize),
    /// The answers to the questions why a symbol is live, in order.
    pub why_live: Vec<String>,
    /// The module that defines each symbol, the first if several do. Filled if the plan requests a map.
    pub origins: Option<BTreeMap<String, Origin>>,
    /// The first module that mentions each symbol. Filled if the plan requests the reasons for taking members.
    mentions: Option<BTreeMap<String, Origin>>,
    entered: HashSet<Origin>,
    /// The definitions that may turn out to be dropped.
    candidates: Option<Vec<(Origin, String)>>,
}

/// A module that was linked.
#[derive(Clone, Debug)]
pub struct LinkedModule {
    /// The origin of the module.
    pub origin: Origin,
    /// The size in bytes.
    pub bytes: usize,
    /// The reason for taking it.
    pub reason: Reason,
}

/// The reason for linking a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An object, or a member of an archive that is linked whole.
    Given,
    /// An archive member that defines `symbol`.
    Needed {
        /// The symbol, the first by name if there are several.
        symbol: String,
        /// The first module that refers to it; `None` if the symbol itself was requested, or code generation needs it.
        by: Option<Origin>,
    },
}

/// The number of definitions that a message names.
const SAMPLES: usize = 3;

impl LinkTrace {
    pub(super) fn new(reports: &Reports) -> Self {
        let wants_mentions = reports.why_extract.is_some() || reports.map.is_some();
        let mentions = wants_mentions.then(BTreeMap::new);
        let candidates = (reports.dropped == Listing::Print).then(Vec::new);
        let origins = reports.map.is_some().then(BTreeMap::new);
        Self { mentions, candidates, origins, ..Self::default() }
    }

    /// Records a linked module of `bytes` bytes. A member can be linked several times; only the first counts.
    pub(super) fn enter(&mut self, opened: &Opened<'_>, bytes: usize, reason: Reason) {
        if !self.entered.insert(opened.origin.clone()) {
            return;
        }
        if let Some(mentions) = &mut self.mentions {
            for global in opened.module.globals().filter(|global| global.is_declaration()) {
                mentions.entry(global.name()).or_insert_with(|| opened.origin.clone());
            }
        }
        if let Some(origins) = &mut self.origins {
            for global in opened.module.globals().filter(|global| !global.is_declaration()) {
                origins.entry(global.name()).or_insert_with(|| opened.origin.clone());
            }
        }
        if reason == Reason::Given {
            let mut own = listed(&opened.module);
            let free = SAMPLES.saturating_sub(self.samples.0.len());
            self.samples.0.extend(own.by_ref().take(free).map(Global::name));
            self.samples.1 = self.samples.1.saturating_add(own.count());
        }
        if let (Some(candidates), Reason::Given) = (&mut self.candidates, &reason) {
            let names = listed(&opened.module).map(|global| (opened.origin.clone(), global.name()));
            candidates.extend(names);
        }
        self.taken.push(LinkedModule { origin: opened.origin.clone(), bytes, reason });
    }

    /// Records the definitions in `module`, the result of linking, unless it refers to nothing undefined.
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

    /// Returns true if a list of dropped definitions is requested.
    pub(super) const fn wants_dropped(&self) -> bool {
        self.candidates.is_some()
    }

    /// Records `kept` as what remains of all linked modules.
    pub(super) fn keep(&mut self, kept: &Module<'_>) {
        let kept = kept
            .globals()
            .filter(|global| !global.is_declaration())
            .map(Global::name)
            .collect::<BTreeSet<_>>();
        let candidates = self.candidates.take().unwrap_or_default();
        self.dropped = candidates.into_iter().filter(|(_, name)| !kept.contains(name)).collect();
    }

    /// Returns the reason for taking a member that defines `symbol`.
    pub(super) fn reason(&self, symbol: &str) -> Reason {
        let by = self.mentions.as_ref().and_then(|mentions| mentions.get(symbol).cloned());
        Reason::Needed { symbol: symbol.to_owned(), by }
    }
}

/// Returns the definitions of `module` that a list of dropped ones covers: functions, and variables except nameless
/// constants.
fn listed<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    let worth = |global: &Global<'_>| !global.is_declaration() && !global.is_llvm_own();
    let variables = module.variables().filter(worth);
    let variables = variables
        .filter(|variable| !variable.is_constant() || variable.linkage() != Linkage::Local);
    module.functions().filter(worth).chain(variables)
}
