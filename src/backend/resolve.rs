//! Links archive members: only those that are needed, and only the parts of them that are reached.
//!
//! As in ld, a member is taken when it defines a symbol that is still undefined; unlike in ld, members are lazy. Every
//! externally visible definition of a member is marked `linkonce_odr` before linking: LLVM's mover then reads and
//! copies only the bodies that the destination refers to, directly or indirectly. The copied code may refer to a member
//! that was linked before, so this repeats until nothing more is found.
//!
//! A member can therefore be linked more than once, each time for other functions, but its local definitions must stay
//! unique: two copies of a counter would be a bug. So local functions and variables also become `linkonce_odr`, under a
//! name specific to the member, so that a later round finds the copy of an earlier one. Constants stay as they are: a
//! second copy does no harm.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use super::{agreement::Agreement, assembly::Mentions, session::Session};
use crate::{
    backend::{
        opened::Opened,
        runtime::{MEMORY, is_offered},
        triple::Triple,
    },
    input::{Archive, MemberId, Reading},
    llvm::{Global, Linkage, Module},
    plan::{LinkPlan, MemoryBuiltins, Presence},
    report::Result,
};

/// The facts about inputs, to which members add theirs.
pub(super) struct Notes<'a, 's> {
    pub(super) mentions: &'a mut Mentions<'s>,
    pub(super) agreement: &'a mut Agreement<'s>,
}

/// Links members of `archives` into `module` until they define no undefined symbol; `strong` symbols are always
/// requested.
pub(super) fn resolve<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    archives: &mut [Archive],
    strong: &BTreeSet<String>,
    target: &Triple,
    notes: &mut Notes<'_, 's>,
) -> Result<()> {
    index(session, archives)?;
    let (mut asked, mut linked) = (BTreeSet::new(), BTreeSet::new());
    let mut locals = Locals::default();
    loop {
        let wanted = &undefined(module, strong) - &asked;
        let taken = members(archives, &wanted, session.plan);
        if taken.is_empty() {
            break;
        }
        for ((archive, member), symbol) in taken {
            let held = archives.get(archive).map(|archive| archive.load(member));
            let Some(mut bitcode) = held.transpose()? else { continue };
            log::debug!("taking {}", bitcode.origin);
            session.strip_unused_types(&mut bitcode, Reading::Reached);
            let opened = session.open_module(&bitcode)?;
            let mut link_trace = session.link_trace.borrow_mut();
            let reason = link_trace.reason(&symbol);
            link_trace.enter(&opened, bitcode.bytes.len(), reason);
            drop(link_trace);
            let tag = format!("m{archive}.{}", member.0);
            locals.add(&opened, &tag, make_linkonce(&opened, &tag, &(&wanted & strong)));
            target.apply(&opened.module)?;
            // Module-level assembly is never lazy; a second copy would define its symbols twice.
            if !linked.insert((archive, member)) {
                opened.module.set_inline_asm("");
            }
            notes.agreement.add_member(&session.context, &opened, &wanted)?;
            session.link_into(module, opened.module, &opened.origin)?;
        }
        asked.extend(wanted);
    }
    notes.mentions.note(module, |function, name| locals.find(module, function, name));
    restore_names(module, &locals.renamed);
    Ok(())
}

/// The local definitions of the members that were linked.
#[derive(Default)]
struct Locals {
    /// Maps the name used for linking to the name in the member.
    renamed: BTreeMap<String, String>,
    /// Maps each function to the tag of the member that defines it.
    members: HashMap<String, Rc<str>>,
}

impl Locals {
    /// Adds the names that [`make_linkonce`] changed in a member.
    fn add(&mut self, opened: &Opened<'_>, tag: &str, renamed: Vec<(String, String)>) {
        if renamed.is_empty() {
            return;
        }
        let tag = Rc::<str>::from(tag);
        let defined = opened.module.defined_functions();
        for function in defined {
            self.members.entry(function.name()).or_insert_with(|| tag.clone());
        }
        self.renamed.extend(renamed);
    }

