//! What is in an object: functions and their calls, programs, what is not defined, and places as messages name them.

pub mod externs;
mod functions;
pub mod place;
pub mod take;
mod undefined;

pub use functions::{Callee, Function, Reference, functions, instructions};
pub(crate) use undefined::undefined_of;
pub use undefined::{Referrer, Undefined, undefined};
