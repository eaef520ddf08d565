//! BPF instructions, as defined by RFC 9669.
//!
//! An instruction is a slot of eight bytes: opcode, two registers, a 16-bit offset and a 32-bit immediate; a 64-bit
//! immediate load takes two slots. The numbers are in the byte order of the object, and so are the registers: the
//! destination is in the low four bits of the second byte of a little-endian object and in the high four bits of a
//! big-endian one. Jumps and calls count in slots.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod registers;

use super::target::{Endian, u32_of};

/// The frame pointer, `r10`.
pub const FRAME_POINTER: u8 = 10;

/// `r11`, through which arguments beyond the fifth are passed: stored below it, and loaded from above.
const ARGUMENT_POINTER: u8 = 11;
/// The number of arguments in registers.
const REGISTER_ARGUMENTS: u16 = 5;

/// `BPF_LD | BPF_IMM | BPF_DW`: the instruction of two slots.
pub const LDIMM64: u8 = 0x18;
/// `BPF_JMP | BPF_CALL`.
pub const CALL: u8 = 0x85;
/// `BPF_JMP | BPF_CALL | BPF_X`: a call of the function whose address is in a register.
pub const CALLX: u8 = 0x8d;
/// `BPF_JMP | BPF_EXIT`.
pub const EXIT: u8 = 0x95;
/// `BPF_JMP | BPF_JA`: a jump of a 16-bit distance.
pub const JA: u8 = 0x05;
/// `BPF_JMP32 | BPF_JA`: a jump of a 32-bit distance, `gotol`.
pub const JA32: u8 = 0x06;
/// `src_reg` of a call whose target is another function of the object (`BPF_PSEUDO_CALL`).
pub const PSEUDO_CALL: u8 = 1;
/// `src_reg` of a call of a kernel function (`BPF_PSEUDO_KFUNC_CALL`).
pub const PSEUDO_KFUNC_CALL: u8 = 2;

/// The size of one BPF instruction slot in bytes; a 64-bit immediate takes two.
pub const INSN_SIZE: u64 = 8;
const SLOT: usize = INSN_SIZE as usize;

/// One instruction and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insn {
    /// The first slot, from the start of the decoded bytes.
    pub slot: u64,
    /// The opcode: class in the low three bits.
    pub code: u8,
    /// `dst_reg`.
    pub destination: u8,
    /// `src_reg`.
    pub source: u8,
    /// `off`.
    pub offset: i16,
    /// `imm`.
    pub immediate: i32,
    /// `imm` of the second slot of a 64-bit immediate load; 0 elsewhere.
    pub upper: i32,
}

/// The use of an argument that is not in a register, and its number, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackArgument {
    /// An argument loaded from the caller.
    Taken(u16),
    /// An argument passed to the next callee.
    Passed(u16),
}

/// The instruction class: the low three bits of the opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Immediate loads, and packet access of classic BPF.
    Ld,
    /// Loads to a register.
    Ldx,
    /// Stores of an immediate.
    St,
    /// Stores of a register, and atomic operations.
    Stx,
    /// Arithmetic on 32 bits.
    Alu,
    /// Jumps that compare 64 bits, calls, exit.
    Jmp,
    /// Jumps that compare 32 bits.
    Jmp32,
    /// Arithmetic on 64 bits.
    Alu64,
}

/// The instruction set that introduced an instruction, named as by LLVM's `-mcpu`.
///
/// Source: `llvm/lib/Target/BPF/BPFSubtarget.cpp`; RFC 9669 lists the same sets as conformance groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The base instruction set.
    V1,
    /// Adds jumps on less than, kernel 4.14.
    V2,
    /// Adds 32-bit jumps (kernel 5.1) and 32-bit arithmetic.
    V3,
    /// Adds sign extension, `bswap`, signed division, `gotol` (kernel 6.6), and later instructions that LLVM enables
    /// with them.
    V4,
}

