//! The constructs that BPF cannot express, each with the reason and the remedy.

use crate::report::{Error, quoted};

/// A construct that BPF, or the CPU level of this link, cannot express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Construct {
    /// A frame larger than the limit.
    Stack,
    /// A local whose size is not known before the program runs.
    DynamicStack,
    /// A definition with more parameters than registers.
    Parameters,
    /// A call with more arguments than registers, and the function if it is called by name.
    Arguments(Option<String>),
    /// An argument that is a structure.
    ByValue,
    /// A definition that returns more than one register.
    WideReturn,
    /// A call that returns more than one register.
    WideResult,
    /// A 128-bit product or quotient, which is a call of a routine.
    WideArithmetic,
    /// Floating-point arithmetic, whose routines compute 128-bit products.
    Float,
    /// Signed division or remainder.
    SignedDivision,
    /// A use of the old value of an atomic addition.
    AtomicResult,
    /// An atomic operation on less than 32 bits.
    AtomicWidth(u32),
    /// An atomic operation on 32 bits.
    AtomicNarrow,
    /// An atomic update that all levels lack.
    AtomicUpdate,
    /// An atomic load or store.
    AtomicAccess,
    /// A sequentially consistent load or store.
    SequentialAccess,
    /// A fence for all processors.
    Fence,
    /// A variable number of arguments.
    Variadic,
    /// A computed jump.
    IndirectJump,
    /// The address that a function returns to, or its frame's.
    ReturnAddress,
    /// A read of an address that only a relocation could put into this variable.
    StoredAddress(String),
}

/// The texts of a row: the fact, in which `{}` is the function; the reason; and the remedies.
pub(super) struct Words {
    pub(super) fact: &'static str,
    pub(super) cause: &'static str,
    pub(super) help: &'static [&'static str],
}

const REGISTERS: &str = "BPF passes arguments in the five registers r1 to r5";
const FEWER: &str = "pass fewer, or a pointer to a structure that holds them; or let the function be inlined \
                     (`#[inline(always)]`, `__always_inline`)";
const ONE_REGISTER: &str = "a BPF function returns at most 64 bits, in r0";
const BY_POINTER: &str = "return through a pointer (`&mut T`, `T *`), or let the function be inlined \
                          (`#[inline(always)]`, `__always_inline`)";
const RELAXED: &str =
    "a volatile access (`read_volatile`, `READ_ONCE`) is as good where order does not matter";

impl Construct {
    /// Returns true for a construct of the whole function: LLVM may report it at many places, none of them more to
    /// blame than others.
    pub(super) const fn is_of_function(&self) -> bool {
        matches!(self, Self::Stack | Self::Variadic)
    }

