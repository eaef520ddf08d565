//! Inputs: archives in archives, ELF objects with bitcode in them, bitcode, its symbol table and its types, all without
//! LLVM.

#![no_main]

use bpf_linker::{Linker, LinkerInput, LinkerOptions, Warnings, internals::input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let linker = Linker::new(LinkerOptions::default());
    let Ok(plan) = linker.plan([LinkerInput::buffer("fuzz", bytes)], [""; 0]) else { return };
    let Ok(mut inputs) = input::load(&plan, &Warnings::default()) else { return };
    let _ = inputs.newest_producer();
    for module in &mut inputs.modules {
        drop(module.symbols());
        module.strip_unused_types(input::Reading::Whole);
    }
});
