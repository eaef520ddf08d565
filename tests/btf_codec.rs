//! The codec: what it decodes it writes back byte for byte, and no bytes make it panic.

use bpf_linker::object::btf::{Btf, Info};

const RUNNING_KERNEL: &str = "/sys/kernel/btf/vmlinux";

#[test]
fn the_running_kernels_btf_comes_back_byte_for_byte() {
    let bytes = std::fs::read(RUNNING_KERNEL).expect("a kernel with BTF is running");
    let btf = Btf::decode(&bytes).expect("the kernel's own BTF is well-formed");
    assert!(btf.types.len() > 10_000, "only {} types", btf.types.len());
    assert!(btf.encode().expect("it fits, for it came from there") == bytes);
}

#[test]
fn every_truncation_of_a_section_is_an_error() {
    let bytes = std::fs::read(RUNNING_KERNEL).expect("a kernel with BTF is running");
    for len in (0..64).chain((64..bytes.len()).step_by(bytes.len() / 50)) {
        assert!(Info::decode(&bytes[..len], None).is_err(), "{len} bytes were accepted");
    }
}
