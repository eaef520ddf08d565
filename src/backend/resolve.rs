//! Archive members: only those that are needed, and of those only what is reached.
//!
//! As ld does, a member is taken when it defines a symbol that is still undefined; unlike ld's, our members are lazy.
//! Every definition of a taken member that others can see is marked `linkonce_odr` before it is linked: LLVM's mover
//! then copies, and reads, only the bodies that the destination refers to, directly or through others. What was
//! copied may refer to a member that was linked before, so this goes round until nothing more is found.
//!
//! A member can therefore be linked more than once, each time for other functions. What is local to it must stay one
//! thing all the same: two copies of a counter would be a bug. Local functions and variables get a name of the
//! member's own and `linkonce_odr` too, so that a later round meets the copy of an earlier one. Constants stay as
//! they are: a second copy of those does no harm.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use super::{assembly::Mentions, session::Session};
use crate::{
    backend::{
        opened::Opened,
        runtime::{MEMORY, is_offered},
        triple::Triple,
    },
    input::{Archive, MemberId},
    llvm::{Global, Linkage, Module},
    plan::{LinkPlan, MemoryBuiltins, Presence},
    report::Result,
};

/// Links members of `archives` into `module` until nothing they define is undefined; `strong` is wanted in any case.
pub(super) fn resolve<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    archives: &mut [Archive],
    strong: &BTreeSet<String>,
    target: &Triple,
    mentions: &mut Mentions<'s>,
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
            session.hide_types(&mut bitcode);
            let opened = session.open_module(&bitcode)?;
            let mut account = session.account.borrow_mut();
            let reason = account.reason(&symbol);
            account.enter(&opened, bitcode.bytes.len(), reason);
            drop(account);
            let tag = format!("m{archive}.{}", member.0);
            locals.add(&opened, &tag, offer(&opened, &tag, &(&wanted & strong)));
            target.apply(&opened.module)?;
            // Assembly outside of functions is never lazy; a second copy would define its symbols twice.
            if !linked.insert((archive, member)) {
                opened.module.set_inline_asm("");
            }
            session.link_into(module, opened.module, &opened.origin)?;
        }
        asked.extend(wanted);
    }
    mentions.note(module, |function, name| locals.find(module, function, name));
    restore_names(module, &locals.renamed);
    Ok(())
}

/// What is local to the members that were linked.
#[derive(Default)]
struct Locals {
    /// The name it was linked by to the name in the member.
    renamed: BTreeMap<String, String>,
    /// The tag of the member that defines a function.
    members: HashMap<String, Rc<str>>,
}

impl Locals {
    /// Adds what [`offer`] renamed in a member.
    fn add(&mut self, opened: &Opened<'_>, tag: &str, renamed: Vec<(String, String)>) {
        if renamed.is_empty() {
            return;
        }
        let tag = Rc::<str>::from(tag);
        let defined = opened.module.functions().filter(|function| !function.is_declaration());
        for function in defined {
            self.members.entry(function.name()).or_insert_with(|| tag.clone());
        }
        self.renamed.extend(renamed);
    }

    /// What assembly in `function` calls `name`: something of its own member, or else what all see.
    fn find<'s>(&self, module: &Module<'s>, function: &str, name: &str) -> Option<Global<'s>> {
        let own = self.members.get(function).and_then(|tag| module.find(&format!("{name}.{tag}")));
        own.or_else(|| module.find(name))
    }
}

/// Gives what is local to a member its name back, the key of which is the one it was linked by: a person reads it in
/// symbols and in BTF. Now that nothing is linked any more, it can be local again; LLVM tells equal names apart.
fn restore_names(module: &Module<'_>, renamed: &BTreeMap<String, String>) {
    for global in module.globals().filter(|global| !global.is_declaration()) {
        if let Some(name) = renamed.get(&global.name()) {
            global.set_name(name);
            global.internalize();
        }
    }
}

/// Lists with LLVM's help what members define that carry no symbol table.
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

/// What `module` refers to and does not define, and what of `strong` it does not define.
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

/// The first member in order that defines each of `wanted`, with the first symbol that it is taken for.
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
            (!gives_way(symbol, archive, member, plan)).then_some((index, member))
        });
        if let Some(place) = place {
            taken.entry(place).or_insert_with(|| symbol.clone());
        }
    }
    taken
}

/// Returns true for a memory routine of rustc's own, to which ours is preferred: it works on whole words, which takes bits of
/// addresses, and the verifier allows no such thing.
fn gives_way(symbol: &str, archive: &Archive, member: MemberId, plan: &LinkPlan) -> bool {
    let is_demanded =
        plan.exports.named(symbol).is_some_and(|export| export.presence == Presence::Required);
    MEMORY.contains(&symbol)
        && plan.codegen.memory_builtins == MemoryBuiltins::Provide
        && !is_demanded
        && archive
            .member_origin(member)
            .is_some_and(|it| it.to_string().contains("compiler_builtins"))
}

/// Marks the definitions of the member called `tag` so that only what is in use, or `strong`, is moved. Returns the new
/// names of what is local to the member, each with the old one.
pub(super) fn offer(
    opened: &Opened<'_>,
    tag: &str,
    strong: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    let functions =
        opened.module.functions().filter(|function| !function.is_declaration()).map(|f| (f, true));
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
