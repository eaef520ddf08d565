//! Kinds of instructions, as far as the passes distinguish them.

use bpf_linker_shim::llvm_sys::LLVMOpcode;

/// An operation on two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// A sum.
    Add,
    /// A difference.
    Sub,
    /// A product.
    Mul,
    /// An unsigned quotient.
    UDiv,
    /// An unsigned remainder.
    URem,
    /// A signed quotient.
    SDiv,
    /// A signed remainder.
    SRem,
    /// A shift to the left.
    Shl,
    /// A shift to the right that fills with zeros.
    LShr,
    /// A shift to the right that fills with the sign.
    AShr,
    /// A bitwise and.
    And,
    /// A bitwise or.
    Or,
    /// A bitwise exclusive or.
    Xor,
}

/// A conversion between integers of different widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// Dropping the upper bits.
    Trunc,
    /// Filling with zeros.
    ZExt,
    /// Filling with the sign.
    SExt,
}

/// The kind of an instruction or a constant expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// An operation on two integers.
    Binary(Binary),
    /// A conversion between integers.
    Resize(Resize),
    /// A comparison of integers or pointers.
    Compare(Predicate),
    /// A choice by a condition: condition, value if true, value if false.
    Select,
    /// A choice by the block that control comes from.
    Phi,
    /// An address computed from an address.
    Element,
    /// A load; operand 0 is the address.
    Load,
    /// A store; operand 0 is the value, operand 1 the address.
    Store,
    /// A call; the callee is the last operand.
    Call,
    /// An address as an integer.
    FromPointer,
    /// An integer as an address.
    ToPointer,
    /// The same address in another address space.
    SpaceCast,
    /// The same value, with any poison in it fixed.
    Freeze,
    /// A jump by a table of values.
    Switch,
    /// A variable on the stack.
    Alloca,
    /// Anything else.
    Other,
}

/// The predicate of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Unsigned greater.
    Ugt,
    /// Unsigned greater or equal.
    Uge,
    /// Unsigned less.
    Ult,
    /// Unsigned less or equal.
    Ule,
    /// Signed greater.
    Sgt,
    /// Signed greater or equal.
    Sge,
    /// Signed less.
    Slt,
    /// Signed less or equal.
    Sle,
}

impl Predicate {
    const ALL: [Self; 10] = [
        Self::Eq,
        Self::Ne,
        Self::Ugt,
        Self::Uge,
        Self::Ult,
        Self::Ule,
        Self::Sgt,
        Self::Sge,
        Self::Slt,
        Self::Sle,
    ];

    /// Converts an `LLVMIntPredicate`, which counts from 32.
    pub(super) fn from_raw(raw: i32) -> Option<Self> {
        Self::ALL.get(usize::try_from(raw.checked_sub(32)?).ok()?).copied()
    }

    /// Returns the negated predicate.
    #[must_use]
    pub const fn inverse(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Ugt => Self::Ule,
            Self::Uge => Self::Ult,
            Self::Ult => Self::Uge,
            Self::Ule => Self::Ugt,
            Self::Sgt => Self::Sle,
            Self::Sge => Self::Slt,
            Self::Slt => Self::Sge,
            Self::Sle => Self::Sgt,
        }
    }

    /// Returns the result for two integers of `bits` bits, at most 64, that are sign-extended.
    #[must_use]
    pub fn holds(self, left: i64, right: i64, bits: u32) -> bool {
        let mask = u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(0);
        let [low_left, low_right] = [left, right].map(|side| side as u64 & mask);
        match self {
            Self::Eq => low_left == low_right,
            Self::Ne => low_left != low_right,
            Self::Ugt => low_left > low_right,
            Self::Uge => low_left >= low_right,
            Self::Ult => low_left < low_right,
            Self::Ule => low_left <= low_right,
            Self::Sgt => left > right,
            Self::Sge => left >= right,
            Self::Slt => left < right,
            Self::Sle => left <= right,
        }
    }

    /// Returns the predicate for swapped operands.
    #[must_use]
    pub const fn swapped(self) -> Self {
        match self {
            Self::Ugt => Self::Ult,
            Self::Uge => Self::Ule,
            Self::Ult => Self::Ugt,
            Self::Ule => Self::Uge,
            Self::Sgt => Self::Slt,
            Self::Sge => Self::Sle,
            Self::Slt => Self::Sgt,
            Self::Sle => Self::Sge,
            same => same,
        }
    }
}

