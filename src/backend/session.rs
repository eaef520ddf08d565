//! What all phases of one link share.

use std::{
    cell::{Cell, RefCell},
    path::Path,
};

use super::{
    choose_llvm::Reader,
    quirks::{self, Relocations},
    remaining_panic::Panic,
    trace::Account,
};
use crate::{
    backend::runtime::Routines,
    input::Inputs,
    llvm::{Context, OptionsLease, Severity, locate},
    plan::{LinkPlan, LlvmErrors},
    report::{Audience, Error, Result, WarningKind, Warnings},
};

/// One link: its plan, its LLVM context and the lease of LLVM's options, which belong to the whole process.
#[derive(Debug)]
pub struct Session<'a> {
    pub(super) plan: &'a LinkPlan,
    pub(super) warnings: &'a Warnings,
    pub(super) reader: Reader<'a>,
    pub(super) context: Context,
    pub(super) account: RefCell<Account>,
    pub(super) routines: RefCell<Vec<Routines>>,
    pub(super) panics: RefCell<Vec<Panic>>,
    options: RefCell<Option<OptionsLease>>,
    relocations: Cell<Relocations>,
    audience: Audience,
}

impl<'a> Session<'a> {
    /// Finds and opens a libLLVM that can read `inputs`, and sets it up for `plan`.
    ///
    /// # Errors
    /// There is none, or it cannot be loaded; see [`Error::unfit_llvms`].
    pub fn open(plan: &'a LinkPlan, inputs: &Inputs, warnings: &'a Warnings) -> Result<Self> {
        let (reader, library) = Reader::open(plan, inputs, warnings)?;
        let wanted = quirks::options(plan, library.version(), Relocations::None);
        let options = RefCell::new(Some(library.set_options(wanted)?));
        let account = RefCell::new(Account::new(&plan.reports));
        let (context, routines) = (Context::new(library), RefCell::default());
        let relocations = Cell::new(Relocations::None);
        let audience = audience(plan, inputs);
        let panics = RefCell::default();
        Ok(Self {
            plan,
            warnings,
            reader,
            context,
            account,
            routines,
            panics,
            options,
            relocations,
            audience,
        })
    }

    /// The file of the libLLVM at work.
    #[must_use]
    pub fn library(&self) -> &Path {
        self.reader.path()
    }

    /// Who sees the warnings.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// Sets LLVM up for a program with `relocations`, which is known only when its modules are linked.
    ///
    /// What LLVM did until then depends on none of these options.
    ///
    /// # Errors
    /// See [`Library::set_options`](crate::llvm::Library::set_options).
    pub(super) fn prepare_for(&self, relocations: Relocations) -> Result<()> {
        self.relocations.set(relocations);
        // The former ones are given back first: two links that wait for each other's would wait for ever.
        drop(self.options.take());
        let library = self.context.library();
        let wanted = quirks::options(self.plan, library.version(), relocations);
        self.options.replace(Some(library.set_options(wanted)?));
        Ok(())
    }

    /// What was taken and dropped so far.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account.borrow().clone()
    }

    /// The panics that remain in the program, once it is optimized.
    #[must_use]
    pub fn panics(&self) -> Vec<Panic> {
        self.panics.borrow().clone()
    }

    /// Shows LLVM's warnings as ours; LLVM's errors become `error` unless the plan tolerates them.
    pub(super) fn hear(&self, error: impl FnOnce() -> Error) -> Result<()> {
        let mut errors = Vec::new();
        for said in self.context.take_diagnostics() {
            match said.severity {
                Severity::Error if !quirks::is_bogus(&said.text) => errors.push(said.text),
                Severity::Warning => self.warnings.warn(WarningKind::Llvm, said.text),
                _ => log::debug!("LLVM says: {}", said.text),
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        if self.plan.llvm_errors == LlvmErrors::Tolerate {
            errors.into_iter().for_each(|text| self.warnings.warn(WarningKind::LlvmErrors, text));
            return Ok(());
        }
        Err(errors.into_iter().fold(error(), Error::because))
    }

    /// Does `work` while LLVM has one more `option`.
    ///
    /// # Errors
    /// This libLLVM cannot take options back.
    pub(super) fn with_option<T>(&self, option: &str, work: impl FnOnce() -> T) -> Result<T> {
        let library = self.context.library();
        let usual = quirks::options(self.plan, library.version(), self.relocations.get());
        let more = usual.iter().cloned().chain([option.to_owned()]).collect();
        // Options belong to the process: whoever wants others waits until nobody relies on these.
        drop(self.options.take());
        let lease = library.set_options(more)?;
        let done = work();
        drop(lease);
        self.options.replace(Some(library.set_options(usual)?));
        Ok(done)
    }
}

/// Tells a link that rustc drives by what only rustc passes, its `symbols.o` or its list of symbols in a temporary folder
/// of its own, or by the processes that led to this one.
fn audience(plan: &LinkPlan, inputs: &Inputs) -> Audience {
    let of_rustc = |list: &str| {
        let folder = Path::new(list).parent().and_then(Path::file_name);
        folder.is_some_and(|folder| folder.as_encoded_bytes().starts_with(b"rustc"))
    };
    let is_rustc = !inputs.roots.is_empty()
        || plan.exports.names.iter().any(|export| of_rustc(&export.wished_by))
        || locate::is_called_by_rustc();
    if is_rustc { Audience::Rustc } else { Audience::Person }
}
