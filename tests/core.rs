//! CO-RE from Rust: the records are those that clang makes of the same queries in C, loaders fill them in on every kernel,
//! and what is read is what the kernel says otherwise.
//!
//! Needs packages clang-22, llvm-22, bpftool, rustc-web and libstd-rust-web-dev-bpf, rustc 1.85 from `ci/rustc185.sh`, the
//! kernels of `ci/kernels.sh`, and root.

#[expect(dead_code, reason = "each test program uses its part")]
mod support;

#[path = "core/builds.rs"]
mod builds;
#[path = "core/errors.rs"]
mod errors;
#[path = "core/guards.rs"]
mod guards;
#[path = "core/parallel.rs"]
mod parallel;
#[path = "core/program.rs"]
mod program;
#[path = "core/records.rs"]
mod records;
#[expect(dead_code, reason = "each test program uses its part")]
#[path = "btf/rustc.rs"]
mod rustc;
#[path = "core/values.rs"]
mod values;
