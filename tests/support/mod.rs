//! Code that the end-to-end tests share: finding tools, building the examples, loading and reading objects.
//!
//! A tool, kernel or loader that is missing fails the test and names the package that brings it: a skipped test
//! would look like a kept promise.

pub mod btf_load;
pub mod chance;
pub mod control;
pub mod corpus;
pub mod elf;
pub mod examples;
pub mod instructions;
pub mod kernels;
pub mod lab;
pub mod objects;
pub mod packets;
pub mod rustc;
pub mod tools;
