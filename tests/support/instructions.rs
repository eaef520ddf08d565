//! BPF instructions, as RFC 9669 defines them.
//!
//! An instruction is eight bytes: opcode, two registers, a 16-bit offset and a 32-bit immediate. The numbers are in
//! the byte order of the object, and so are the registers: the destination is in the low four bits of the second byte
//! of a little-endian object and in the high four bits of a big-endian one.

use std::fmt;

/// One instruction; a 64-bit immediate load is two, the second with opcode 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    pub opcode: u8,
    pub destination: u8,
    pub source: u8,
    pub offset: i16,
    pub immediate: i32,
}

const SIZE: usize = 8;
const LOAD_IMMEDIATE_64: u8 = 0x18;
const CALL: u8 = 0x85;
/// The source register of a call to a function of the object.
const PSEUDO_CALL: u8 = 1;

/// The instructions in these bytes.
pub fn decode(code: &[u8], is_little_endian: bool) -> Vec<Instruction> {
    assert_eq!(code.len() % SIZE, 0, "functions are whole instructions");
    code.chunks_exact(SIZE).map(|bytes| Instruction::decode(bytes, is_little_endian)).collect()
}

impl Instruction {
    fn decode(bytes: &[u8], is_little_endian: bool) -> Self {
        let (low, high) = (bytes[1] & 0x0f, bytes[1] >> 4);
        let offset = [bytes[2], bytes[3]];
        let immediate = [bytes[4], bytes[5], bytes[6], bytes[7]];
        if is_little_endian {
            Self {
                opcode: bytes[0],
                destination: low,
                source: high,
                offset: i16::from_le_bytes(offset),
                immediate: i32::from_le_bytes(immediate),
            }
        } else {
            Self {
                opcode: bytes[0],
                destination: high,
                source: low,
                offset: i16::from_be_bytes(offset),
                immediate: i32::from_be_bytes(immediate),
            }
        }
    }

    /// Returns true if it reads or writes less than eight bytes of memory.
    pub fn is_narrow_access(self) -> bool {
        const DOUBLE_WORD: u8 = 0x18;
        matches!(self.opcode & 0x07, 1..=3) && self.opcode & 0x18 != DOUBLE_WORD
    }

    /// Returns true if it shifts a register by a constant.
    pub fn is_constant_shift(self) -> bool {
        matches!(self.opcode, 0x64 | 0x67 | 0x74 | 0x77 | 0xc4 | 0xc7)
    }

    /// Returns true if it calls a function of the object.
    pub fn is_local_call(self) -> bool {
        self.opcode == CALL && self.source == PSEUDO_CALL
    }
}

/// Returns the faults of the instructions of one function; none when a kernel's first look (`bpf_check`'s field and jump
/// checks, before any analysis) would find nothing.
pub fn fault(function: &[Instruction]) -> Option<String> {
    let mut at = 0;
    while let Some(instruction) = function.get(at) {
        let wide = instruction.opcode == LOAD_IMMEDIATE_64;
        if let Some(fault) =
            fault_of(*instruction).map(str::to_owned).or_else(|| bad_jump(function, at))
        {
            return Some(format!("instruction {at}, {instruction:?}: {fault}"));
        }
        if wide {
            let is_rest =
                |i: &Instruction| (i.opcode, i.destination, i.source, i.offset) == (0, 0, 0, 0);
            if !function.get(at + 1).is_some_and(is_rest) {
                return Some(format!("instruction {at}: half of a 64-bit load is missing"));
            }
        }
        at += if wide { 2 } else { 1 };
    }
    let ends = function.last().is_some_and(|last| matches!(last.opcode, 0x95 | 0x05 | 0x06));
    (!ends).then(|| "the function's end can be reached".to_owned())
}

/// A fault of the instruction alone.
fn fault_of(instruction: Instruction) -> Option<&'static str> {
    const R10: u8 = 10;
    let Instruction { opcode, destination, source, .. } = instruction;
    let (class, operation) = (opcode & 0x07, opcode >> 4);
    let known = match class {
        // LD: 64-bit immediates, and packet access of classic BPF.
        0 => matches!(opcode, 0x18 | 0x20 | 0x28 | 0x30 | 0x40 | 0x48 | 0x50),
        // LDX, of 1 to 8 bytes; sign-extending ones not of 8.
        1 => matches!(opcode & 0xe0, 0x60) || (opcode & 0xe0 == 0x80 && opcode != 0x99),
        2 => opcode & 0xe0 == 0x60,
        // STX; atomics are of 4 or 8 bytes, and of less for load-acquire and store-release.
        3 => matches!(opcode & 0xe0, 0x60 | 0xc0),
        4 | 7 => operation <= 0xd,
        5 => operation <= 0xe,
        _ => operation <= 0xd && operation != 0x8 && operation != 0x9,
    };
    match () {
        () if !known => Some("no such opcode"),
        () if destination > R10 || source > R10 => Some("no such register"),
        () if class == 1 && destination == R10 => Some("writes the frame pointer"),
        () if (class == 4 || class == 7) && destination == R10 => Some("writes the frame pointer"),
        () => None,
    }
}

/// A jump out of the function, or into the middle of a 64-bit load.
fn bad_jump(function: &[Instruction], at: usize) -> Option<String> {
    let instruction = function[at];
    let distance = match (instruction.opcode & 0x07, instruction.opcode >> 4) {
        (5 | 6, 0x8 | 0x9) => return None,
        (6, 0x0) => i64::from(instruction.immediate),
        (5 | 6, _) => i64::from(instruction.offset),
        _ => return None,
    };
    let target = i64::try_from(at).ok()? + 1 + distance;
    let landed = usize::try_from(target).ok().and_then(|target| function.get(target));
    match landed {
        None => Some(format!("jumps to {target}, outside of the function")),
        Some(landed) if landed.opcode == 0 => Some(format!("jumps into the load before {target}")),
        Some(_) => None,
    }
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { opcode, destination, source, offset, immediate } = self;
        write!(f, "{opcode:02x} r{destination} r{source} {offset:+} {immediate:#x}")
    }
}
