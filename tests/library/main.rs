//! The linker as a library: its front door, and the rooms behind it one by one.

#![allow(
    clippy::incompatible_msrv,
    reason = "tests may use a newer compiler than the linker needs"
)]

#[expect(dead_code, reason = "the system's tests use the rest")]
#[path = "../support/mod.rs"]
mod support;

mod btf_codec;
mod btf_fixes;
mod btf_rules;
mod driver;
mod embed;
mod input;
mod locate;
mod messages;
mod options;
mod unused_types;
