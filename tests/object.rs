//! A finished object: small, complete, and taken by every loader.
//!
//! The objects come from real compilers (packages clang-22, llvm-22, llvm-19, rustc-web), as the backend would get
//! them from LLVM; loading needs bpftool and root.

mod object {
    pub mod calls;
    pub mod hostile;
    pub mod load;
    pub mod records;
    pub mod shape;
    pub mod tools;
}
