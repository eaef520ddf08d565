//! BTF of whole programs, from real compilers through the linker into the running kernel: C means what clang says, and
//! Rust what rustc says.
//!
//! Needs packages clang-22, llvm-22, bpftool, rustc-web and libstd-rust-web-dev-bpf, rustc 1.85 from `ci/rustc185.sh`,
//! and root.

#[expect(dead_code, reason = "each test program uses its part")]
mod support;
#[expect(dead_code, reason = "each test program uses its part")]
#[path = "object/tools.rs"]
mod tools;

#[path = "btf/c_programs.rs"]
mod c_programs;
#[path = "btf/dump.rs"]
mod dump;
#[path = "btf/kernel.rs"]
mod kernel;
#[path = "btf/rust_programs.rs"]
mod rust_programs;
#[path = "btf/rustc.rs"]
mod rustc;