    /// Finds the symbol that assembly in `function` refers to as `name`: a local one of the same member, or else a
    /// global one.
    fn find<'s>(&self, module: &Module<'s>, function: &str, name: &str) -> Option<Global<'s>> {
        let own = self.members.get(function).and_then(|tag| module.find(&format!("{name}.{tag}")));
        own.or_else(|| module.find(name))
    }
}

/// Restores the original names of local definitions, keyed in `renamed` by the name used for linking: users see them in
/// symbols and BTF. After the last link they can be local again; LLVM keeps equal names apart.
fn restore_names(module: &Module<'_>, renamed: &BTreeMap<String, String>) {
    for global in module.globals().filter(|global| !global.is_declaration()) {
        if let Some(name) = renamed.get(&global.name()) {
            global.set_name(name);
            global.internalize();
        }
    }
}

/// Uses LLVM to list the definitions of members without a symbol table.
fn index(session: &Session<'_>, archives: &mut [Archive]) -> Result<()> {
    for archive in archives {
        for member in archive.unindexed().to_vec() {
            let opened = session.open_module(&archive.load(member)?)?;
            let defined = opened.module.globals().filter(|global| is_offered(*global));
            archive.add_symbols(member, defined.map(Global::name));
        }
    }
    Ok(())
}

/// Returns the symbols that `module` refers to, or that `strong` lists, but that it does not define.
fn undefined(module: &Module<'_>, strong: &BTreeSet<String>) -> BTreeSet<String> {
    let referred = module.globals().filter(|global| {
        global.is_declaration()
            && global.linkage() == Linkage::External
            && !global.is_llvm_own()
            && global.is_used()
    });
    let wished = strong.iter().filter(|name| module.find(name).is_none_or(Global::is_declaration));
    referred.map(Global::name).chain(wished.cloned()).collect()
}

/// Returns the first member that defines each of `wanted`, with the first symbol that it is taken for.
fn members(
    archives: &[Archive],
    wanted: &BTreeSet<String>,
    plan: &LinkPlan,
) -> BTreeMap<(usize, MemberId), String> {
    let mut taken = BTreeMap::new();
    for symbol in wanted {
        let mut places = archives.iter().enumerate();
        let place = places.find_map(|(index, archive)| {
            let member = archive.defining(symbol)?;
            (!is_superseded(symbol, archive, member, plan)).then_some((index, member))
        });
        if let Some(place) = place {
            taken.entry(place).or_insert_with(|| symbol.clone());
        }
    }
    taken
}

/// Returns true for a memory routine of rustc, to which the built-in one is preferred: rustc's works on whole words and
/// thus computes with bits of addresses, which the verifier does not allow.
fn is_superseded(symbol: &str, archive: &Archive, member: MemberId, plan: &LinkPlan) -> bool {
    let is_demanded =
        plan.exports.named(symbol).is_some_and(|export| export.presence == Presence::Required);
    MEMORY.contains(&symbol)
        && plan.codegen.memory_builtins == MemoryBuiltins::Provide
        && !is_demanded
        && archive
            .member_origin(member)
            .is_some_and(|it| it.to_string().contains("compiler_builtins"))
}

/// Marks the definitions of the member called `tag` so that only those in use, or in `strong`, are moved. Returns the
/// new names of its local definitions, each with the old one.
pub(super) fn make_linkonce(
    opened: &Opened<'_>,
    tag: &str,
    strong: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    let functions = opened.module.defined_functions().map(|f| (f, true));
    let variables = opened.module.variables().filter(|variable| !variable.is_declaration());
    let variables = variables.map(|variable| (variable, !variable.is_constant()));
    let aliases = opened.module.aliases().map(|alias| (alias, true));
    for (global, has_identity) in functions.chain(variables).chain(aliases) {
        let name = global.name();
        match global.linkage() {
            _ if is_offered(global) && !strong.contains(&name) => global.make_discardable(),
            Linkage::Local if has_identity && !name.starts_with("llvm.") => {
                let tagged = format!("{name}.{tag}");
                global.set_name(&tagged);
                global.make_discardable();
                renamed.push((tagged, name));
            }
            _ => {}
        }
    }
    renamed
}
