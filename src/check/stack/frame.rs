//! Stack use of a function, as the verifier counts it: down to the lowest byte that it reaches below `r10`.
//!
//! The verifier counts accesses on the paths it follows (`update_stack_depth`); here every instruction counts, as
//! does an address that is only computed, since a helper or a function will use it. Code generation forms an address
//! in the frame by copying `r10` and adding to the copy, so following registers within a block is enough.

use std::collections::BTreeSet;

use crate::bpf::insn::{Class, FRAME_POINTER, Insn};

/// `BPF_ALU64 | BPF_MOV | BPF_X`.
const COPY: u8 = 0xbf;
/// `BPF_ALU64 | BPF_ADD | BPF_K`.
const ADD: u8 = 0x07;
const REGISTERS: usize = 16;

/// Returns the bytes that `instructions`, the code of one function, use of its frame.
pub(super) fn size(instructions: &[Insn]) -> u64 {
    let targets: BTreeSet<i64> = instructions.iter().filter_map(Insn::jump_target).collect();
    let mut frame = Frame::default();
    for insn in instructions {
        if targets.contains(&(insn.slot as i64)) {
            frame.forget();
        }
        frame.step(insn);
    }
    frame.lowest.unsigned_abs()
}

/// The state at one instruction.
struct Frame {
    /// The offsets from `r10` of registers that point into the frame.
    offsets: [Option<i64>; REGISTERS],
    /// The lowest offset so far.
    lowest: i64,
}

impl Default for Frame {
    fn default() -> Self {
        let mut frame = Self { offsets: [None; REGISTERS], lowest: 0 };
        frame.forget();
        frame
    }
}

impl Frame {
    fn forget(&mut self) {
        self.offsets = [None; REGISTERS];
        self.set(FRAME_POINTER, Some(0));
    }

    fn offset(&self, register: u8) -> Option<i64> {
        self.offsets.get(usize::from(register)).copied().flatten()
    }

    fn set(&mut self, register: u8, offset: Option<i64>) {
        if let Some(known) = self.offsets.get_mut(usize::from(register)) {
            *known = offset;
        }
    }

    fn step(&mut self, insn: &Insn) {
        let (destination, source) = (insn.destination, insn.source);
        match insn.class() {
            Class::Ldx => {
                self.reach(source, insn.offset);
                self.set(destination, None);
            }
            Class::St | Class::Stx => {
                self.reach(destination, insn.offset);
                // A fetch overwrites the source; compare and exchange overwrites r0.
                if insn.is_atomic() {
                    self.set(source, None);
                    self.set(0, None);
                }
            }
            Class::Alu64 if insn.code == COPY && insn.offset == 0 => {
                self.set(destination, self.offset(source));
            }
            Class::Alu64 if insn.code == ADD => {
                let sum = self.offset(destination).map(|at| at + i64::from(insn.immediate));
                self.set(destination, sum);
                self.lowest = self.lowest.min(sum.unwrap_or(0));
            }
            Class::Alu | Class::Alu64 | Class::Ld => self.set(destination, None),
            Class::Jmp | Class::Jmp32 if insn.is_call() => {
                self.offsets.iter_mut().take(6).for_each(|offset| *offset = None);
            }
            Class::Jmp | Class::Jmp32 => {}
        }
    }

    fn reach(&mut self, register: u8, offset: i16) {
        if let Some(at) = self.offset(register) {
            self.lowest = self.lowest.min(at + i64::from(offset));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insn(slot: u64, code: u8, destination: u8, source: u8, offset: i16, immediate: i32) -> Insn {
        Insn { slot, code, destination, source, offset, immediate, upper: 0 }
    }

    #[test]
    fn stores_and_addresses_below_the_frame_pointer_count() {
        // *(u64 *)(r10 - 16) = r1
        let store = insn(0, 0x7b, 10, 1, -16, 0);
        assert_eq!(size(&[store]), 16);
        // r2 = r10; r2 += -96; r0 = *(u8 *)(r2 - 4)
        let address = [insn(1, COPY, 2, 10, 0, 0), insn(2, ADD, 2, 0, 0, -96)];
        assert_eq!(size(&[store, address[0], address[1]]), 96);
        assert_eq!(size(&[address[0], address[1], insn(3, 0x71, 0, 2, -4, 0)]), 100);
    }

    #[test]
    fn what_is_no_pointer_into_the_frame_does_not_count() {
        // r2 += -600; *(u64 *)(r2 - 8) = r1
        assert_eq!(size(&[insn(0, ADD, 2, 0, 0, -600), insn(1, 0x7b, 2, 1, -8, 0)]), 0);
        // A call clobbers r2, and so does the start of a block.
        let (copy, call) = (insn(0, COPY, 2, 10, 0, 0), insn(1, 0x85, 0, 0, 0, 5));
        assert_eq!(size(&[copy, call, insn(2, ADD, 2, 0, 0, -600)]), 0);
        let jump = insn(1, 0x05, 0, 0, 0, 0);
        assert_eq!(size(&[copy, jump, insn(2, ADD, 2, 0, 0, -600)]), 0);
        // Memory above the frame pointer does not belong to the function.
        assert_eq!(size(&[copy, insn(1, ADD, 2, 0, 0, 24)]), 0);
    }
}
