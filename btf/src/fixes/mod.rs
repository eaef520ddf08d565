//! The fixes: what rustc's debug info says that C cannot, put into words the kernel and every loader understand.
//!
//! Each pass is small, knows one trouble, leaves everything else alone, and changes nothing the second time. On BTF
//! that clang made of C none of them finds anything to do.

pub mod args;
pub mod compat;
mod identifier;
pub mod lines;
pub mod maps;
pub mod members;
pub mod names;
pub mod paths;
pub mod refused;
pub mod void;

#[cfg(test)]
mod tests;
