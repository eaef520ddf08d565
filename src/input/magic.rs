//! File kinds, detected from the first bytes and never from the name.

use std::fmt;

use super::bitstream::MAGIC;

/// The number of bytes that [`Kind::of`] needs.
pub(super) const HEAD_LEN: u64 = 4096;

/// The kind of a file or an archive member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// LLVM bitcode.
    Bitcode,
    /// Bitcode after a header of 20 bytes, as Apple's tools write it.
    WrappedBitcode,
    /// Text that reads as LLVM IR.
    Ir,
    /// Text with only blanks and comments of IR.
    BlankText,
    /// `!<arch>`.
    Archive,
    /// `!<thin>`: an archive of references to files.
    ThinArchive,
    /// An ELF file.
    Elf,
    /// Metadata of a Rust crate, without code.
    RustMetadata,
    /// An empty file.
    Empty,
    /// A file that cannot be linked; its name completes "is ...".
    Foreign(&'static str),
}

/// The first bytes of files that users pass to linkers by mistake.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"\xFE\xED\xFA\xCE", "a Mach-O file"),
    (b"\xFE\xED\xFA\xCF", "a Mach-O file"),
    (b"\xCE\xFA\xED\xFE", "a Mach-O file"),
    (b"\xCF\xFA\xED\xFE", "a Mach-O file"),
    (b"\xCA\xFE\xBA\xBE", "a universal Mach-O file or a Java class"),
    (b"\0asm", "a WebAssembly module"),
    (b"MZ", "a Windows executable"),
    (b"\x64\x86", "a COFF object"),
    (b"\x4C\x01", "a COFF object"),
    (b"\0\0\xFF\xFF", "a COFF object or import library"),
    (b"<bigaf>\n", "an AIX archive"),
    (b"\x9F\xEB\x01", "raw little-endian BTF"),
    (b"\xEB\x9F\x01", "raw big-endian BTF"),
    (b"\x1F\x8B", "compressed by gzip"),
    (b"\x28\xB5\x2F\xFD", "compressed by zstd"),
    (b"\xFD7zXZ", "compressed by xz"),
    (b"BZh", "compressed by bzip2"),
    (b"PK\x03\x04", "a zip file"),
    (b"CPCH", "a precompiled header"),
    (b"#!/", "a script"),
];

impl Kind {
    /// Text that is neither IR nor any other known kind.
    pub(super) const NOT_IR: Self = Self::Foreign("text, but not LLVM IR");

    /// Returns the kind of a file that starts with `head`: the whole file, or [`HEAD_LEN`] bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [] => Self::Empty,
            _ if head.starts_with(&MAGIC) => Self::Bitcode,
            _ if head.starts_with(&WRAPPER) => Self::WrappedBitcode,
            _ if head.starts_with(b"!<arch>\n") => Self::Archive,
            _ if head.starts_with(b"!<thin>\n") => Self::ThinArchive,
            _ if head.starts_with(b"\x7FELF") => Self::Elf,
            _ if head.starts_with(b"rust\0\0\0") => Self::RustMetadata,
            _ => foreign(head).unwrap_or_else(|| of_text(head)),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bitcode => "LLVM bitcode",
            Self::WrappedBitcode => "wrapped LLVM bitcode",
            Self::Ir => "textual LLVM IR",
            Self::BlankText => "blank text",
            Self::Archive => "an archive",
            Self::ThinArchive => "a thin archive",
            Self::Elf => "an ELF file",
            Self::RustMetadata => "metadata of a Rust crate, without code",
            Self::Empty => "empty",
            Self::Foreign(name) => name,
        })
    }
}

fn foreign(head: &[u8]) -> Option<Kind> {
    FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, name)| Kind::Foreign(name))
}

fn of_text(head: &[u8]) -> Kind {
    if !is_text(head) {
        return Kind::Foreign("of an unknown kind");
    }
    let text = String::from_utf8_lossy(head);
    if text.starts_with("; ModuleID = ") {
        return Kind::Ir;
    }
    let mut lines = text.lines().map(str::trim);
    match lines.clone().find(|line| !line.is_empty() && !line.starts_with(';')) {
        None => Kind::BlankText,
        Some(line) if starts_ir(line, &text) => Kind::Ir,
        Some(_) if lines.any(|line| starts_with_any(line, &LINKER_SCRIPT)) => {
            Kind::Foreign("a linker script")
        }
        Some(_) => Kind::NOT_IR,
    }
}

/// The possible starts of the relevant line in a `libx.so` or `libx.a` that is a linker script.
const LINKER_SCRIPT: [&str; 4] = ["INPUT(", "INPUT (", "GROUP(", "GROUP ("];
/// The keywords that start entities of an IR file; others start with a sigil and a name that is assigned to.
const IR_KEYWORDS: [&str; 5] =
    ["target triple", "target datalayout", "source_filename", "module asm", "attributes #"];
const IR_SIGILS: [&str; 5] = ["@", "%", "$", "!", "^"];
const IR_FUNCTIONS: [&str; 2] = ["define ", "declare "];

fn starts_with_any(line: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| line.starts_with(start))
}

fn is_text(head: &[u8]) -> bool {
    // The end of the head may cut a character.
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() as u64 >= HEAD_LEN,
    };
    valid && !head.iter().any(|&byte| byte < b' ' && !byte.is_ascii_whitespace())
}

/// Returns true if the trimmed `line`, not a comment, can be the first of an IR file: the forms that
/// `LLParser::parseTopLevelEntities` accepts. A function header may continue in further lines of `text`.
fn starts_ir(line: &str, text: &str) -> bool {
    starts_with_any(line, &IR_KEYWORDS)
        || starts_with_any(line, &IR_SIGILS) && line.contains(" = ")
        || starts_with_any(line, &IR_FUNCTIONS) && text.contains('@') && text.contains('(')
}

const WRAPPER: [u8; 4] = 0x0B17_C0DE_u32.to_le_bytes();

/// The location of bitcode behind its wrapper, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// The offset from the start of the file.
    pub(super) offset: u64,
    /// The length.
    pub(super) len: u64,
}

/// Reads the wrapper: magic, version, offset, size and CPU type, each a little-endian word of 32 bits.
pub(super) fn wrapped(head: &[u8]) -> Option<Wrapped> {
    let word = |index: usize| {
        head.get(index.saturating_mul(4)..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
    };
    head.starts_with(&WRAPPER).then_some(())?;
    Some(Wrapped { offset: u64::from(word(2)?), len: u64::from(word(3)?) })
}
