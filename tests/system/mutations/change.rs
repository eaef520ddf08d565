//! Damage: a seeded function of the number of a case, so that every case can be had again.

use crate::support::chance::Chance;

/// Damages `bytes`; `donor` is another file of the corpus. The text says how.
pub fn damage(bytes: &mut Vec<u8>, donor: &[u8], chance: &mut Chance) -> String {
    if bytes.is_empty() {
        return "an empty file".to_owned();
    }
    match chance.below(16) {
        0..6 => flip(bytes, chance),
        6..8 => truncate(bytes, chance),
        8..11 => splice(bytes, donor, chance),
        11 => fill(bytes, chance),
        12 => remove(bytes, chance),
        13 => repeat(bytes, chance),
        14 => extremes(bytes, chance),
        _ => {
            let first = flip(bytes, chance);
            format!("{first}, then {}", splice(bytes, donor, chance))
        }
    }
}

fn flip(bytes: &mut [u8], chance: &mut Chance) -> String {
    let count = 1 << chance.below(6);
    let mut places = Vec::new();
    for _ in 0..count {
        let at = chance.below(bytes.len());
        bytes[at] ^= 1 << chance.below(8);
        places.push(at);
    }
    format!("bits flipped at {places:?}")
}

fn truncate(bytes: &mut Vec<u8>, chance: &mut Chance) -> String {
    bytes.truncate(chance.below(bytes.len()));
    format!("cut to {} bytes", bytes.len())
}

fn splice(bytes: &mut [u8], donor: &[u8], chance: &mut Chance) -> String {
    if donor.is_empty() {
        return "nothing spliced".to_owned();
    }
    // Bitcode is made of 32-bit words: on such a boundary more of it makes sense.
    let word = if chance.below(2) == 0 { 4 } else { 1 };
    let (from, to) =
        (chance.below(donor.len()) / word * word, chance.below(bytes.len()) / word * word);
    let length = (1 + chance.below(512)).min(donor.len() - from).min(bytes.len() - to);
    bytes[to..to + length].copy_from_slice(&donor[from..from + length]);
    format!("{length} bytes at {to} are those at {from} of another file")
}

fn fill(bytes: &mut [u8], chance: &mut Chance) -> String {
    let (at, value) = (chance.below(bytes.len()), [0, 0xff][chance.below(2)]);
    let length = (1 + chance.below(64)).min(bytes.len() - at);
    bytes[at..at + length].fill(value);
    format!("{length} bytes at {at} are {value}")
}

fn remove(bytes: &mut Vec<u8>, chance: &mut Chance) -> String {
    let at = chance.below(bytes.len());
    let length = (1 + chance.below(64)).min(bytes.len() - at);
    bytes.drain(at..at + length);
    format!("{length} bytes at {at} are gone")
}

fn repeat(bytes: &mut Vec<u8>, chance: &mut Chance) -> String {
    let at = chance.below(bytes.len());
    let length = (1 + chance.below(64)).min(bytes.len() - at);
    let twice = bytes[at..at + length].to_vec();
    bytes.splice(at..at, twice);
    format!("{length} bytes at {at} stand there twice")
}

/// Numbers at which arithmetic goes wrong.
fn extremes(bytes: &mut [u8], chance: &mut Chance) -> String {
    const NUMBERS: [u64; 6] = [0, u64::MAX, 1 << 31, (1 << 31) - 1, 1 << 63, u32::MAX as u64];
    let (at, number) = (chance.below(bytes.len()) / 4 * 4, NUMBERS[chance.below(6)]);
    let length = [4, 8][chance.below(2)].min(bytes.len() - at);
    bytes[at..at + length].copy_from_slice(&number.to_le_bytes()[..length]);
    format!("{length} bytes at {at} are those of {number:#x}")
}
