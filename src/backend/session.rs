//! The state that all phases of one link share.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    path::Path,
};

use super::{
    choose_llvm::ChosenLlvm,
    quirks::{self, Relocations},
    remaining_panic::Panic,
    trace::LinkTrace,
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
    pub(super) reader: ChosenLlvm<'a>,
    pub(super) context: Context,
    pub(super) link_trace: RefCell<LinkTrace>,
    pub(super) routines: RefCell<Vec<Routines>>,
    pub(super) panics: RefCell<Vec<Panic>>,
    /// The names that native objects of this link define or refer to.
    pub(super) native_names: BTreeSet<String>,
    /// The names that native objects define.
    pub(super) native_defined: BTreeSet<String>,
    /// The names for which native objects need archive members.
    pub(super) native_wanted: BTreeSet<String>,
    /// Definitions that stay visible for native objects only.
    pub(super) linked_only: RefCell<BTreeSet<String>>,
    /// The number of members and enumerators that debug info describes.
    pub(super) members: Cell<usize>,
    options: RefCell<Option<OptionsLease>>,
    relocations: Cell<Relocations>,
    audience: Audience,
}

impl<'a> Session<'a> {
    /// Finds and opens a libLLVM that can read `inputs`, and sets it up for `plan`.
    ///
    /// # Errors
    /// No library fits, or it cannot be loaded; see [`Error::unfit_llvms`].
    pub fn open(plan: &'a LinkPlan, inputs: &Inputs, warnings: &'a Warnings) -> Result<Self> {
        let (reader, library) = ChosenLlvm::open(plan, inputs, warnings)?;
        let wanted = quirks::options(plan, library.version(), Relocations::None);
        let options = RefCell::new(Some(library.set_options(wanted)?));
        let link_trace = RefCell::new(LinkTrace::new(&plan.reports));
        let (context, routines) = (Context::new(library), RefCell::default());
        let relocations = Cell::new(Relocations::None);
        let audience = audience(plan, inputs);
        let panics = RefCell::default();
        Ok(Self {
            plan,
            warnings,
            reader,
            context,
            link_trace,
            routines,
            panics,
            native_names: inputs.native_names.clone(),
            native_defined: inputs.native_defined.clone(),
            native_wanted: inputs.wanted.clone(),
            linked_only: RefCell::default(),
            members: Cell::new(0),
            options,
            relocations,
            audience,
        })
    }

    /// Returns the path of the libLLVM in use.
    #[must_use]
    pub fn library(&self) -> &Path {
        self.reader.path()
    }

    /// Returns the audience of the warnings.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// Sets LLVM up for a program with `relocations`, which are known only once its modules are linked.
    ///
    /// Nothing that LLVM did before depends on these options.
    ///
    /// # Errors
    /// See [`Library::set_options`](crate::llvm::Library::set_options).
    pub(super) fn prepare_for(&self, relocations: Relocations) -> Result<()> {
        self.relocations.set(relocations);
        // Release the old lease first: two links each waiting for the other's would deadlock.
        drop(self.options.take());
        let library = self.context.library();
        let wanted = quirks::options(self.plan, library.version(), relocations);
        self.options.replace(Some(library.set_options(wanted)?));
        Ok(())
    }

    /// Returns the record of what was taken and dropped so far.
    #[must_use]
    pub fn link_trace(&self) -> LinkTrace {
        self.link_trace.borrow().clone()
    }

    /// Returns the panics that remain in the program once it is optimized.
    #[must_use]
    pub fn panics(&self) -> Vec<Panic> {
        self.panics.borrow().clone()
    }

    /// Reports LLVM's warnings as the linker's own; LLVM's errors become `error` unless the plan tolerates them.
    pub(super) fn check_diagnostics(&self, error: impl FnOnce() -> Error) -> Result<()> {
        let mut errors = Vec::new();
        for said in self.context.take_diagnostics() {
            match said.severity {
                Severity::Error if !quirks::is_spurious(&said.text) => errors.push(said.text),
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

    /// Runs `work` with one more LLVM `option`.
    ///
    /// # Errors
    /// This libLLVM cannot take options back.
    pub(super) fn with_option<T>(&self, option: &str, work: impl FnOnce() -> T) -> Result<T> {
        let library = self.context.library();
        let usual = quirks::options(self.plan, library.version(), self.relocations.get());
        let more = usual.iter().cloned().chain([option.to_owned()]).collect();
        // Options are process-wide: another link that needs different ones waits until these are released.
        drop(self.options.take());
        let lease = library.set_options(more)?;
        let done = work();
        drop(lease);
        self.options.replace(Some(library.set_options(usual)?));
        Ok(done)
    }
}

/// Detects a link driven by rustc, either by inputs that only rustc passes (its `symbols.o`, or its list of symbols in
/// a temporary directory of its own) or by the parent processes.
#[must_use]
pub fn audience(plan: &LinkPlan, inputs: &Inputs) -> Audience {
    let of_rustc = |list: &str| {
        let folder = Path::new(list).parent().and_then(Path::file_name);
        folder.is_some_and(|folder| folder.as_encoded_bytes().starts_with(b"rustc"))
    };
    let is_rustc = !inputs.roots.is_empty()
        || plan.exports.names.iter().any(|export| of_rustc(&export.requested_by))
        || locate::is_called_by_rustc();
    if is_rustc { Audience::Rustc } else { Audience::Person }
}
