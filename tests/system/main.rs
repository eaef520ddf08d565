//! The linker as a program: whole programs from real compilers through it, into loaders and kernels.

#![allow(
    clippy::incompatible_msrv,
    reason = "tests may use a newer compiler than the linker needs"
)]

#[path = "../support/mod.rs"]
mod support;

mod big_endian;
mod btf;
mod build;
mod c_code;
mod compile_tests;
mod core;
mod corpora;
mod crashes;
mod differential;
mod execution;
mod flavors;
mod hermetic;
mod idioms;
mod incumbent;
mod kernels;
mod llvm_matrix;
mod lowering;
mod mutations;
mod native;
mod native_links;
mod object;
mod panics;
mod programs;
mod readme;
mod rustc;
mod security;
mod static_llvm;
mod survival;
mod verdict;
mod whole_archive;
