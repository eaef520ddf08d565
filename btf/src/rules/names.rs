//! Which names the kernel takes where (`__btf_name_valid`, `btf_name_valid_section` in kernel/bpf/btf.c).

use super::kernel::{DOTTED_NAMES, LONG_NAMES, PRINTABLE_SECTIONS};
use crate::kernel::Kernel;

/// Where a name stands, as far as the rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of a type, member, enumerator or parameter.
    Identifier,
    /// Of a variable.
    Variable,
    /// Of a section.
    Section,
}

/// Whether `kernel` takes `name` at `place`; an empty one never.
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

/// The kernel's `isalpha`: ASCII and Latin-1 letters (lib/ctype.c).
fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7)
}

/// The kernel's `isprint`.
const fn is_print(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e | 0xa0..=0xff)
}
