//! A finished object: small, complete, and taken by every loader.
//!
//! The objects come from real compilers (packages clang-22, llvm-22, llvm-19, rustc-web), as the backend would get
//! them from LLVM; loading needs bpftool and root.

mod calls;
mod hostile;
mod load;
mod malformed;
mod records;
mod shape;
