//! Merges all modules into one.
//!
//! LLVM's C API links two modules at a time and scans the types of the growing module each time, so linking inputs one
//! after the other is quadratic. Instead, objects are linked in small groups into fresh modules, and those in groups
//! again, so that each global moves a number of times that grows with the logarithm of the number of inputs. The order
//! is kept, so the choice among weak definitions does not depend on the grouping. Archive members follow: see
//! [`resolve`](mod@super::resolve).

use std::collections::BTreeSet;

use super::{
    agreement::Agreement,
    assembly, builtins,
    definitions::Definitions,
    empty,
    opened::Opened,
    passes::license,
    program::{Merged, Program},
    quirks, renames, resolve,
    restorable::RestorableModule,
    runtime::{self, Routines},
    session::Session,
    trace::Reason,
    triple::{Triple, Triples},
};
use crate::{
    crash_handler,
    input::{Bitcode, Format, Inputs, Reading},
    llvm::{CodegenLevel, Machine, Module, Spec},
    report::{Error, Origin, Result},
};

/// The most modules that are linked one after the other into one.
const GROUP: usize = 32;

impl<'a> Session<'a> {
    /// Links the objects of `inputs` and the archive members that they need.
    ///
    /// # Errors
    /// An input cannot be parsed, a symbol is defined twice, or byte orders are mixed.
    pub fn merge<'s>(&'s self, mut inputs: Inputs) -> Result<Program<'s, Merged>>
    where
        'a: 's,
    {
        let opened = inputs
            .modules
            .iter_mut()
            .map(|input| {
                self.strip_unused_types(input, Reading::Whole);
                self.open_module(input)
            })
            .collect::<Result<Vec<_>>>()?;
        let target = self.decide_target(&opened)?;
        license::unify(&opened)?;
        let statics = assembly::Statics::separate(&opened);
        let mut definitions = Definitions::default();
        for (input, read) in opened.iter().zip(&inputs.modules) {
            self.link_trace.borrow_mut().enter(input, read.bytes.len(), Reason::Given);
            self.routines.borrow_mut().extend(Routines::of(&input.module, read));
            definitions.add(&input.module, &input.origin)?;
            target.apply(&input.module)?;
        }
        empty::check_inputs(self, &opened);
        let mut agreement = Agreement::of(&self.context, &opened, |index| {
            self.read_whole(inputs.modules.get(index)?)
        })?;
        let module = self.link_grouped(opened, &target)?;
        let mut archives = inputs.archives;
        let mut mentions = assembly::given(&module, &statics);
        let mut wanted = self.wanted(inputs.roots);
        wanted.extend(inputs.wanted);
        let mut notes = resolve::Notes { mentions: &mut mentions, agreement: &mut agreement };
        resolve::resolve(self, &module, &mut archives, &wanted, &target, &mut notes)?;
        agreement.check(&self.context, &module)?;
        mentions.apply(self, &module);
        builtins::define_called(self, &module, &target)?;
        assembly::check_functions(&module)?;
        let module = RestorableModule::new(module);
        Ok(Program { session: self, module, archives, target, phase: Merged })
    }

    /// Returns the symbols to take from archives even if nothing refers to them: those that rustc or the user wants to
    /// keep.
    fn wanted(&self, roots: Vec<String>) -> BTreeSet<String> {
        let exports = self.plan.exports.names.iter().map(|export| export.name.clone());
        let wanted = roots.into_iter().chain(exports);
        wanted.filter(|name| !runtime::is_listed_builtin(name, self.plan)).collect()
    }

    /// Removes from `input`, which is to be linked, the types and values of locals that no output shows.
    pub(super) fn strip_unused_types(&self, input: &mut Bitcode, reading: Reading) {
        if !self.plan.shows_dwarf() {
            input.strip_unused_types(reading);
        }
    }

    /// Opens one input as a module.
    pub(super) fn open_module(&self, input: &Bitcode) -> Result<Opened<'_>> {
        let name = input.origin.to_string();
        crash_handler::set_input(&name);
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
        renames::apply(&module, &self.plan.symbols);
        Ok(Opened { origin: input.origin.clone(), module })
    }

    /// Reads all of `input`, also the functions that LLVM otherwise reads when it links them; `None` if it is malformed.
    fn read_whole(&self, input: &Bitcode) -> Option<Module<'_>> {
        Module::parse(&self.context, &input.bytes, &input.origin.to_string()).ok()
    }

    fn decide_target(&self, opened: &[Opened<'_>]) -> Result<Triple> {
        let mut triples = Triples::default();
        for Opened { module, origin } in opened {
            triples.note(&module.triple(), &module.layout_text(), origin);
        }
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
        crash_handler::set_input(&origin.to_string());
        let worked = module.link(source);
        let failure = || Error::link(format!("cannot link {origin}"));
        let heard = self.check_diagnostics(failure);
        if worked {
            return heard;
        }
        Err(self.reader.cannot_link(heard.err().unwrap_or_else(failure)))
    }
}
