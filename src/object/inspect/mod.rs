//! What is in an object: functions and their calls, programs, and what is not defined.

mod functions;
mod undefined;

pub use functions::{Callee, Function, Reference, functions, instructions};
pub(crate) use undefined::undefined_of;
pub use undefined::{Referrer, Undefined, undefined};
