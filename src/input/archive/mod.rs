//! Archives: sets of modules of which usually only a few are needed.
//!
//! Opening one reads the chain of member headers, the symbol index and the first bytes of each member; a member's
//! contents are read when requested. The index is the archive's own. It may be incomplete: GNU `ar` without LLVM's
//! plugin writes none for bitcode, so the symbols of a module missing from it are read from the module.

mod chain;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{
    Bitcode, Format, Native, Producer, bitcode,
    elf::Content,
    magic::{self, Kind},
    region::Region,
    symtab,
};
use crate::report::{Error, Origin, Result, Warning, WarningKind, Warnings};
use chain::Place;

/// An archive whose members are read when needed.
#[derive(Debug)]
pub struct Archive {
    origin: Origin,
    members: Vec<Member>,
    /// Each definition in the index, in order of members.
    symbols: Vec<(String, MemberId)>,
    /// The first of them for each name.
    first: HashMap<String, MemberId>,
    unindexed: Vec<MemberId>,
    natives: Vec<NativeMember>,
    /// The first native object that defines each name, an index.
    first_native: HashMap<String, usize>,
    foreign: Vec<(Origin, String)>,
    inner_archives: usize,
    references: Vec<PathBuf>,
}

/// A member of an [`Archive`] that can be linked: an index, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId(pub usize);

/// A module in an archive.
#[derive(Debug)]
struct Member {
    origin: Origin,
    region: Region,
    format: Format,
    producer: Option<Producer>,
}

/// A native object in an archive.
#[derive(Debug)]
struct NativeMember {
    origin: Origin,
    region: Region,
}

/// The members of an rlib that hold no code, by names that rustc fixes; the first may take 40 MB, so it is not read.
const METADATA: [&str; 2] = ["lib.rmeta", "lib.rmeta-link"];
/// The maximum depth of archives in archives; nobody nests more on purpose.
const MAX_DEPTH: usize = 8;
/// The maximum number of archives within one: a thin archive can name itself, over and over.
const MAX_INNER: usize = 1000;
/// The number of skipped members that a warning names.
const NAMED: usize = 5;

impl Archive {
    /// Opens the archive in `region`, part of the input called `file`.
    ///
    /// # Errors
    /// It is malformed or cannot be read.
    pub(super) fn open(region: &Region, file: &Path) -> Result<Self> {
        let origin = Origin { file: file.to_owned(), members: Vec::new() };
        let mut archive = Self {
            origin: origin.clone(),
            members: Vec::new(),
            symbols: Vec::new(),
            first: HashMap::new(),
            unindexed: Vec::new(),
            natives: Vec::new(),
            first_native: HashMap::new(),
            foreign: Vec::new(),
            inner_archives: 0,
            references: Vec::new(),
        };
        archive.extend(region, &origin)?;
        // Stable: the symbols of a member stay in the order of its index.
        archive.symbols.sort_by_key(|&(_, member)| member);
        for (name, member) in &archive.symbols {
            if !archive.first.contains_key(name) {
                archive.first.insert(name.clone(), *member);
            }
        }
        Ok(archive)
    }

    /// Returns the origin of the archive itself.
    #[must_use]
    #[cfg(any(test, feature = "internals"))]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the members that can be linked, in order; members of a nested archive take its place.
    #[cfg(any(test, feature = "internals"))]
    pub fn members(&self) -> impl Iterator<Item = (MemberId, &Origin)> {
        self.members.iter().enumerate().map(|(index, member)| (MemberId(index), &member.origin))
    }

    /// Returns the origin of a member; `None` if there is no such member.
    #[must_use]
    pub fn member_origin(&self, member: MemberId) -> Option<&Origin> {
        self.members.get(member.0).map(|member| &member.origin)
    }

    /// Returns the first member that defines `symbol`, from the symbol index.
    #[must_use]
    pub fn defining(&self, symbol: &str) -> Option<MemberId> {
        self.first.get(symbol).copied()
    }

