//! The native objects of a link: those given, and the archive members that something needs.
//!
//! Members are chosen from symbol tables alone, before a libLLVM is opened, so a link of native objects needs none. What
//! bitcode refers to is known from its symbol table too. It may refer to less once it is optimized; then a member is
//! taken in vain, and the link drops its functions again.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use super::{
    Bitcode, Format, Inputs, Role, Symbol,
    archive::{Archive, MemberId},
    region::Region,
};
use crate::{
    plan::LinkPlan,
    report::{Origin, Result},
};

/// A relocatable BPF object in ELF, without bitcode.
#[derive(Clone, Debug)]
pub struct Native {
    /// The file and member that it comes from.
    pub origin: Origin,
    /// The ELF file. It is read when it is needed: many objects take more memory than all that is made of them.
    pub(super) region: Region,
    /// The reason for linking it; `None` if it was given, or its archive is linked whole.
    pub need: Option<Need>,
}

impl Native {
    /// Reads the ELF file.
    ///
    /// # Errors
    /// It can no longer be read, or is not what it was.
    fn read(&self) -> Result<Arc<[u8]>> {
        self.region.read()
    }

    /// Returns the same object with its file open, for several reads.
    ///
    /// # Errors
    /// It can no longer be read, or is not what it was.
    pub fn open(&self) -> Result<Self> {
        Ok(Self { region: self.region.opened()?, ..self.clone() })
    }

    /// Returns its length in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.region.len()
    }

    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// See [`open`](Self::open).
    pub fn fill(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        self.region.fill(offset, bytes)
    }
}

/// The reason for linking a member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The symbol that it defines.
    pub symbol: String,
    /// The first input that refers to the symbol; `None` if the symbol itself was requested.
    pub by: Option<Origin>,
}

/// The routines that compilers call without being asked to, which the linker provides.
const MEMORY: [&str; 5] = ["bcmp", "memcmp", "memcpy", "memmove", "memset"];

impl Inputs {
    /// Returns true if all that is to be linked are native objects, so that no libLLVM is needed.
    #[must_use]
    pub fn is_native(&self) -> bool {
        !self.natives.is_empty() && self.modules.is_empty() && self.wanted.is_empty()
    }

    /// Adds to `natives` the archive members that native objects, bitcode or `plan` need, and collects the names that
    /// native objects define or refer to.
    ///
    /// # Errors
    /// A member cannot be read.
    pub(super) fn take_natives(&mut self, plan: &LinkPlan) -> Result<()> {
        let has_some = !self.natives.is_empty() || self.archives.iter().any(Archive::has_natives);
        // Without archives nothing is to be found, and without bitcode nobody asks which names objects share.
        let has_others = !self.archives.is_empty() || !self.modules.is_empty();
        if !has_some || !has_others {
            return Ok(());
        }
        let mut search = Search::default();
        for native in &self.natives {
            search.enter_native(native)?;
        }
        self.modules.iter().for_each(|module| search.enter_bitcode(module));
        let exports = plan.exports.names.iter().map(|export| &export.name);
        for name in self.roots.iter().chain(exports) {
            search.want(name, None);
        }
        search.run(&self.archives)?;
        for ((archive, member), need) in search.taken {
            let found = self.archives.get(archive).map(|archive| archive.load_native(member));
            self.natives.extend(found.transpose()?.map(|it| Native { need: Some(need), ..it }));
        }
        if !self.natives.is_empty() {
            self.native_names = search.native_names;
            self.native_defined = search.native_defined;
            self.wanted = search.in_bitcode;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Search {
    defined: HashSet<String>,
    wanted: BTreeMap<String, Option<Origin>>,
    asked: HashSet<String>,
    /// The members to link, by archive and number.
    taken: BTreeMap<(usize, usize), Need>,
    modules: HashSet<(usize, MemberId)>,
    /// The names for which a member of bitcode is needed.
    in_bitcode: BTreeSet<String>,
    native_names: BTreeSet<String>,
    native_defined: BTreeSet<String>,
}

impl Search {
    fn want(&mut self, name: &str, by: Option<&Origin>) {
        if self.asked.insert(name.to_owned()) {
            self.wanted.insert(name.to_owned(), by.cloned());
        }
    }

    fn enter(&mut self, symbols: &[Symbol], origin: &Origin) {
        for symbol in symbols {
            match symbol.role {
                Role::Undefined => self.want(&symbol.name, Some(origin)),
                Role::WeakUndefined => {}
                Role::Strong | Role::Weak | Role::Common => {
                    self.defined.insert(symbol.name.clone());
                }
            }
        }
    }

    fn enter_native(&mut self, native: &Native) -> Result<()> {
        let symbols = super::elf::symbols(&native.read()?);
        self.enter(&symbols, &native.origin);
        let defined = symbols.iter().filter(|symbol| symbol.role.is_definition());
        self.native_defined.extend(defined.map(|symbol| symbol.name.clone()));
        self.native_names.extend(symbols.into_iter().map(|symbol| symbol.name));
        Ok(())
    }

    fn enter_bitcode(&mut self, module: &Bitcode) {
        let symbols = match module.format {
            Format::Bitcode => module.symbols().unwrap_or_default(),
            Format::Text => symbols_of_text(&module.bytes),
        };
        self.enter(&symbols, &module.origin);
    }

    /// Finds a member for each wanted name, and for what those members want.
    fn run(&mut self, archives: &[Archive]) -> Result<()> {
        while let Some((name, by)) = self.wanted.pop_first() {
            if self.defined.contains(&name) {
                continue;
            }
            for (index, archive) in archives.iter().enumerate() {
                // The linker's own memory routines come before those in bitcode, which compute with bits of addresses.
                let in_bitcode =
                    archive.defining(&name).filter(|_| !MEMORY.contains(&name.as_str()));
                if let Some(member) = in_bitcode {
                    self.in_bitcode.insert(name);
                    if self.modules.insert((index, member)) {
                        self.enter_bitcode(&archive.load(member)?);
                    }
                    break;
                }
                if let Some(member) = archive.native_defining(&name) {
                    let native = archive.load_native(member)?;
                    self.enter_native(&native)?;
                    self.taken.insert((index, member), Need { symbol: name.clone(), by });
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Returns the symbols that textual IR defines, and all others that it mentions.
fn symbols_of_text(text: &[u8]) -> Vec<Symbol> {
    let text = String::from_utf8_lossy(text);
    let mut symbols = Vec::new();
    for line in text.lines().map(str::trim_start) {
        let is_global = line.starts_with('@') && !line.contains(" external ");
        let mut is_definition = line.starts_with("define ") || is_global;
        for name in line.split('@').skip(1) {
            let end = name.find(|end: char| !(end.is_ascii_alphanumeric() || "$._-".contains(end)));
            let name = end.and_then(|end| name.get(..end)).unwrap_or(name);
            let role = if is_definition { Role::Weak } else { Role::Undefined };
            is_definition = false;
            let visibility = super::Visibility::Default;
            symbols.push(Symbol { name: name.to_owned(), role, visibility });
        }
    }
    symbols
}
