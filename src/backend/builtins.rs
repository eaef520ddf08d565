//! Provides the runtime routines that code generation calls although no source names them, such as `memcpy` and
//! `__multi3`.
//!
//! LLVM decides late, during instruction selection, that an operation becomes a call. Linking all candidates up front
//! would turn two instructions into a 100 KB object. Instead, the routines that code generation is expected to call (see
//! [`foreseen`]) and the undefined symbols of the finished object are resolved from the inputs' archives,
//! or else from a few built-in routines. The routines are optimized separately, since the program's code must not change
//! anymore.

use std::collections::BTreeSet;

use super::{
    agreement::Agreement,
    assembly::Mentions,
    foreseen,
    passes::{alignment, fences, inline, undefined, unroll},
    program::{Optimized, Program},
    resolve::{Notes, make_linkonce, resolve},
    session::Session,
};
use crate::{
    backend::{opened::Opened, passes::pipeline, runtime::MEMORY, triple::Triple},
    llvm::{Global, Instruction, Linkage, Module},
    object::{Callee, Object},
    plan::{InlineNever, Loops, MemoryBuiltins},
    report::{Origin, Result},
};

/// The built-in routines, for programs whose inputs define none.
const OWN: &str = include_str!("builtins.ll");

impl<'s> Program<'s, Optimized> {
    /// Links definitions of the symbols that `object`, generated from this program, leaves undefined and that no input
    /// names. Returns true if any were found.
    ///
    /// # Errors
    /// An archive cannot be read, or LLVM refuses a routine.
    pub fn provide(&mut self, object: &Object) -> Result<bool> {
        let leave = self.session.plan.codegen.memory_builtins == MemoryBuiltins::Leave;
        let is_declared = |name: &str| object.declared.externs.contains_key(name);
        let undefined = object.undefined().into_iter().map(|symbol| symbol.name);
        let invented = undefined
            .filter(|name| !(leave && MEMORY.contains(&name.as_str())))
            .filter(|name| MEMORY.contains(&name.as_str()) || !is_declared(name))
            .collect::<BTreeSet<_>>();
        if invented.is_empty() {
            return Ok(false);
        }
        log::info!("code generation calls {invented:?}, which was not foreseen");
        Ok(!self.link_routines(&invented)?.is_empty())
    }

    /// Links definitions of the routines that code generation is expected to call; returns their names.
    ///
    /// # Errors
    /// An archive cannot be read, or LLVM refuses a routine.
    pub fn foresee(&mut self) -> Result<BTreeSet<String>> {
        let codegen = &self.session.plan.codegen;
        if codegen.memory_builtins == MemoryBuiltins::Leave {
            return Ok(BTreeSet::new());
        }
        let expected = foreseen::routines(self.module.get(self.session)?, codegen.memcpy);
        if expected.is_empty() { Ok(expected) } else { self.link_routines(&expected) }
    }

    /// Removes the `foreseen` routines that `object`, generated from this program, does not call. Returns true if there
    /// are any.
    ///
    /// # Errors
    /// LLVM refuses the pass that removes them.
    pub fn withdraw(&mut self, foreseen: &BTreeSet<String>, object: &Object) -> Result<bool> {
        if foreseen.is_empty() {
            return Ok(false);
        }
        let functions = object.functions();
        let called = functions.iter().flat_map(|function| &function.references);
        let called = called
            .filter_map(|reference| match reference.callee {
                Callee::Function(symbol) | Callee::Callback(symbol) => Some(symbol),
                Callee::Undefined(_) | Callee::Helper(_) | Callee::Indirect => None,
            })
            .collect::<BTreeSet<_>>();
        let idle = functions.iter().filter(|function| {
            foreseen.contains(&function.name) && !called.contains(&function.symbol)
        });
        let idle = idle.map(|function| function.name.clone()).collect::<BTreeSet<_>>();
        if idle.is_empty() {
            return Ok(false);
        }
        log::info!("code generation does not call {idle:?}, which was foreseen");
        let module = self.module.get(self.session)?;
        module.keep_no_longer(&self.session.context, &idle);
        self.phase.machines.optimizing.run_passes(module, "globaldce")?;
        Ok(true)
    }

    /// Links definitions of the routines `wanted` and keeps them; returns the names of those found.
    fn link_routines(&mut self, wanted: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        let routines = self.routines(wanted)?;
        discard_results(&routines);
        let module = self.module.get(self.session)?;
        discard_results(module);
        let found = definitions(&routines).map(Global::name).filter(|name| wanted.contains(name));
        let found = found.collect::<BTreeSet<_>>();
        log::debug!("code generation wants {wanted:?}, found {found:?}");
        definitions(&routines)
            .filter(|global| !wanted.contains(&global.name()))
            .for_each(Global::internalize);
        pipeline::run(self.session, &self.phase.machines.optimizing, &routines)?;
        alignment::limit(self.session, &routines);
        undefined::define(&self.session.context, &routines);
        self.phase.routines.extend(routines.functions().map(Global::name));
        fences::lower(self.session, &routines);
        self.report_for_old_kernels(&routines, &found);
        self.session.link_into(module, routines, &own_origin())?;
        let provided = found.iter().filter_map(|name| module.find(name)).collect::<Vec<_>>();
        provided.iter().for_each(|global| global.internalize());
        module.keep(&self.session.context, &provided);
        Ok(found)
    }

