//! Finished objects load: libbpf 1.1 through bpftool, in the running kernel.

use super::tools::{Lab, Llvm, load, with_btf, without_btf};

const FULL: &str = include_str!("full.c");

#[test]
fn c_with_everything_loads_with_and_without_dwarf() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let raw = lab.clang(llvm, "bpfel", &["-g"], FULL);
        load(&lab, &raw);
        let object = with_btf(raw).expect("a sound object");
        load(&lab, &object);
    }
}
