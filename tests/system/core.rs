//! CO-RE from Rust: the records are those that clang makes of the same queries in C, loaders fill them in on every kernel,
//! and what is read is what the kernel says otherwise.
//!
//! Needs packages clang-22, llvm-22, bpftool, rustc-web and libstd-rust-web-dev-bpf, rustc 1.85 from `ci/rustc185.sh`, the
//! kernels of `ci/kernels.sh`, and root.

mod builds;
mod errors;
mod guards;
mod parallel;
mod program;
mod records;
mod values;