/// The opcodes of LLVM's C interface, which do not change; a removed one, such as that of `br` in 23, leaves a hole.
const OPCODES: [(LLVMOpcode, Opcode); 28] = [
    (LLVMOpcode::LLVMAdd, Opcode::Binary(Binary::Add)),
    (LLVMOpcode::LLVMSub, Opcode::Binary(Binary::Sub)),
    (LLVMOpcode::LLVMMul, Opcode::Binary(Binary::Mul)),
    (LLVMOpcode::LLVMUDiv, Opcode::Binary(Binary::UDiv)),
    (LLVMOpcode::LLVMURem, Opcode::Binary(Binary::URem)),
    (LLVMOpcode::LLVMSDiv, Opcode::Binary(Binary::SDiv)),
    (LLVMOpcode::LLVMSRem, Opcode::Binary(Binary::SRem)),
    (LLVMOpcode::LLVMShl, Opcode::Binary(Binary::Shl)),
    (LLVMOpcode::LLVMLShr, Opcode::Binary(Binary::LShr)),
    (LLVMOpcode::LLVMAShr, Opcode::Binary(Binary::AShr)),
    (LLVMOpcode::LLVMAnd, Opcode::Binary(Binary::And)),
    (LLVMOpcode::LLVMOr, Opcode::Binary(Binary::Or)),
    (LLVMOpcode::LLVMXor, Opcode::Binary(Binary::Xor)),
    (LLVMOpcode::LLVMTrunc, Opcode::Resize(Resize::Trunc)),
    (LLVMOpcode::LLVMZExt, Opcode::Resize(Resize::ZExt)),
    (LLVMOpcode::LLVMSExt, Opcode::Resize(Resize::SExt)),
    (LLVMOpcode::LLVMSelect, Opcode::Select),
    (LLVMOpcode::LLVMPHI, Opcode::Phi),
    (LLVMOpcode::LLVMGetElementPtr, Opcode::Element),
    (LLVMOpcode::LLVMLoad, Opcode::Load),
    (LLVMOpcode::LLVMStore, Opcode::Store),
    (LLVMOpcode::LLVMCall, Opcode::Call),
    (LLVMOpcode::LLVMPtrToInt, Opcode::FromPointer),
    (LLVMOpcode::LLVMIntToPtr, Opcode::ToPointer),
    (LLVMOpcode::LLVMAddrSpaceCast, Opcode::SpaceCast),
    (LLVMOpcode::LLVMFreeze, Opcode::Freeze),
    (LLVMOpcode::LLVMSwitch, Opcode::Switch),
    (LLVMOpcode::LLVMAlloca, Opcode::Alloca),
];

impl Binary {
    pub(super) fn raw(self) -> LLVMOpcode {
        raw_opcode(Opcode::Binary(self)).unwrap_or(LLVMOpcode::LLVMAdd)
    }
}

impl Resize {
    pub(super) fn raw(self) -> LLVMOpcode {
        raw_opcode(Opcode::Resize(self)).unwrap_or(LLVMOpcode::LLVMZExt)
    }
}

fn raw_opcode(of: Opcode) -> Option<LLVMOpcode> {
    OPCODES.iter().find(|(_, opcode)| *opcode == of).map(|(raw, _)| *raw)
}

pub(super) fn opcode(raw: i32) -> Option<Opcode> {
    OPCODES.iter().find(|(known, _)| *known as i32 == raw).map(|(_, opcode)| *opcode)
}
