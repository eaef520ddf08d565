//! The compilers of an object's code, which decide how its functions pass arguments.
//!
//! GCC names itself in `.comment`; LLVM writes none for BPF. A relocatable link keeps the section, and adds an entry of
//! its own if code of other compilers is there too.

use crate::elf::{Contents, Elf, Section};

const COMMENT: &str = ".comment";
/// The beginning of an entry of GCC.
const GCC: &[u8] = b"GCC:";
/// The entry for code of other compilers beside that of GCC.
const OTHERS: &[u8] = b"other compilers";

/// The compilers of the code of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Producers {
    /// True if some of it is of GCC, which adds constants to addresses of symbols, so that an address may be that of a
    /// neighbor.
    pub(super) gcc: bool,
    /// True if some of it is of another compiler.
    pub(super) others: bool,
}

impl Producers {
    /// The compilers of code that GCC did not make.
    pub(super) const OTHERS: Self = Self { gcc: false, others: true };

    /// Reads the compilers of an object from its `.comment`.
    pub(super) fn of(elf: &Elf) -> Self {
        let comment = elf.section_named(COMMENT).and_then(|id| elf.sections.get(&id));
        let mut entries = comment.map_or(&[][..], Section::bytes).split(|&byte| byte == 0);
        let gcc = entries.clone().any(|entry| entry.starts_with(GCC));
        Self { gcc, others: !gcc || entries.any(|entry| entry == OTHERS) }
    }
}

/// Adds to `elf` the `.comment` of an object of `producers`, if GCC is one of them.
pub(super) fn mark(elf: &mut Elf, producers: &[Producers]) {
    if !producers.iter().any(|it| it.gcc) {
        return;
    }
    let mut comment = [GCC, b" (GNU)\0"].concat();
    if producers.iter().any(|it| it.others) {
        comment.extend_from_slice(OTHERS);
        comment.push(0);
    }
    elf.add_section(Section {
        name: COMMENT.to_owned(),
        kind: 1, // SHT_PROGBITS
        flags: 0,
        align: 1,
        entry_size: 0,
        contents: Contents::Bytes(comment),
        relocations: Vec::new(),
    });
}
