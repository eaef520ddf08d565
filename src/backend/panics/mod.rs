//! Makes panics end the program.
//!
//! The kernel rejects a program if any of its functions ends in anything but an exit or a jump, whether or not its
//! verifier would get there (`check_subprogs`: "last insn is not an exit or jmp"). Compilers end a function that way
//! after each call of one that never returns: a panic in Rust, `noreturn` in C, an abort. And an `exit` in a function
//! returns to its caller, which would continue with a wrong value.
//!
//! So, once the program is optimized and it is known which panics remain:
//!
//! - a function that never returns, such as the panic handler, becomes one that returns nothing; the instructions after
//!   each call of it leave the program, and an endless loop in it runs once ([`endless`]);
//! - a function that returns or panics is inlined into the programs that call it, where leaving is a `ret` of the
//!   program's value ([`crate::plan::returns`]);
//! - where that would take too much room, the function sets a flag in its caller's frame, which the caller tests
//!   ([`flags`]);
//! - a callback that a kernel helper function runs records its panic in the frame of the function that called the
//!   helper, and returns the value that stops the helper ([`callbacks`]).
//!
//! The obvious way, to do so before optimization, would inline functions for panics that the optimizer proves
//! impossible. If no panic remains, nothing is changed.

mod callbacks;
mod endless;
mod flags;
mod graph;
mod held;
mod lower;
mod names;
mod prepare;
mod remaining;
mod sites;
mod throw;

pub(super) use callbacks::takes_unknown as takes_unknown_callback;
pub(super) use lower::{end_blocks, lower};
pub(super) use prepare::prepare;
pub(super) use remaining::source;