    /// Warns about calls and loops in `routines`, which define `found`, if the target kernel does not support them.
    fn report_for_old_kernels(&self, routines: &Module<'s>, found: &BTreeSet<String>) {
        let codegen = &self.session.plan.codegen;
        if codegen.inline_never == InlineNever::Ignore {
            found.iter().for_each(|name| inline::report_routine(self.session, name));
        }
        if codegen.loops == Loops::Unroll {
            unroll::report(self.session, routines);
        }
    }

    /// Returns a module with the definitions found for `names`: in given modules, else in the archives, else among the
    /// built-in routines.
    fn routines(&mut self, names: &BTreeSet<String>) -> Result<Module<'s>> {
        let (session, target) = (self.session, &self.target);
        let module = target.fresh(session)?;
        self.take_given(&module, names)?;
        let mut mentions = Mentions::default();
        let mut agreement = Agreement::default();
        let mut notes = Notes { mentions: &mut mentions, agreement: &mut agreement };
        resolve(session, &module, &mut self.archives, names, target, &mut notes)?;
        mentions.apply(session, &module);
        link_own(session, &module, target, &undefined(&module, names))?;
        Ok(module)
    }

    /// Links into `module` the routines among `names` that given modules define.
    fn take_given(&self, module: &Module<'s>, names: &BTreeSet<String>) -> Result<()> {
        let mut missing = names.clone();
        for routines in self.session.routines.borrow().iter() {
            let found = &missing & &routines.names;
            if found.is_empty() {
                continue;
            }
            missing = &missing - &found;
            let opened = self.session.open_module(&routines.bitcode)?;
            make_linkonce(&opened, "given", &found);
            self.target.apply(&opened.module)?;
            self.session.link_into(module, opened.module, &opened.origin)?;
        }
        Ok(())
    }
}

/// Links the built-in definitions of the memory routines that `module` calls by name but does not define.
///
/// # Errors
/// LLVM refuses one.
pub(super) fn define_called<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    target: &Triple,
) -> Result<()> {
    if session.plan.codegen.memory_builtins == MemoryBuiltins::Leave {
        return Ok(());
    }
    let is_called = |name: &&str| {
        let known = module.find(name);
        known.is_some_and(|it| {
            it.linkage() == Linkage::External && it.is_declaration() && it.is_used()
        })
    };
    let names = MEMORY.iter().copied().filter(is_called).map(str::to_owned).collect();
    link_own(session, module, target, &names)?;
    if !names.is_empty() {
        discard_results(module);
    }
    Ok(())
}

/// Links the built-in definitions of `names` into `module`.
fn link_own<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    target: &Triple,
    names: &BTreeSet<String>,
) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let own = Module::parse(&session.context, OWN.as_bytes(), "builtins.ll")?;
    let own = Opened { origin: own_origin(), module: own };
    make_linkonce(&own, "own", names);
    target.apply(&own.module)?;
    session.link_into(module, own.module, &own.origin)
}

/// The C memory routines that return their destination.
const RETURNING: [&str; 3] = ["memcpy", "memmove", "memset"];

/// Makes the routines return nothing and replaces uses of their result with the argument, which is the same value: a
/// kernel rejects functions that return a stack address, and most memory that a program sets is on the stack.
fn discard_results(module: &Module<'_>) {
    let bodies = module.defined_functions();
    let calls = bodies.flat_map(Global::instructions).filter(|instruction| {
        instruction.callee().is_some_and(|callee| RETURNING.contains(&callee.name().as_str()))
    });
    calls.for_each(|call| call.return_argument(0));
    let routines = RETURNING.iter().filter_map(|name| module.find(name));
    for routine in routines.filter(|routine| !routine.is_declaration()) {
        routine.forget_returned(0);
        routine.instructions().for_each(Instruction::return_nothing);
    }
}

/// Returns the `names` that `module` does not define.
fn undefined(module: &Module<'_>, names: &BTreeSet<String>) -> BTreeSet<String> {
    let missing = names.iter().filter(|name| module.find(name).is_none_or(Global::is_declaration));
    missing.cloned().collect()
}

fn definitions<'ctx>(module: &Module<'ctx>) -> impl Iterator<Item = Global<'ctx>> {
    module.globals().filter(|global| {
        !global.is_declaration() && !global.is_llvm_own() && global.linkage() != Linkage::Local
    })
}

fn own_origin() -> Origin {
    Origin::whole("the linker's own routines")
}
