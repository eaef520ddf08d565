//! What is in a finished object and what is not.

use super::tools::{Lab, Llvm, load, without_btf};

const TINY: &str = r#"SEC("xdp") int prog(void *ctx) { return 2; }"#;

#[test]
fn a_tiny_program_is_tiny_and_loads() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let object = without_btf(lab.clang(llvm, "bpfel", &["-g"], TINY)).expect("a sound object");
        assert!(object.len() < 1500, "{} bytes", object.len());
        let sections = lab.inspect(&["llvm-readelf-22", "-S", "-W"], &object);
        for name in [".debug", ".BTF", ".llvm_addrsig", ".text", ".rel"] {
            assert!(!sections.contains(name), "{name} in {sections}");
        }
        load(&lab, &object);
    }
}