/// Decodes the instructions in `bytes`, whose start is slot 0; an incomplete last slot is ignored.
pub fn decode(bytes: &[u8], endian: Endian) -> impl Iterator<Item = Insn> {
    let mut slots = bytes.chunks_exact(SLOT).zip(0..);
    std::iter::from_fn(move || {
        let (bytes, slot) = slots.next()?;
        let mut insn = Insn::of(slot, bytes.first_chunk()?, endian);
        if insn.code == LDIMM64 {
            let rest = slots.next().and_then(|(bytes, slot)| {
                Some(Insn::of(slot, bytes.first_chunk()?, endian).immediate)
            });
            insn.upper = rest.unwrap_or(0);
        }
        Some(insn)
    })
}

impl Insn {
    fn of(slot: u64, bytes: &[u8; SLOT], endian: Endian) -> Self {
        let [code, registers, low, high, immediate @ ..] = *bytes;
        let nibbles = (registers & 0xf, registers >> 4);
        let ((destination, source), offset) = match endian {
            Endian::Little => (nibbles, i16::from_le_bytes([low, high])),
            Endian::Big => ((nibbles.1, nibbles.0), i16::from_be_bytes([low, high])),
        };
        let immediate = u32_of(endian, immediate) as i32;
        Self { slot, code, destination, source, offset, immediate, upper: 0 }
    }

    /// Returns the bytes of its first slot.
    #[must_use]
    pub fn encode(&self, endian: Endian) -> [u8; SLOT] {
        let (low, high) = (self.destination & 0xf, self.source & 0xf);
        let (registers, offset, immediate) = match endian {
            Endian::Little => {
                (high << 4 | low, self.offset.to_le_bytes(), self.immediate.to_le_bytes())
            }
            Endian::Big => {
                (low << 4 | high, self.offset.to_be_bytes(), self.immediate.to_be_bytes())
            }
        };
        let [a, b] = offset;
        let [c, d, e, f] = immediate;
        [self.code, registers, a, b, c, d, e, f]
    }

    /// Returns the number of its slots: 1 or 2.
    #[must_use]
    pub const fn slots(&self) -> u64 {
        if self.code == LDIMM64 { 2 } else { 1 }
    }

