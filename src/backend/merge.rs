//! One module out of many.
//!
//! LLVM's C API links two modules at a time, and each time scans the types of the module that grows. One input after
//! the other is therefore quadratic. Objects are instead linked in small groups into fresh modules, and those in
//! groups again, so that each global moves a number of times that grows with the logarithm of the inputs. Order is
//! kept, so which weak definition wins does not depend on the grouping. Archive members follow: see
//! [`resolve`](mod@super::resolve).

use std::collections::BTreeSet;

use super::{
    account::Reason,
    assembly,
    builtins::{self, Routines},
    contents,
    definitions::Definitions,
    internalize, licence,
    llvm::{CodegenLevel, Machine, Module, Spec},
    quirks, resolve,
    session::Session,
    target::Triples,
};
use crate::{
    guard,
    input::{Archive, Bitcode, Format, Inputs, Origin},
    plan::Target,
    report::{Error, Result},
};

/// How many modules are linked one after the other before the result is linked onwards.
const GROUP: usize = 32;

/// All that takes part in the link, in one module.
#[derive(Debug)]
pub struct Merged<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: Module<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: Triple,
}

/// The target with the data layout that goes with it.
#[derive(Clone, Debug)]
pub(super) struct Triple {
    pub(super) target: Target,
    pub(super) layout: String,
}

/// A module and where it came from.
pub(super) struct Opened<'s> {
    pub(super) origin: Origin,
    pub(super) module: Module<'s>,
}

impl<'a> Session<'a> {
    /// Links the objects of `inputs` and what they need of its archives.
    ///
    /// # Errors
    /// An input cannot be parsed, a symbol is defined twice, or byte orders are mixed.
    pub fn merge<'s>(&'s self, mut inputs: Inputs) -> Result<Merged<'s>>
    where
        'a: 's,
    {
        let opened = inputs
            .modules
            .iter_mut()
            .map(|input| {
                self.hide_types(input);
                self.open_module(input)
            })
            .collect::<Result<Vec<_>>>()?;
        let target = self.decide_target(&opened)?;
        licence::unify(&opened)?;
        let statics = assembly::Statics::separate(&opened);
        let mut definitions = Definitions::default();
        for (input, read) in opened.iter().zip(&inputs.modules) {
            self.account.borrow_mut().enter(input, read.bytes.len(), Reason::Given);
            self.routines.borrow_mut().extend(Routines::of(&input.module, read));
            definitions.add(&input.module, &input.origin)?;
            contents::check_input(self, &input.module, &input.origin);
            target.apply(&input.module)?;
        }
        let module = self.link_grouped(opened, &target)?;
        let mut archives = inputs.archives;
        let mut mentions = assembly::given(&module, &statics);
        let wanted = self.wanted(inputs.roots);
        resolve::resolve(self, &module, &mut archives, &wanted, &target, &mut mentions)?;
        mentions.settle(self, &module);
        builtins::define_called(self, &module, &target)?;
        assembly::check_functions(&module)?;
        Ok(Merged { session: self, module, archives, target })
    }

    /// What is taken from archives although nothing may refer to it: what rustc or the user wants to keep.
    fn wanted(&self, roots: Vec<String>) -> BTreeSet<String> {
        let exports = self.plan.exports.names.iter().map(|export| export.name.clone());
        let wanted = roots.into_iter().chain(exports);
        wanted.filter(|name| !internalize::is_listed_builtin(name, self.plan)).collect()
    }

    /// Takes out of `input`, which is to be linked, what no output shows.
    pub(super) fn hide_types(&self, input: &mut Bitcode) {
        if !self.plan.shows_dwarf() {
            input.hide_types();
        }
    }

    /// Opens one input.
    pub(super) fn open_module(&self, input: &Bitcode) -> Result<Opened<'_>> {
        let name = input.origin.to_string();
        guard::work_on(&name);
        let module = match input.format {
            Format::Bitcode => Module::open(&self.context, input.bytes.clone(), &name),
            Format::Text => Module::parse(&self.context, &input.bytes, &name),
        };
        let library = self.context.library();
        let module = module.map_err(|error| self.reader.cannot_read(error, input, library))?;
        if quirks::is_foreign_assembly(&module.inline_asm()) {
            module.set_inline_asm("");
        }
        assembly::check_module(&module, &input.origin)?;
        Ok(Opened { origin: input.origin.clone(), module })
    }

    fn decide_target(&self, opened: &[Opened<'_>]) -> Result<Triple> {
        let mut triples = Triples::default();
        opened.iter().for_each(|input| triples.note(&input.module.triple(), &input.origin));
        let target = triples.decide(self.plan.target.as_ref(), self.warnings)?;
        let library = self.context.library();
        let layout = Machine::new(
            library,
            Spec { triple: target.triple(), cpu: "", features: "", level: CodegenLevel::Default },
        )?
        .data_layout();
        Ok(Triple { target, layout })
    }

    fn link_grouped<'s>(&'s self, opened: Vec<Opened<'s>>, target: &Triple) -> Result<Module<'s>> {
        let mut level = opened;
        loop {
            let mut next = Vec::with_capacity(level.len().div_ceil(GROUP));
            let mut rest = level.into_iter().peekable();
            while rest.peek().is_some() {
                next.push(self.link_group(rest.by_ref().take(GROUP), target)?);
            }
            level = next;
            if level.len() <= 1 {
                break;
            }
        }
        match level.pop() {
            Some(last) => Ok(last.module),
            None => target.fresh(self),
        }
    }

    fn link_group<'s>(
        &'s self,
        group: impl Iterator<Item = Opened<'s>>,
        target: &Triple,
    ) -> Result<Opened<'s>> {
        let module = target.fresh(self)?;
        let mut first = None;
        for Opened { origin, module: source } in group {
            self.link_into(&module, source, &origin)?;
            first.get_or_insert(origin);
        }
        let origin = first.ok_or_else(|| Error::link("nothing to link"))?;
        Ok(Opened { origin, module })
    }

    /// Links `source` into `module`.
    pub(super) fn link_into(
        &self,
        module: &Module<'_>,
        source: Module<'_>,
        origin: &Origin,
    ) -> Result<()> {
        guard::work_on(&origin.to_string());
        let worked = module.link(source);
        let failure = || Error::link(format!("cannot link {origin}"));
        let heard = self.hear(failure);
        if worked {
            return heard;
        }
        Err(self.reader.cannot_link(heard.err().unwrap_or_else(failure)))
    }
}

impl Triple {
    /// Makes `module` one of this target.
    pub(super) fn apply(&self, module: &Module<'_>) -> Result<()> {
        module.set_target(self.target.triple(), &self.layout)
    }

    /// An empty module of this target.
    pub(super) fn fresh<'s>(&self, session: &'s Session<'_>) -> Result<Module<'s>> {
        let module = Module::empty(&session.context)?;
        self.apply(&module)?;
        Ok(module)
    }
}
