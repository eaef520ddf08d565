//! Candidates to ELF bytes, through LLVM.

#[allow(unsafe_code)]
pub mod llvm;