    /// Returns its class.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self.code & 7 {
            0 => Class::Ld,
            1 => Class::Ldx,
            2 => Class::St,
            3 => Class::Stx,
            4 => Class::Alu,
            5 => Class::Jmp,
            6 => Class::Jmp32,
            _ => Class::Alu64,
        }
    }

    /// Returns true for a call of a helper, a function, a kernel function, or the address in a register.
    #[must_use]
    pub const fn is_call(&self) -> bool {
        matches!(self.code, CALL | CALLX)
    }

    /// Returns true if it calls a function of the object.
    #[must_use]
    pub const fn is_local_call(&self) -> bool {
        self.code == CALL && self.source == PSEUDO_CALL
    }

    /// Returns the slot that it jumps to when the jump is taken, or `None` for other instructions, including calls.
    #[must_use]
    pub fn jump_target(&self) -> Option<i64> {
        let distance = match (self.class(), self.operation()) {
            (Class::Jmp, 8 | 9) => return None,
            (Class::Jmp32, 0) => i64::from(self.immediate),
            (Class::Jmp | Class::Jmp32, _) => i64::from(self.offset),
            _ => return None,
        };
        Some((self.slot as i64).saturating_add(1).saturating_add(distance))
    }

    /// Returns true if it jumps to its own slot or an earlier one.
    #[must_use]
    #[cfg(any(test, feature = "internals"))]
    pub fn is_backward_jump(&self) -> bool {
        self.jump_target().is_some_and(|target| target <= (self.slot as i64))
    }

    /// Returns the number of bytes of memory it reads or writes, if it does either.
    #[must_use]
    pub const fn access(&self) -> Option<u8> {
        match self.class() {
            Class::Ldx | Class::St | Class::Stx => Some(match self.code & 0x18 {
                0x00 => 4,
                0x08 => 2,
                0x10 => 1,
                _ => 8,
            }),
            _ => None,
        }
    }

    /// Returns its use of an argument beyond the fifth, if any (LLVM 23, `BPFISD::LOAD_STACK_ARG`).
    #[must_use]
    pub fn stack_argument(&self) -> Option<StackArgument> {
        let number = REGISTER_ARGUMENTS.saturating_add(self.offset.unsigned_abs() / 8);
        match self.class() {
            Class::Ldx if self.source == ARGUMENT_POINTER => Some(StackArgument::Taken(number)),
            Class::St | Class::Stx if self.destination == ARGUMENT_POINTER => {
                Some(StackArgument::Passed(number))
            }
            _ => None,
        }
    }

    /// Returns true for an atomic operation (`BPF_STX | BPF_ATOMIC`).
    #[must_use]
    pub const fn is_atomic(&self) -> bool {
        matches!(self.class(), Class::Stx) && self.code & 0xe0 == 0xc0
    }

    /// Returns the first instruction set with this instruction, or `None` if it is in none.
    ///
    /// 32-bit arithmetic belongs to [`Level::V3`], although every kernel supports it, because LLVM emits it from that
    /// level on. An atomic operation is in the first set if it is an addition whose old value is dropped.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match self.class() {
            Class::Ld => matches!(self.code, LDIMM64 | 0x20 | 0x28 | 0x30 | 0x40 | 0x48 | 0x50)
                .then_some(Level::V1),
            Class::Ldx => match self.code & 0xe0 {
                0x60 => Some(Level::V1),
                // Sign-extending, of less than eight bytes.
                0x80 => (self.code & 0x18 != 0x18).then_some(Level::V4),
                _ => None,
            },
            Class::St => (self.code & 0xe0 == 0x60).then_some(Level::V1),
            Class::Stx => match self.code & 0xe0 {
                0x60 => Some(Level::V1),
                0xc0 => self.atomic_level(),
                _ => None,
            },
            Class::Alu | Class::Alu64 => self.arithmetic_level(),
            Class::Jmp | Class::Jmp32 => self.jump_level(),
        }
    }

    const fn operation(&self) -> u8 {
        self.code >> 4
    }

    const fn atomic_level(&self) -> Option<Level> {
        const ADD: i32 = 0x00;
        match self.immediate {
            ADD => Some(Level::V1),
            // Or, and, xor; these and addition with the old value; exchange, compare and exchange.
            0x40 | 0x50 | 0xa0 | 0x01 | 0x41 | 0x51 | 0xa1 | 0xe1 | 0xf1 => Some(Level::V3),
            // Load with acquire, store with release.
            0x100 | 0x110 => Some(Level::V4),
            _ => None,
        }
    }

    const fn arithmetic_level(&self) -> Option<Level> {
        const MOV: u8 = 0xb;
        const DIV: u8 = 0x3;
        const MOD: u8 = 0x9;
        const END: u8 = 0xd;
        let wide = matches!(self.class(), Class::Alu64);
        match (self.operation(), self.offset) {
            // To little or to big endian; in the 64-bit class, unconditional.
            (END, 0) => Some(if wide { Level::V4 } else { Level::V1 }),
            (MOV, 8 | 16) | (DIV | MOD, 1) => Some(Level::V4),
            (MOV, 32 | 1) if wide => Some(Level::V4),
            (0x0..=0xc, 0) => Some(if wide { Level::V1 } else { Level::V3 }),
            _ => None,
        }
    }

    const fn jump_level(&self) -> Option<Level> {
        let narrow = matches!(self.class(), Class::Jmp32);
        match self.operation() {
            0x0 if narrow => Some(Level::V4),
            0x8 | 0x9 if narrow => None,
            // `may_goto`.
            0xe if !narrow => Some(Level::V4),
            0x0..=0xd if narrow => Some(Level::V3),
            0x0..=0x9 => Some(Level::V1),
            0xa..=0xd => Some(Level::V2),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