    /// Returns the texts for the construct.
    pub(super) const fn words(&self) -> Words {
        let (fact, cause, help): (_, _, &[&str]) = match self {
            Self::Stack => (
                "{} needs more stack than BPF has",
                "a frame holds at most 512 bytes",
                &[
                    "keep large data in a map, such as a per-CPU array of one element, and work on a pointer into it",
                    "a loader that is not the kernel may have more: `--llvm-args=-bpf-stack-size=4096`",
                ],
            ),
            Self::DynamicStack => (
                "{} has a local of variable size",
                "BPF code knows the size of its frame before it runs",
                &["give it a constant size, or keep it in a map"],
            ),
            Self::Parameters => ("{} takes more than five arguments", REGISTERS, &[FEWER]),
            Self::Arguments(_) => ("{} passes more than five arguments", REGISTERS, &[FEWER]),
            Self::ByValue => (
                "{} passes a structure by value",
                "BPF passes what fits a register",
                &["pass a pointer to it"],
            ),
            Self::WideReturn => ("{} returns more than one register", ONE_REGISTER, &[BY_POINTER]),
            Self::WideResult => {
                ("{} calls what returns more than one register", ONE_REGISTER, &[BY_POINTER])
            }
            Self::WideArithmetic => (
                "{} multiplies or divides 128 bits",
                "that takes a routine such as `__multi3`, and a BPF function returns at most 64 bits",
                &[
                    "compute with 64 bits; overflow checks of 64 bits compute with 128, so use a wrapping operation",
                ],
            ),
            Self::Float => (
                "{} computes with floating point",
                "BPF has none, and a routine in its place would multiply to 128 bits, of which a BPF function returns 64",
                &["compute with integers, such as thousandths (fixed point)"],
            ),
            Self::SignedDivision => (
                "{} divides with a sign",
                "signed division and remainder came with CPU level v4",
                &[
                    "signed division needs the instructions of `--cpu v4`, for kernels from 6.6 on; or divide without signs",
                ],
            ),
            Self::AtomicResult => (
                "{} uses the old value of an atomic addition",
                "CPU levels v1 and v2 only add: fetching came with v3",
                &["link with `--cpu v3`, for kernels from 5.12 on; or do not use the result"],
            ),
            Self::AtomicWidth(_) => (
                "{} updates memory atomically in units that BPF lacks",
                "atomic operations are of 32 or 64 bits",
                &["use AtomicU32 or AtomicU64, `__u32` or `__u64`"],
            ),
            Self::AtomicNarrow => (
                "{} has an atomic operation on 32 bits",
                "below CPU level v3 only 64 bits are operated on, and 32 bits added to",
                &["link with `--cpu v3`, for kernels from 5.12 on; or use 64 bits"],
            ),
            Self::AtomicUpdate => (
                "{} has an atomic operation that BPF lacks",
                "there are add, subtract, and, or, xor, exchange, and compare and exchange",
                &["make minimum, maximum or nand a loop around compare and exchange"],
            ),
            Self::AtomicAccess => (
                "{} has an atomic load or store",
                "ordered loads and stores came with CPU level v4, and LLVM writes them from 21 on",
                &["link with `--cpu v4`, for kernels from 6.15 on", RELAXED],
            ),
            Self::SequentialAccess => (
                "{} has a sequentially consistent load or store",
                "BPF has load with acquire and store with release at most",
                &["use Ordering::Acquire and Ordering::Release, with `--cpu v4`", RELAXED],
            ),
            Self::Fence => (
                "{} has a memory fence",
                "BPF has no instruction for it",
                &[
                    "an atomic operation that fetches, or exchanges, is a full barrier: use one of those",
                ],
            ),
            Self::Variadic => (
                "{} takes a variable number of arguments",
                "BPF has no stack to pass them on",
                &["pass an array, or let a macro build it"],
            ),
            Self::IndirectJump => (
                "{} jumps to a computed address",
                "tables of jumps need CPU level v4 and LLVM 22",
                &["use a `switch` or a `match`, or link with `--cpu v4`"],
            ),
            Self::ReturnAddress => (
                "{} asks for a return address or a frame address",
                "BPF code cannot see either",
                &["remove the call of `__builtin_return_address` or `__builtin_frame_address`"],
            ),
            Self::StoredAddress(_) => (
                "{} reads an address that is never filled in",
                "loaders apply no relocations to data, so the program would read 0",
                &[
                    "choose the address in code (`match`, `switch`), or keep all entries in one array of bytes, with offsets into it",
                ],
            ),
        };
        Words { fact, cause, help }
    }

    /// Returns the error about the construct in `function`, a name as displayed.
    pub(super) fn error(&self, function: &str) -> Error {
        let words = self.words();
        let error = Error::link(words.fact.replace("{}", function));
        let error = match self {
            Self::Arguments(Some(callee)) => error.because(format!("it calls {}", quoted(callee))),
            Self::StoredAddress(variable) => {
                let variable = quoted(variable);
                error.because(format!("the initial value of {variable} holds addresses"))
            }
            Self::AtomicWidth(bits) => error.because(format!("it operates on {bits} bits")),
            _ => error,
        };
        words.help.iter().fold(error.because(words.cause), |error, help| error.help(*help))
    }
}