    /// Returns every known definition, in order of members.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, MemberId)> {
        self.symbols.iter().map(|(name, member)| (name.as_str(), *member))
    }

    /// Returns the members whose definitions are in neither the index nor a symbol table of their own: textual IR, and
    /// bitcode that only LLVM can read. The caller that opens one reports them with [`Archive::add_symbols`].
    #[must_use]
    pub fn unindexed(&self) -> &[MemberId] {
        &self.unindexed
    }

    /// Adds `names` to the known definitions of `member`.
    pub fn add_symbols(&mut self, member: MemberId, names: impl IntoIterator<Item = String>) {
        self.unindexed.retain(|&unindexed| unindexed != member);
        for name in names {
            let first = self.first.entry(name.clone()).or_insert(member);
            *first = member.min(*first);
            self.symbols.push((name, member));
        }
        self.symbols.sort_by_key(|&(_, member)| member);
    }

    /// Reads one member.
    ///
    /// # Errors
    /// There is no such member, or the file can no longer be read.
    pub fn load(&self, member: MemberId) -> Result<Bitcode> {
        let member = self.members.get(member.0).ok_or_else(|| {
            Error::input(format!("{} has no module number {}", self.origin, member.0))
        })?;
        let bytes = member.region.read().map_err(|error| {
            let error = error.context(format!("cannot read {}", member.origin));
            if self.references.iter().any(|path| path == member.region.file()) {
                self.explain_reference(error)
            } else {
                error
            }
        })?;
        let producer = match &member.producer {
            None if member.format == Format::Bitcode => Producer::read(&bytes),
            known => known.clone(),
        };
        Ok(Bitcode { origin: member.origin.clone(), format: member.format, bytes, producer })
    }

    fn explain_reference(&self, error: Error) -> Error {
        error
            .because(format!("{} is a thin archive, which names its members by path", self.origin))
            .help("move an archive together with its members, or make it without `T` or `--thin`")
    }

    /// Returns the producers of all members that name one, in order.
    pub fn producers(&self) -> impl Iterator<Item = (&Origin, &Producer)> {
        self.members.iter().filter_map(|member| Some((&member.origin, member.producer.as_ref()?)))
    }

    /// Returns the files that it refers to instead of holding them, including those of nested archives.
    pub(super) fn into_references(self) -> Vec<PathBuf> {
        self.references
    }

    /// Returns true if it holds native BPF objects.
    pub(super) fn has_natives(&self) -> bool {
        !self.natives.is_empty()
    }

    /// Returns the number of the first native object that defines `symbol`.
    pub(super) fn native_defining(&self, symbol: &str) -> Option<usize> {
        self.first_native.get(symbol).copied()
    }

    /// Reads native object number `member`.
    ///
    /// # Errors
    /// There is no such object, or the file can no longer be read.
    pub(super) fn load_native(&self, member: usize) -> Result<Native> {
        let member = self.natives.get(member).ok_or_else(|| {
            Error::input(format!("{} has no native object number {member}", self.origin))
        })?;
        let (origin, region) = (member.origin.clone(), member.region.clone());
        Ok(Native { origin, region, need: None })
    }

    /// Reads all native objects.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) fn load_natives(&self) -> Result<Vec<Native>> {
        (0..self.natives.len()).map(|member| self.load_native(member)).collect()
    }

    /// Loads all modules.
    ///
    /// # Errors
    /// A member cannot be read, or is of a kind that cannot be linked.
    pub(super) fn load_all(&self) -> Result<Vec<Bitcode>> {
        if let Some((origin, fact)) = self.foreign.first() {
            return Err(Error::input(format!("{origin} is {fact}, which cannot be linked")).help(
                "its whole archive is linked: leave `--whole-archive` out, or take the member out",
            ));
        }
        (0..self.members.len()).map(|index| self.load(MemberId(index))).collect()
    }

    /// Warns about members that are left out because they hold no bitcode.
    pub(super) fn warn_of_foreign(&self, warnings: &Warnings) {
        let Some((_, fact)) = self.foreign.first() else { return };
        let inner = |origin: &Origin| origin.members.join("/");
        let mut names: Vec<_> =
            self.foreign.iter().take(NAMED).map(|(origin, _)| inner(origin)).collect();
        if let more @ 1.. = self.foreign.len().saturating_sub(names.len()) {
            names.push(format!("{more} more"));
        }
        let message = format!(
            "{} holds what cannot be linked and is left out: {}",
            self.origin,
            names.join(", ")
        );
        let help = format!("the first is {fact}; compile it to LLVM bitcode");
        warnings.push(Warning { kind: WarningKind::ForeignMember, message, help: vec![help] });
    }

    fn extend(&mut self, region: &Region, origin: &Origin) -> Result<()> {
        if origin.members.len() > MAX_DEPTH || self.inner_archives > MAX_INNER {
            return Err(Error::input(format!(
                "{} holds too many archives within archives",
                self.origin
            ))
            .because(format!("at most {MAX_INNER} are followed, {MAX_DEPTH} deep"))
            .help("does a thin archive name itself?"));
        }
        self.inner_archives = self.inner_archives.saturating_add(1);
        let chain =
            chain::read(region).map_err(|error| error.context(format!("cannot read {origin}")))?;
        let mut indexed: Vec<Vec<String>> = vec![Vec::new(); chain.members.len()];
        for (name, member) in chain.symbols {
            if let Some(names) = indexed.get_mut(member) {
                names.push(name);
            }
        }
        for (link, symbols) in chain.members.into_iter().zip(indexed) {
            let name = String::from_utf8_lossy(&link.name).into_owned();
            let place = match link.place {
                Place::Inside(start, len) => region.window(start, len).ok_or_else(|| {
                    Error::input(format!("{origin} is cut short")).because(format!(
                        "its member {name} takes {len} bytes from {start}, but it holds {}",
                        region.len()
                    ))
                })?,
                Place::Outside(_) => {
                    let path = referred(region, &link.name);
                    self.references.push(path.clone());
                    Region::closed(&path).unwrap_or_else(|_| Region::missing(&path))
                }
            };
            let members = origin.members.iter().cloned().chain([name]).collect();
            self.add(place, Origin { file: origin.file.clone(), members }, symbols)?;
        }
        Ok(())
    }

    /// Adds the contents of `region`, whose definitions the archive's index lists as `symbols`.
    fn add(&mut self, region: Region, origin: Origin, symbols: Vec<String>) -> Result<()> {
        if origin.members.last().is_some_and(|name| METADATA.contains(&name.as_str())) {
            return Ok(());
        }
        let head = match region.head(magic::HEAD_LEN) {
            Ok(head) => head,
            // A missing file of a thin archive is an error only if a member in it is needed.
            Err(_) if !symbols.is_empty() => {
                self.push(
                    Member { origin, region, format: Format::Bitcode, producer: None },
                    symbols,
                );
                return Ok(());
            }
            Err(error) => return Err(error.context(format!("cannot read {origin}"))),
        };
        match Kind::of(&head) {
            Kind::Bitcode => self.add_bitcode(region, origin, symbols, &head),
            Kind::WrappedBitcode => self.add_wrapped(&region, origin, symbols),
            Kind::Ir => {
                self.push(Member { origin, region, format: Format::Text, producer: None }, symbols);
                Ok(())
            }
            Kind::Archive | Kind::ThinArchive => self.extend(&region, &origin),
            Kind::Elf => self.add_elf(&region, &origin),
            // Notes and scripts packed into the archive cannot define an undefined symbol.
            Kind::RustMetadata | Kind::Empty | Kind::BlankText | Kind::NOT_IR => Ok(()),
            foreign @ Kind::Foreign(_) => {
                self.foreign.push((origin, foreign.to_string()));
                Ok(())
            }
        }
    }

    fn add_wrapped(&mut self, region: &Region, origin: Origin, symbols: Vec<String>) -> Result<()> {
        let context = |error: Error| error.context(format!("cannot read {origin}"));
        let region = bitcode::unwrap(region).map_err(context)?;
        let head = region.head(Producer::HEAD_LEN).map_err(context)?;
        self.add_bitcode(region, origin, symbols, &head)
    }

    /// Adds the bitcode in `region`, which starts with `head`.
    fn add_bitcode(
        &mut self,
        region: Region,
        origin: Origin,
        symbols: Vec<String>,
        head: &[u8],
    ) -> Result<()> {
        let symbols = if symbols.is_empty() { defined(&region)? } else { Some(symbols) };
        let producer = Producer::read(head);
        let member = Member { origin, region, format: Format::Bitcode, producer };
        match symbols {
            Some(symbols) => self.push(member, symbols),
            None => self.push_unindexed(member),
        }
        Ok(())
    }

    fn add_elf(&mut self, region: &Region, origin: &Origin) -> Result<()> {
        let bytes =
            region.read().map_err(|error| error.context(format!("cannot read {origin}")))?;
        match Content::of(&bytes) {
            Content::Modules(modules) => {
                for (nth, (start, len)) in modules.into_iter().enumerate() {
                    let Some(module) = region.window(start, len) else { continue };
                    // The index describes the machine code; the bitcode next to it may define more or fewer symbols.
                    self.add_wrapped(&module, super::nth_module(origin, nth), Vec::new())?;
                }
            }
            Content::Metadata | Content::Roots(_) => {}
            Content::Object => {
                let member = self.natives.len();
                // Not every `ar` writes an index, so the names come from the object itself.
                let symbols = super::elf::symbols(&bytes).into_iter();
                for symbol in symbols.filter(|symbol| symbol.role.is_definition()) {
                    self.first_native.entry(symbol.name).or_insert(member);
                }
                let region = region.clone();
                self.natives.push(NativeMember { origin: origin.clone(), region });
            }
            Content::Foreign(fact) => self.foreign.push((origin.clone(), fact)),
            Content::Malformed(_) => {
                self.foreign.push((origin.clone(), "a malformed ELF file".to_owned()))
            }
        }
        Ok(())
    }

    fn push(&mut self, member: Member, symbols: Vec<String>) {
        if member.format == Format::Text && symbols.is_empty() {
            return self.push_unindexed(member);
        }
        let id = MemberId(self.members.len());
        self.symbols.extend(symbols.into_iter().map(|name| (name, id)));
        self.members.push(member);
    }

    fn push_unindexed(&mut self, member: Member) {
        self.unindexed.push(MemberId(self.members.len()));
        self.members.push(member);
    }
}

fn defined(region: &Region) -> Result<Option<Vec<String>>> {
    let symbols = symtab::symbols(region)?;
    let names = |symbols: Vec<symtab::Symbol>| {
        symbols
            .into_iter()
            .filter(|symbol| symbol.role.is_definition())
            .map(|symbol| symbol.name)
            .collect()
    };
    Ok(symbols.map(names))
}

/// Returns the file that a thin archive refers to, relative to the archive's folder.
fn referred(archive: &Region, name: &[u8]) -> PathBuf {
    let folder = archive.file().parent().unwrap_or_else(|| Path::new(""));
    folder.join(path_of(name))
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name).into()
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).into_owned().into()
}
