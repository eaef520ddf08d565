//! BTF of whole programs, from real compilers through the linker into the running kernel: C means what clang says, and
//! Rust what rustc says.
//!
//! Needs packages clang-22, llvm-22, bpftool, rustc-web and libstd-rust-web-dev-bpf, rustc 1.85 from `ci/rustc185.sh`,
//! and root.

mod c_programs;
mod dump;
mod rust_programs;
