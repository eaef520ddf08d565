//! The kernel's rules for names (`__btf_name_valid`, `btf_name_valid_section` in kernel/bpf/btf.c).

use super::kernel::{DOTTED_NAMES, LONG_NAMES, PRINTABLE_SECTIONS};
use crate::kernel::Kernel;

/// The place of a name, as far as the rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A type, member, enumerator or parameter.
    Identifier,
    /// A variable.
    Variable,
    /// A section.
    Section,
}

/// Returns true if `kernel` accepts `name` at `place`; an empty name is never accepted.
#[must_use]
pub fn valid(name: &[u8], place: Place, kernel: Kernel) -> bool {
    let limit = if kernel.knows(&LONG_NAMES) { 512 } else { 128 };
    if name.is_empty() || name.len() > limit {
        return false;
    }
    if place == Place::Section && kernel.knows(&PRINTABLE_SECTIONS) {
        return name.iter().copied().all(is_print);
    }
    let dots = place != Place::Identifier || kernel.knows(&DOTTED_NAMES);
    let legal = |byte: u8| is_alpha(byte) || byte == b'_' || (dots && byte == b'.');
    let mut bytes = name.iter().copied();
    bytes.next().is_some_and(legal) && bytes.all(|byte| legal(byte) || byte.is_ascii_digit())
}

/// Returns true for ASCII and Latin-1 letters, as the kernel's `isalpha` (lib/ctype.c).
fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7)
}

/// Returns true for printable characters, as the kernel's `isprint`.
const fn is_print(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e | 0xa0..=0xff)
}
