//! Malformed objects are errors: no panic, no endless loop, no unbounded memory.

use std::panic::catch_unwind;

use bpf_linker::{
    Kernel,
    internals::{check::kernel, object::Object},
};

use crate::support::objects::{Lab, Llvm, parse, with_btf, without_btf};

/// Mutations of each input.
const ROUNDS: u32 = 600;

#[test]
fn mutated_objects_never_panic() {
    let lab = Lab::new();
    for source in [include_str!("full.c"), include_str!("partly_described.c")] {
        let sound = lab.clang(Llvm::V22, "bpfel", &["-g"], source);
        let mut seed = Seed(0x9e37_79b9_7f4a_7c15);
        for round in 0..ROUNDS {
            let mutated = mutate(&sound, &mut seed);
            let outcome = catch_unwind(|| {
                let object = parse(&mutated);
                let _ = object.as_ref().map(Object::undefined);
                let _ = without_btf(mutated.clone());
                let _ = with_btf(mutated.clone());
                let check = |object| kernel::check(object, Kernel(4, 9));
                let _ = object.as_ref().map(check);
            });
            assert!(outcome.is_ok(), "round {round}");
        }
    }
}

#[test]
fn other_files_are_not_bpf_objects() {
    for bytes in [&b""[..], b"\x7fELF", b"BC\xc0\xde", &[0; 4096]] {
        let error = without_btf(bytes.to_vec()).expect_err("not an object");
        assert_eq!(error.message(), "not a BPF object", "{error}");
    }
    let own = std::fs::read(std::env::current_exe().expect("a path")).expect("this program");
    let error = without_btf(own).expect_err("an x86 program");
    assert!(error.causes()[0].contains("not BPF"), "{error}");
}

#[test]
fn a_section_aligned_to_more_than_memory_is_an_error() {
    let mut bytes = Lab::new().clang(Llvm::V22, "bpfel", &[], include_str!("full.c"));
    let headers = usize::try_from(u64::from_le_bytes(field(&bytes, 0x28))).expect("an offset");
    // `sh_addralign` of the first section with code: before it are the null section and the strings.
    let at = headers + 2 * 64 + 0x30;
    bytes[at..at + 8].copy_from_slice(&(1_u64 << 48).to_le_bytes());
    let error = without_btf(bytes).expect_err("an alignment of 2^48");
    assert!(error.to_string().contains("is aligned to 281474976710656 bytes"), "{error}");
}

#[test]
fn zeros_that_would_fill_the_file_are_an_error() {
    let source = r#"
        __attribute__((section("data"))) int one = 1;
        __asm__(".section data,\"aw\",@nobits,unique,1\n.zero 0x20000000\n.text");
    "#;
    let bytes = Lab::new().clang(Llvm::V22, "bpfel", &[], source);
    let error = without_btf(bytes).expect_err("half a GiB of zeros");
    assert_eq!(error.message(), "section data would take more than 256 MiB of zeros");
}

fn field(bytes: &[u8], at: usize) -> [u8; 8] {
    bytes[at..at + 8].try_into().expect("8 bytes")
}

/// Flips, overwrites with extremes, or cuts off.
fn mutate(sound: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=seed.below(4) {
        let at = seed.below(bytes.len());
        match seed.below(4) {
            0 => bytes[at] ^= 1 << seed.below(8),
            1 => bytes[at] = 0xff,
            2 => bytes[at] = 0,
            _ if seed.below(8) == 0 => bytes.truncate(at.max(1)),
            // Headers are where it hurts.
            _ => {
                let headers = bytes.len().saturating_sub(34 * 64);
                let at = (headers + seed.below(34 * 64)).min(bytes.len() - 1);
                bytes[at] = bytes[at].wrapping_add(1);
            }
        }
    }
    bytes
}

/// A xorshift generator: the same mutations every time.
struct Seed(u64);

impl Seed {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit.max(1) as u64)).unwrap_or(0)
    }
}
