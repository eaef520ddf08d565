//! Candidates to ELF bytes, through LLVM.

#[expect(unsafe_code, reason = "the one room that talks to LLVM through raw pointers")]
pub mod llvm;
