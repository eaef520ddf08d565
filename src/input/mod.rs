//! Reads input files without LLVM: the kind of an input, the members of an archive, and the symbols they define.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod archive;
mod bitcode;
mod bits;
mod bitstream;
mod elf;
#[cfg(test)]
mod fixture;
mod library;
mod magic;
mod natives;
mod producer;
mod prune;
mod region;
mod symtab;
#[cfg(test)]
mod tests;

pub use archive::{Archive, MemberId};
pub use natives::{Native, Need};
pub use producer::{LlvmVersion, Producer};
pub use symtab::{Role, Symbol, Visibility};

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    plan::{LinkPlan, Members, Source},
    report::{Error, Origin, Result, Warnings},
};
use elf::Content;
use magic::Kind;
use region::Region;

/// All inputs of a link, sorted by how they take part in it.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The inputs linked whole, in command-line order: objects, and every member under `--whole-archive`.
    pub modules: Vec<Bitcode>,
    /// The native BPF objects: those given, in command-line order, then the archive members that are needed.
    pub natives: Vec<Native>,
    /// The names of all global symbols that the native objects define or refer to.
    pub native_names: BTreeSet<String>,
    /// The names that native objects define.
    pub native_defined: BTreeSet<String>,
    /// The names for which native objects need archive members of bitcode.
    pub wanted: BTreeSet<String>,
    /// The archives whose members are linked only if something undefined needs them; the first definition in order
    /// wins.
    pub archives: Vec<Archive>,
    /// The symbols that rustc keeps: the undefined symbols of its native `symbols.o`. Sorted, without duplicates.
    pub roots: Vec<String>,
}

/// Bitcode or textual IR, ready to be parsed by LLVM.
#[derive(Clone, Debug)]
pub struct Bitcode {
    /// The file and member that it comes from.
    pub origin: Origin,
    /// The form.
    pub format: Format,
    /// The module itself: without wrapper, archive or ELF around it.
    pub bytes: Arc<[u8]>,
    /// The producer, if the bitcode names one.
    pub producer: Option<Producer>,
}

impl Bitcode {
    /// Removes the values of locals and, from C, the types that the module's BTF does not show; DWARF shows all of them.
    pub fn strip_unused_types(&mut self, reading: Reading) {
        if self.format == Format::Bitcode {
            let patch = prune::patch(&self.bytes, reading);
            patch.into_iter().for_each(|patch| patch.apply(Arc::make_mut(&mut self.bytes)));
        }
    }
}

/// The part of a module that LLVM reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All of it.
    Whole,
    /// The functions that the program reaches.
    Reached,
}

/// The form of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// LLVM bitcode.
    Bitcode,
    /// Textual LLVM IR (`.ll`).
    Text,
}

impl Bitcode {
    /// Returns its global symbols in the order of its symbol table, read without LLVM.
    ///
    /// Returns `None` for textual IR, and for malformed bitcode or an unknown format.
    #[must_use]
    pub fn symbols(&self) -> Option<Vec<Symbol>> {
        match self.format {
            Format::Text => None,
            Format::Bitcode => {
                symtab::symbols(&Region::memory(Arc::clone(&self.bytes), &self.origin.file)).ok()?
            }
        }
    }
}

impl Inputs {
    /// Returns the producer with the newest known LLVM among all modules and archive members, linked or not, and its
    /// first origin. `None` if no input names a version.
    #[must_use]
    pub fn newest_producer(&self) -> Option<(&Origin, &Producer)> {
        let modules = self
            .modules
            .iter()
            .filter_map(|module| Some((&module.origin, module.producer.as_ref()?)));
        let members = self.archives.iter().flat_map(Archive::producers);
        let versioned = modules.chain(members).filter(|(_, producer)| producer.version.is_some());
        versioned
            .reduce(|newest, next| if next.1.version > newest.1.version { next } else { newest })
    }
}

/// Opens and classifies every input of `plan`.
///
/// # Errors
/// An input is missing, unreadable, malformed, or of a kind that cannot be linked; the message names it.
pub fn load(plan: &LinkPlan, warnings: &Warnings) -> Result<Inputs> {
    let mut inputs = Inputs::default();
    for input in &plan.inputs {
        let region = open(&input.source, &plan.search_dirs)?;
        inputs.add(&region, input.members, warnings)?;
    }
    inputs.roots.sort();
    inputs.roots.dedup();
    inputs.take_natives(plan)?;
    Ok(inputs)
}

/// Returns the file for `-l name` in the search `folders`; `-l :name` means a file of exactly that name.
///
/// # Errors
/// There is no such file; the message lists the folders.
pub fn library(name: &Path, folders: &[PathBuf]) -> Result<PathBuf> {
    match name.to_str().and_then(|name| name.strip_prefix(':')) {
        Some(file) => library::locate_exact(Path::new(file), folders),
        None => library::locate(name, folders),
    }
}

/// Returns the file called `file` in one of the search `folders`, for `-l :file`.
///
/// # Errors
/// There is no such file; the message lists the folders.
pub fn exact_library(file: &Path, folders: &[PathBuf]) -> Result<PathBuf> {
    library::locate_exact(file, folders)
}

/// Returns the files that `file` refers to if it is a thin archive; empty if it cannot be read.
#[must_use]
pub fn references(file: &Path) -> Vec<PathBuf> {
    if !is_thin_archive(file) {
        return Vec::new();
    }
    let Ok(region) = Region::open(file) else { return Vec::new() };
    Archive::open(&region, file).map(Archive::into_references).unwrap_or_default()
}

