//! Inputs: archives in archives, ELF objects with bitcode in them, bitcode and its symbol table, all without LLVM.

#![no_main]

use bpf_linker::{Linker, LinkerInput, LinkerOptions, Warnings, input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let linker = Linker::new(LinkerOptions::default());
    let Ok(plan) = linker.plan([LinkerInput::buffer("fuzz", bytes)], [""; 0]) else { return };
    let Ok(inputs) = input::load(&plan, &Warnings::default()) else { return };
    let _ = inputs.newest_producer();
    inputs.modules.iter().for_each(|module| drop(module.symbols()));
});
