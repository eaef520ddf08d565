//! A requirement of an object on the kernel.

use std::collections::BTreeSet;

use crate::{
    bpf::kernel::{FIRST_RELEASE, Feature, Kernel},
    btf::rules,
    object::Object,
    plan::{Btf, LinkPlan},
};

/// The certainty that the kernel will see the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Certain in every case.
    Certain,
    /// Possibly unreachable because of a test at load time.
    Guarded,
}

/// The kind of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeedKind {
    /// The type of a program, by its section.
    ProgramType,
    /// A structure of operations that the program fills in.
    StructOps,
    /// The type of a map.
    MapType,
    /// A field of a map's values that the kernel manages, such as a timer.
    MapField,
    /// A helper.
    Helper,
    /// A function of the kernel.
    KernelFunction,
    /// The form of an instruction.
    Instruction,
    /// Data of the object or the kernel.
    Data,
    /// A loop.
    Loop,
    /// A call from one function to another.
    Call,
    /// The number of functions that are active at once.
    CallDepth,
    /// The stack of a chain of calls.
    Stack,
    /// The number of instructions.
    Size,
}

impl NeedKind {
    /// Returns its name in reports (`docs/report-schema.md`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProgramType => "program-type",
            Self::StructOps => "struct-ops",
            Self::MapType => "map-type",
            Self::MapField => "map-field",
            Self::Helper => "helper",
            Self::KernelFunction => "kernel-function",
            Self::Instruction => "instruction",
            Self::Data => "data",
            Self::Loop => "loop",
            Self::Call => "call",
            Self::CallDepth => "call-depth",
            Self::Stack => "stack",
            Self::Size => "size",
        }
    }
}

/// The requirements of the programs of an object.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// The needs of each program, in the order of the object.
    pub programs: Vec<ProgramNeeds>,
    /// The needs of maps that no program refers to, which loaders create all the same.
    pub others: Vec<Need>,
}

/// The requirements of a program with all its callees, callbacks and maps.
#[derive(Clone, Debug)]
pub struct ProgramNeeds {
    /// The symbol of the program.
    pub program: String,
    /// One of each kind and feature, the newest first.
    pub needs: Vec<Need>,
}

/// The oldest kernel that may take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oldest {
    /// This release.
    Release(Kernel),
    /// None that is known.
    Never,
}

/// Returns the oldest kernel that fulfills all of `needs` that the kernel will certainly see.
pub fn oldest<'need>(needs: impl IntoIterator<Item = &'need Need>) -> Oldest {
    let certain = needs.into_iter().filter(|need| need.certainty == Certainty::Certain);
    let releases = certain.map(|need| need.since.map_or(Oldest::Never, Oldest::Release));
    releases.max().unwrap_or(Oldest::Release(FIRST_RELEASE))
}

/// Returns the kinds of BTF in `object` that not every kernel reads, the newest first; none if it will have no BTF.
/// Loaders rewrite these for the kernel at hand, so no kernel refuses an object for them.
#[must_use]
pub fn of_btf(object: &Object, plan: &LinkPlan) -> Vec<Feature> {
    let Some(info) = object.btf.as_ref().filter(|_| plan.debug_info.btf == Btf::Emit) else {
        return Vec::new();
    };
    let kernel = plan.debug_info.fix_options().kernel;
    let mut seen = BTreeSet::new();
    let features = info.btf.types.iter().flat_map(rules::needs);
    let mut features: Vec<Feature> =
        features.filter(|it| kernel.knows(it) && seen.insert(it.what)).collect();
    features.sort_by(|a, b| b.since.cmp(&a.since).then(a.what.cmp(b.what)));
    features
}

/// Keeps one of each kind and feature, the first that is certain, and sorts them, the newest first.
pub(super) fn sort_and_dedup(needs: &mut Vec<Need>) {
    needs.sort_by_key(|need| need.certainty == Certainty::Guarded);
    let mut seen = BTreeSet::new();
    needs.retain(|need| seen.insert((need.kind, need.what.clone())));
    let release = |need: &Need| need.since.map_or(Oldest::Never, Oldest::Release);
    needs.sort_by(|a, b| {
        release(b).cmp(&release(a)).then(a.kind.cmp(&b.kind)).then_with(|| a.what.cmp(&b.what))
    });
}

/// A requirement that only some kernels fulfill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its kind.
    pub kind: NeedKind,
    /// The required kernel feature.
    pub what: String,
    /// The first kernel with it; `None` if no kernel has it.
    pub since: Option<Kernel>,
    /// The remedy on an older kernel; empty if nothing does.
    pub remedy: String,
    /// The certainty that the kernel will see it.
    pub certainty: Certainty,
    /// The source location, as `file:line`.
    pub source: Option<String>,
    /// The location and the use, up to the verb and its object.
    subject: String,
}

impl Need {
    /// Creates an entry for a `subject` that needs `feature`.
    pub(super) fn feature(kind: NeedKind, subject: String, feature: &Feature) -> Self {
        let entry = Self::entry(kind, subject, feature.what.to_owned(), Some(feature.since));
        entry.with(Certainty::Certain, feature.remedy)
    }

    /// Creates an entry for a `subject` that needs `what`, added in kernel `since`; with `None`, no kernel has it.
    pub(super) fn entry(
        kind: NeedKind,
        subject: String,
        what: String,
        since: Option<Kernel>,
    ) -> Self {
        let (remedy, source) = (String::new(), None);
        Self { kind, subject, what, since, remedy, certainty: Certainty::Certain, source }
    }

    /// Returns the entry with this `certainty` and `remedy`.
    pub(super) fn with(self, certainty: Certainty, remedy: &str) -> Self {
        Self { certainty, remedy: remedy.to_owned(), ..self }
    }

    /// Returns the entry with this source location.
    pub(super) fn at(self, source: Option<String>) -> Self {
        Self { source, ..self }
    }

    /// Formats the entry as one line.
    pub(super) fn sentence(&self) -> String {
        let Self { subject, what, .. } = self;
        match self.since {
            Some(since) => format!("{subject} needs {what}: since kernel {since}"),
            None => format!("{subject} needs {what}, which no kernel has"),
        }
    }
}
