//! `--why-live SYMBOL`: the references that lead from what is exported to a symbol.

use std::collections::{HashMap, HashSet, VecDeque};

use super::session::Session;
use crate::{
    llvm::{Global, Linkage, Module, Value},
    plan::Requested,
    report::{nearest, quoted},
};

/// Records an answer for each symbol that the plan asks about; the exports of `module` are the only visible symbols.
pub(super) fn explain(session: &Session<'_>, module: &Module<'_>) {
    let asked = &session.plan.reports.why_live;
    if asked.is_empty() {
        return;
    }
    let paths = Paths::of(module);
    let answers = asked.iter().map(|name| answer(session, module, &paths, name));
    let answers = answers.collect::<Vec<_>>();
    session.link_trace.borrow_mut().why_live = answers;
}

/// For each reachable symbol, the one that it was reached from; `None` for those that stay by themselves.
struct Paths<'s>(HashMap<Global<'s>, Option<Global<'s>>>);

impl<'s> Paths<'s> {
    fn of(module: &Module<'s>) -> Self {
        let kept = module.kept();
        let is_root = |global: &Global<'_>| {
            let stays = !global.is_declaration()
                && !global.is_llvm_own()
                && !matches!(global.linkage(), Linkage::Local | Linkage::LinkOnce);
            stays || kept.contains(&global.name())
        };
        let mut reached = HashMap::new();
        let mut open = module.globals().filter(is_root).collect::<VecDeque<_>>();
        reached.extend(open.iter().map(|root| (*root, None)));
        while let Some(user) = open.pop_front() {
            for used in references(user) {
                reached.entry(used).or_insert_with(|| {
                    open.push_back(used);
                    Some(user)
                });
            }
        }
        Self(reached)
    }
}

fn references(user: Global<'_>) -> Vec<Global<'_>> {
    let mut found = Vec::new();
    if user.is_function() {
        let mut seen = HashSet::new();
        for instruction in user.instructions() {
            collect(instruction.value().operands(), &mut seen, &mut found);
        }
    } else if let Some(initial) = user.initial_value() {
        collect(vec![initial], &mut HashSet::new(), &mut found);
    }
    found
}

fn collect<'s>(
    mut open: Vec<Value<'s>>,
    seen: &mut HashSet<Value<'s>>,
    found: &mut Vec<Global<'s>>,
) {
    open.reverse();
    while let Some(value) = open.pop() {
        if let Some(global) = value.global() {
            found.push(global);
        } else if value.is_constant() && seen.insert(value) {
            open.extend(value.operands().into_iter().rev());
        }
    }
}

fn answer(session: &Session<'_>, module: &Module<'_>, paths: &Paths<'_>, name: &str) -> String {
    let named =
        |global: &Global<'_>| global.name() == name || quoted(&global.name()) == quoted(name);
    let Some(symbol) = module.globals().find(named) else {
        let near = nearest(name, module.globals().map(Global::name));
        let near = near.map(|near| format!("; did you mean {}?", quoted(&near)));
        return format!(
            "{} is in none of the linked inputs{}\n",
            quoted(name),
            near.unwrap_or_default()
        );
    };
    let Some(mut next) = paths.0.get(&symbol).copied() else {
        return format!("{} is not live: nothing that stays refers to it\n", quoted(name));
    };
    let mut text = format!("{} is live\n", quoted(&symbol.name()));
    let mut last = symbol;
    while let Some(user) = next {
        text.push_str(&format!("  {} refers to it\n", quoted(&user.name())));
        last = user;
        next = paths.0.get(&user).copied().flatten();
    }
    text.push_str(&format!("  {} stays: {}\n", quoted(&last.name()), reason(session, last)));
    text
}

fn reason(session: &Session<'_>, root: Global<'_>) -> String {
    let exports = &session.plan.exports;
    let name = root.name();
    match exports.named(&name) {
        Some(export) => format!("{} exports it", export.requested_by),
        None if exports.contains(&name) => "a pattern exports it".to_owned(),
        None if session.plan.visibility() == Requested::Inferred => {
            "it is not static, and no option says what to export".to_owned()
        }
        None if root.section().is_empty() => "it is marked `used`".to_owned(),
        None => format!("a loader looks for section {}", root.section()),
    }
}
