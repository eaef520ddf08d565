//! The registers that an instruction reads and writes.

use super::{CALL, CALLX, Class, EXIT, Insn, JA, JA32, LDIMM64};

/// `BPF_X`: the second operand is a register.
const REGISTER: u8 = 0x08;
/// `BPF_MOV`, in the upper four bits of arithmetic.
const MOVE: u8 = 0xb;
/// `BPF_CMPXCHG`, the operation of an atomic instruction that compares with `r0`.
const COMPARE_EXCHANGE: i32 = 0xf1;
/// `BPF_LD | BPF_IND`, without its size.
const INDIRECT: u8 = 0x40;

impl Insn {
    /// Returns true if it reads `register`. An exit reads none here: only the caller decides whether `r0` counts.
    #[must_use]
    pub const fn reads(&self, register: u8) -> bool {
        let (destination, source) = (self.destination == register, self.source == register);
        match self.class() {
            Class::Ld => self.code & 0xe0 == INDIRECT && source,
            Class::Ldx => source,
            Class::St => destination,
            Class::Stx => {
                let compares = self.is_atomic() && self.immediate == COMPARE_EXCHANGE;
                destination || source || compares && register == 0
            }
            Class::Alu | Class::Alu64 => {
                self.operation() != MOVE && destination || self.code & REGISTER != 0 && source
            }
            Class::Jmp | Class::Jmp32 => match self.code {
                CALL => register >= 1 && register <= 5,
                CALLX => destination || register >= 1 && register <= 5,
                JA | JA32 | EXIT => false,
                _ => destination || self.code & REGISTER != 0 && source,
            },
        }
    }

    /// Returns true if it gives `register` a value that does not depend on the former one, or an unknown one.
    #[must_use]
    pub const fn overwrites(&self, register: u8) -> bool {
        match self.class() {
            Class::Ld if self.code == LDIMM64 => self.destination == register,
            Class::Ld => register == 0,
            Class::Ldx | Class::Alu | Class::Alu64 => self.destination == register,
            Class::St | Class::Stx => false,
            Class::Jmp | Class::Jmp32 => self.is_call() && register <= 5,
        }
    }
}
