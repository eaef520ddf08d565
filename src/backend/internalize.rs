//! Hides all definitions except the exports.

use std::collections::HashSet;

use super::{
    entered,
    passes::noinline,
    program::{Internalized, Prepared, Program},
    session::Session,
    why_live,
};
use crate::{
    backend::runtime::{MEMORY, is_listed_builtin},
    bpf::section_names,
    llvm::{Global, Linkage, Module},
    plan::{Definition, Export, Presence, Requested},
    report::{Error, Result, Warning, WarningKind, nearest, quoted},
};

impl<'s> Program<'s, Prepared> {
    /// Hides all definitions except the exports. Declarations keep their linkage, by which loaders find kfuncs and
    /// ksyms.
    ///
    /// # Errors
    /// A symbol that the user asked to export is not defined.
    pub fn internalize(self) -> Result<Program<'s, Internalized>> {
        let session = self.session;
        let module = self.module.get(session)?;
        check_exports(session, module)?;
        session.link_trace.borrow_mut().note_definitions(module);
        let subprograms = noinline::find(module);
        let kept = module.kept();
        let entered = match session.plan.visibility() {
            Requested::Explicit => entered::find(&session.context, module),
            Requested::Inferred => HashSet::new(),
        };
        for global in module.globals().filter(|global| can_hide(*global)) {
            let stays = is_exported(session, global) || entered.contains(&global);
            let is_shared = session.native_names.contains(&global.name());
            if is_shared && !stays {
                session.linked_only.borrow_mut().insert(global.name());
            }
            if stays || is_shared {
                // Definitions from archives were marked discardable when linked; an exported one must stay. No loader
                // reads a tentative C definition, which has no section; after merging it is a definition.
                // Of a native object's definition and one from an archive, the native one was there first.
                let is_second = session.native_defined.contains(&global.name());
                match global.linkage() {
                    Linkage::LinkOnce if is_second => global.weaken(),
                    Linkage::LinkOnce | Linkage::Common => global.export(),
                    _ => {}
                }
            } else if kept.contains(&global.name()) && section_names::is_program(&global.section())
            {
                // It stays whatever is exported, but as a static function it would keep loaders from loading the other
                // programs.
                session.warnings.push(unexported(&global.name()));
            } else {
                global.internalize();
            }
        }
        noinline::make_replaceable(&subprograms);
        why_live::explain(session, module);
        if session.link_trace.borrow().wants_dropped() {
            let reached = module.duplicate()?;
            self.phase.machines.optimizing.run_passes(&reached, "globaldce")?;
            session.link_trace.borrow_mut().keep(&reached);
        }
        Ok(self.after(|Prepared { machines }| Internalized { machines }))
    }
}

fn can_hide(global: Global<'_>) -> bool {
    let visible = matches!(
        global.linkage(),
        Linkage::External | Linkage::LinkOnce | Linkage::Weak | Linkage::Common
    );
    visible && !global.is_declaration() && !global.is_llvm_own()
}

/// Returns true if `global` stays visible. Without requested exports, everything that is not static in the source
/// stays. Of archive members, which are linked only on demand, the things that a loader looks for stay: programs, maps
/// and the license, all in named sections.
fn is_exported(session: &Session<'_>, global: Global<'_>) -> bool {
    let exports = &session.plan.exports;
    match session.plan.visibility() {
        Requested::Explicit => {
            let name = global.name();
            exports.contains(&name) && !is_listed_builtin(&name, session.plan)
        }
        Requested::Inferred => {
            let has_section = !global.section().is_empty();
            // The same rule as for a list made by rustc: see below.
            let is_routine = MEMORY.contains(&global.name().as_str());
            // A member of an archive that a native object needs is linked like one that bitcode needs.
            let is_member = global.linkage() == Linkage::LinkOnce
                || session.native_wanted.contains(&global.name());
            has_section || !is_member && !is_routine
        }
    }
}

fn unexported(program: &str) -> Warning {
    Warning {
        kind: WarningKind::LocalProgram,
        message: format!(
            "the program {} is not among the exports, but marked `used`: it stays, since loaders refuse static programs",
            quoted(program)
        ),
        help: vec![
            "export it, or drop the attribute `used`, which SEC() of bpf_helpers.h brings"
                .to_owned(),
        ],
    }
}

fn check_exports(session: &Session<'_>, module: &Module<'_>) -> Result<()> {
    for export in &session.plan.exports.names {
        let is_defined = module.find(&export.name).is_some_and(|global| !global.is_declaration());
        // Whether a native object defines it is known when both are linked.
        if is_defined || session.native_names.contains(&export.name) {
            continue;
        }
        match export.presence {
            Presence::Required => {
                return Err(unknown_export(session, export, module));
            }
            Presence::Optional => {
                log::debug!(
                    "{} names `{}`, which no input defines",
                    export.requested_by,
                    export.name
                )
            }
        }
    }
    Ok(())
}

fn unknown_export(session: &Session<'_>, export: &Export, module: &Module<'_>) -> Error {
    let Export { name, requested_by, .. } = export;
    let error = Error::link(format!("no input defines `{name}`, which {requested_by} exports"));
    let renamed = session.plan.symbols.defined.iter().find(|(defined, _)| defined == name);
    if let Some((_, Definition::Symbol(other))) = renamed {
        return error
            .because("--defsym gives references another meaning, and adds no symbol")
            .help(format!("export `{other}`"));
    }
    let defined = module.globals().filter(|global| can_hide(*global)).map(Global::name);
    match nearest(name, defined) {
        Some(other) => error.help(format!("did you mean `{other}`?")),
        None => error
            .help("export only what an input defines; `#[unsafe(no_mangle)]` keeps a name in Rust"),
    }
}
