//! Input and output of a function: `struct record` of `prelude.h`.

use super::generator::Numbers;

/// The size of the structure in bytes: four numbers, the result, the memory.
pub const SIZE: usize = 5 * 8 + 64;

/// The bytes of one record.
pub type Record = [u8; SIZE];

/// A record to start from: numbers at the edges of arithmetic, the result 0.
pub fn input(numbers: &mut Numbers) -> Record {
    let mut record = [0; SIZE];
    for (index, place) in record.chunks_exact_mut(8).enumerate() {
        const RESULT: usize = 4;
        let number = if index == RESULT { 0 } else { numbers.edge() };
        place.copy_from_slice(&number.to_ne_bytes());
    }
    record
}

/// The record for people.
pub fn draw(record: &Record) -> String {
    let words: Vec<String> = record
        .chunks_exact(8)
        .map(|bytes| format!("{:x}", u64::from_ne_bytes(bytes.try_into().expect("eight bytes"))))
        .collect();
    let (numbers, memory) = words.split_at(4);
    format!(
        "a b c d = {}, result = {}, memory = {}",
        numbers.join(" "),
        memory[0],
        memory[1..].join(" ")
    )
}
