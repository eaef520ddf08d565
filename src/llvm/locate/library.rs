//! Inspects one file: whether it is a libLLVM that this process could load, and which version it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    elf::Elf,
    host::{Format, Host},
    macho::MachO,
    reader::{Fault, Reader},
    script,
    version::{self, LibraryVersion},
};

/// The maximum number of linker scripts to follow.
const MAX_SCRIPTS: usize = 8;

/// The symbol that proves the BPF target.
const BPF_TARGET: &str = "LLVMInitializeBPFTarget";

/// The symbol that identifies an LLVM: the first function every client calls.
const CONTEXT: &str = "LLVMContextCreate";

/// The symbol of the version function, since LLVM 16.
const GET_VERSION: &str = "LLVMGetVersion";

/// A libLLVM that the host can load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Library {
    /// The file itself: absolute, links resolved, linker scripts followed.
    pub(super) path: PathBuf,
    /// The version.
    pub(super) version: LibraryVersion,
}

/// A shared library of either format.
#[derive(Debug)]
pub(super) enum Image {
    /// Linux and most of Unix.
    Elf(Elf),
    /// macOS.
    MachO(MachO),
}

impl Image {
    fn parse(reader: Reader, head: &[u8], host: &Host) -> Result<Self, Fault> {
        match (format_of(head), host.os.format()) {
            (Some(Format::Elf), Format::Elf) => Elf::parse(reader).map(Self::Elf),
            (Some(Format::MachO), Format::MachO) => {
                MachO::parse(reader, host.architecture.mach_o).map(Self::MachO)
            }
            (Some(_), _) => Err(Fault::other("is made for another operating system")),
            (None, _) => Err(Fault::other("is not a shared library")),
        }
    }

    /// Opens `path` without following scripts: for libraries other than libLLVM.
    pub(super) fn open(path: &Path, host: &Host) -> Result<Self, Fault> {
        let reader = Reader::open(path)?;
        let head = reader.up_to(0, 16)?;
        Self::parse(reader, &head, host)
    }

    /// Returns the names or paths of the libraries it needs.
    pub(super) fn needed(&self) -> Result<Vec<String>, Fault> {
        match self {
            Self::Elf(elf) => elf.needed(),
            Self::MachO(image) => Ok(image.needed()),
        }
    }

    /// Returns the folders in which to look for them, placeholders not expanded.
    pub(super) fn run_paths(&self) -> Result<Vec<String>, Fault> {
        match self {
            Self::Elf(elf) => elf.run_paths(),
            Self::MachO(image) => Ok(image.run_paths()),
        }
    }

    fn exports(&self, name: &str) -> Result<bool, Fault> {
        match self {
            Self::Elf(elf) => Ok(elf.symbol(name)?.is_some()),
            Self::MachO(image) => image.exports(name),
        }
    }

    fn check_machine(&self, host: &Host) -> Result<(), Fault> {
        let Self::Elf(elf) = self else { return Ok(()) };
        let (found, wanted) = (elf.machine(), host.architecture.elf);
        if found.class != wanted.class {
            return Err(Fault::other(format!(
                "is {}, this process is not",
                class_name(found.class)
            )));
        }
        if found != wanted {
            return Err(Fault::other("is made for another kind of machine"));
        }
        Ok(())
    }

    fn version(&self, path: &Path) -> Result<Option<LibraryVersion>, Fault> {
        let from_file =
            path.file_name().and_then(|name| LibraryVersion::from_name(&name.to_string_lossy()));
        let Self::Elf(elf) = self else {
            let Self::MachO(image) = self else { return Ok(from_file) };
            return Ok(image.version().or(from_file));
        };
        let named = elf.soname()?.and_then(|name| LibraryVersion::from_name(&name)).or(from_file);
        Ok(match (named, coded_version(elf)?) {
            (Some(named), Some(coded)) if named.major == coded.major => Some(coded),
            (Some(named), _) => Some(named),
            (None, coded) => coded,
        })
    }
}

fn format_of(head: &[u8]) -> Option<Format> {
    if Elf::is(head) {
        return Some(Format::Elf);
    }
    MachO::is(head).then_some(Format::MachO)
}

const fn class_name(class: super::elf::Class) -> &'static str {
    match class {
        super::elf::Class::Elf32 => "a 32-bit library",
        super::elf::Class::Elf64 => "a 64-bit library",
    }
}

fn coded_version(elf: &Elf) -> Result<Option<LibraryVersion>, Fault> {
    let Some(address) = elf.symbol(GET_VERSION)? else { return Ok(None) };
    // The end of the segment may hold less code than requested; then the version stays unknown.
    let code = elf.at_address(address, version::CODE_LENGTH).unwrap_or_default();
    Ok(LibraryVersion::from_code(&code, elf.machine().number))
}

/// Inspects `path`, following linker scripts.
///
/// # Errors
/// The last file reached and its fault.
pub(super) fn inspect(path: &Path, host: &Host) -> Result<Library, (PathBuf, Fault)> {
    let mut path = fs::canonicalize(path).map_err(|error| (path.to_owned(), error.into()))?;
    for _ in 0..MAX_SCRIPTS {
        match inspect_file(&path, host).map_err(|fault| (path.clone(), fault))? {
            Inspected::Library(version) => return Ok(Library { path, version }),
            Inspected::Script(target) => {
                path = fs::canonicalize(&target).map_err(|error| (target, error.into()))?;
            }
        }
    }
    Err((path, Fault::other("is a linker script that leads in a circle")))
}

enum Inspected {
    Library(LibraryVersion),
    Script(PathBuf),
}

fn inspect_file(path: &Path, host: &Host) -> Result<Inspected, Fault> {
    let reader = Reader::open(path)?;
    let head = reader.up_to(0, script::MAX_LENGTH)?;
    if format_of(&head).is_none() {
        return script_target(&head, path).map(Inspected::Script);
    }
    let image = Image::parse(reader, &head, host)?;
    image.check_machine(host)?;
    if !image.exports(CONTEXT)? {
        return Err(Fault::other(format!("is not a libLLVM: it exports no {CONTEXT}")));
    }
    let version = image.version(path)?.ok_or_else(|| Fault::other("does not tell its version"))?;
    if !image.exports(BPF_TARGET)? {
        return Err(Fault::other(format!("is LLVM {version} without the BPF target")));
    }
    Ok(Inspected::Library(version))
}

fn script_target(head: &[u8], path: &Path) -> Result<PathBuf, Fault> {
    if head.is_empty() {
        return Err(Fault::other("is empty"));
    }
    let text = std::str::from_utf8(head)
        .map_err(|_| Fault::other("is neither a shared library nor a linker script"))?;
    let folder = path.parent().unwrap_or(path);
    script::target(text, folder).ok_or_else(|| Fault::other("is a text file, not a shared library"))
}
