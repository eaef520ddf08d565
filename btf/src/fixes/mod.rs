//! Fixes: conversion of rustc's debug info that C cannot express into a form that the kernel and every loader accept.
//!
//! Each pass is small, fixes one problem, leaves everything else unchanged, and is idempotent. BTF that clang made
//! from C needs none of them.

pub mod args;
pub mod compat;
mod identifier;
pub mod lines;
pub mod maps;
pub mod members;
pub mod names;
pub mod paths;
pub mod refused;
mod shapes;
mod steps;
pub mod void;

#[cfg(test)]
mod tests;