/// Returns true if `file` is an archive that refers to its members instead of holding them; false if it cannot be read.
#[must_use]
pub fn is_thin_archive(file: &Path) -> bool {
    let head = Region::open(file).and_then(|region| region.head(magic::HEAD_LEN));
    head.is_ok_and(|head| Kind::of(&head) == Kind::ThinArchive)
}

fn open(source: &Source, folders: &[PathBuf]) -> Result<Region> {
    match source {
        Source::File(path) => Region::open(path),
        Source::Library(name) => Region::open(&library::locate(name, folders)?),
        Source::ExactLibrary(file) => Region::open(&library::locate_exact(file, folders)?),
        Source::Buffer { name, bytes } => Ok(Region::memory(Arc::clone(bytes), Path::new(name))),
    }
}

impl Inputs {
    fn add(&mut self, region: &Region, members: Members, warnings: &Warnings) -> Result<()> {
        let file = region.file();
        let origin = Origin { file: file.to_owned(), members: Vec::new() };
        match Kind::of(&region.head(magic::HEAD_LEN)?) {
            Kind::Bitcode | Kind::WrappedBitcode => self.modules.push(bitcode(region, origin)?),
            Kind::Ir => self.modules.push(text(region, origin)?),
            Kind::BlankText | Kind::Empty if is_ll(file) => {
                self.modules.push(text(region, origin)?)
            }
            Kind::Foreign(_) if is_ll(file) => self.modules.push(doubtful_text(region, origin)?),
            Kind::Archive | Kind::ThinArchive => {
                self.add_archive(Archive::open(region, file)?, members, warnings)?
            }
            Kind::Elf => self.add_elf(region, &origin)?,
            kind => return Err(foreign(&origin, kind)),
        }
        Ok(())
    }

    fn add_archive(
        &mut self,
        archive: Archive,
        members: Members,
        warnings: &Warnings,
    ) -> Result<()> {
        match members {
            Members::All => {
                self.modules.extend(archive.load_all()?);
                self.natives.extend(archive.load_natives()?);
            }
            Members::Needed => {
                archive.warn_of_foreign(warnings);
                self.archives.push(archive);
            }
        }
        Ok(())
    }

    fn add_native(&mut self, region: &Region, origin: &Origin) -> Result<()> {
        let region = region.clone().close();
        self.natives.push(Native { origin: origin.clone(), region, need: None });
        Ok(())
    }

    fn add_elf(&mut self, region: &Region, origin: &Origin) -> Result<()> {
        if elf::is_native(region)? {
            return self.add_native(region, origin);
        }
        let bytes = region.read()?;
        match Content::of(&bytes) {
            Content::Modules(modules) => {
                let region = Region::memory(bytes, region.file());
                for (nth, (start, len)) in modules.into_iter().enumerate() {
                    if let Some(module) = region.window(start, len) {
                        self.modules.push(bitcode(&module, nth_module(origin, nth))?);
                    }
                }
                Ok(())
            }
            Content::Roots(roots) => {
                self.roots.extend(roots);
                Ok(())
            }
            Content::Metadata => Ok(()),
            Content::Object => self.add_native(region, origin),
            Content::Foreign(fact) => Err(foreign_code(origin, &fact)),
            Content::Malformed(reason) => {
                Err(Error::input(format!("{origin} is a malformed ELF file"))
                    .because(reason)
                    .help("build it again"))
            }
        }
    }
}

fn bitcode(region: &Region, origin: Origin) -> Result<Bitcode> {
    let bytes = bitcode::unwrap(region)?.read()?;
    let producer = Producer::read(&bytes);
    Ok(Bitcode { origin, format: Format::Bitcode, bytes, producer })
}

fn text(region: &Region, origin: Origin) -> Result<Bitcode> {
    Ok(Bitcode { origin, format: Format::Text, bytes: region.read()?, producer: None })
}

/// Leaves a file called `.ll` without the magic of another format to LLVM, which names the wrong line.
fn doubtful_text(region: &Region, origin: Origin) -> Result<Bitcode> {
    let kind = Kind::of(&region.head(magic::HEAD_LEN)?);
    if kind == Kind::NOT_IR { text(region, origin) } else { Err(foreign(&origin, kind)) }
}

fn is_ll(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ll")
}

/// Returns the origin of module number `nth`, from 0, in an object that may embed several.
fn nth_module(object: &Origin, nth: usize) -> Origin {
    let mut origin = object.clone();
    if nth > 0 {
        origin.members.push(format!("module {}", nth.saturating_add(1)));
    }
    origin
}

fn foreign_code(origin: &Origin, fact: &str) -> Error {
    Error::input(format!("{origin} is {fact}, which cannot be linked")).help(
        "pass a BPF object or LLVM bitcode: `clang -target bpf -c`, or `rustc --emit=llvm-bc`",
    )
}

fn foreign(origin: &Origin, kind: Kind) -> Error {
    let error = Error::input(format!("{origin} is {kind}, which cannot be linked"));
    match kind {
        Kind::RustMetadata => error.help("pass the `.rlib` of the crate"),
        _ => error.help("inputs are LLVM bitcode, LLVM IR, BPF objects, and archives of these"),
    }
}
