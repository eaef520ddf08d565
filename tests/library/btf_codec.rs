//! The codec: what it decodes it writes back byte for byte, and no bytes make it panic.

use bpf_linker::internals::plan::Endian;
use btf::{
    Btf, Datasec, FixOptions, Info, Kind, Linkage, SecEntry, StrOff, TypeId, dedup, fix, prune,
    rules,
};

const RUNNING_KERNEL: &str = "/sys/kernel/btf/vmlinux";

#[test]
fn the_running_kernels_btf_is_rewritten_byte_for_byte() {
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

/// Flips, truncations and splices of real sections: an error or a value, never a panic, and what decodes comes back.
#[test]
fn no_mutation_of_a_section_panics() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/btf");
    let mut random = 0x243f_6a88_85a3_08d3_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % limit as u64) as usize
    };
    let mut decoded = 0;
    for name in ["constructs-llvm19", "constructs-llvm22", "c-llvm22"] {
        let read =
            |section| std::fs::read(format!("{folder}/{name}.{section}")).expect("a fixture");
        let (btf, ext) = (read("btf"), read("ext"));
        for _ in 0..700 {
            let (mut btf, mut ext) = (btf.clone(), ext.clone());
            for _ in 0..=below(4) {
                let bytes = if below(2) == 0 { &mut btf } else { &mut ext };
                mutate(bytes, &mut below);
            }
            if let Ok(mut info) = Info::decode(&btf, Some(&ext)) {
                decoded += 1;
                let (btf, ext) = info.encode().expect("what was decoded fits");
                assert_eq!(Info::decode(&btf, ext.as_deref()).as_ref(), Ok(&info));
                survive(&mut info);
            }
        }
    }
    assert!(decoded > 200, "only {decoded} mutants decoded: the passes were hardly tried");
}

#[test]
fn lists_longer_than_16_bits_are_read() {
    let mut btf = Btf::new(Endian::Little);
    let name = btf.strings.intern(b"many");
    let entries = (0..70_000).map(|at| SecEntry { ty: TypeId(1), offset: at * 4, size: 4 });
    btf.push(name, Kind::Datasec(Datasec { size: 280_000, entries: entries.collect() }));
    let bytes = btf.encode().expect("it fits");
    assert_eq!(Btf::decode(&bytes), Ok(btf));
}

#[test]
fn a_kind_that_only_the_layout_knows_is_passed_over() {
    const KINDS: usize = 22;
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    // A type of kind 21 with two elements: 4 bytes of its own, and 8 for each. Then a pointer to it.
    let types = words(&[1, 21 << 24 | 2, 7, 9, 9, 9, 9, 9, 0, 2 << 24, 1]);
    let mut layout = vec![0; KINDS * 4];
    layout[21 * 4..][..2].copy_from_slice(&[4, 8]);
    let strings = b"\0new\0";
    let (types_len, layout_len) = (types.len() as u32, layout.len() as u32);
    let mut bytes = words(&[0x0001_eb9f, 32, layout_len, types_len, layout_len + types_len]);
    bytes.extend(words(&[strings.len() as u32, 0, layout_len]));
    for part in [&layout, &types, &strings.to_vec()] {
        bytes.extend(part);
    }
    let btf = Btf::decode(&bytes).expect("the layout tells how long it is");
    let kinds: Vec<_> = btf.types.iter().map(|ty| &ty.kind).collect();
    assert_eq!(kinds, [&Kind::Const(TypeId::VOID), &Kind::Ptr(TypeId(1))]);
    bytes[4] = 24;
    assert!(Btf::decode(&bytes).is_err(), "a header without a layout");
}

/// libbpf 1.8 writes 32 bytes where 24 would do, also into big-endian objects, which libbpf 1.7 cannot read.
#[test]
fn a_header_that_grew_is_read_in_either_byte_order() {
    for endian in [Endian::Little, Endian::Big] {
        let mut btf = Btf::new(endian);
        let name = btf.strings.intern(b"state");
        btf.push(name, Kind::Typedef(TypeId::VOID));
        let bytes = btf.encode().expect("it fits");
        let length = |of: u32| match endian {
            Endian::Little => of.to_le_bytes(),
            Endian::Big => of.to_be_bytes(),
        };
        assert_eq!(bytes[4..8], length(24));
        let grown = [&bytes[..4], &length(32), &bytes[8..24], &[0; 8], &bytes[24..]].concat();
        assert_eq!(Btf::decode(&grown), Ok(btf), "{endian:?}");
    }
}

fn mutate(bytes: &mut Vec<u8>, below: &mut impl FnMut(usize) -> usize) {
    let at = below(bytes.len());
    match below(8) {
        0 => bytes.truncate(at),
        1 => bytes.extend_from_within(at..),
        2 | 3 => bytes[at] = below(256) as u8,
        _ => bytes[at] ^= 1 << below(8),
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}

/// Everything that reads types must end on types that make no sense.
fn survive(info: &mut Info) {
    _ = rules::check(info, rules::Kernel::NEWEST);
    _ = info.btf.to_string();
    let plan = FixOptions { kernel: rules::Kernel(4, 18), ..FixOptions::default() };
    let mut old = info.clone();
    _ = fix(&mut old, &plan);
    _ = fix(info, &FixOptions::default());
}

#[test]
fn the_running_kernels_btf_needs_no_repair_or_merge() {
    let bytes = std::fs::read(RUNNING_KERNEL).expect("a kernel with BTF is running");
    let kernel = Info::decode(&bytes, None).expect("well-formed");
    let mut merged = kernel.clone();
    dedup(&mut merged);
    let found = kernel.btf.types.len() - merged.btf.types.len();
    assert!(found < 16, "{found} more types merged than pahole merged");
    let mut fixed = kernel.clone();
    fix(&mut fixed, &FixOptions::default()).expect("there are no paths");
    rules::check(&fixed, rules::Kernel::NEWEST).expect("it was the kernel's own");
    let mut pruned = kernel;
    prune(&mut pruned);
    let gone = pruned.btf.types.len() - fixed.btf.types.len();
    assert!(gone < 64, "{gone} types that functions and variables need are gone");
}

#[test]
fn a_chain_longer_than_any_kernel_follows_is_refused_not_slow() {
    let mut btf = Btf::new(Endian::Little);
    (2..20_000).for_each(|next| _ = btf.push(StrOff::EMPTY, Kind::Ptr(TypeId(next))));
    btf.push(StrOff::EMPTY, Kind::Ptr(TypeId::VOID));
    let name = btf.strings.intern(b"v");
    btf.push(name, Kind::Var { ty: TypeId(1), linkage: Linkage::Global });
    let mut info = Info { btf, ext: None };
    fix(&mut info, &FixOptions::default()).expect("there are no paths");
    let error = rules::check(&info, rules::Kernel::NEWEST).expect_err("20000 pointers to pointers");
    assert!(error.to_string().contains("nested more than 32 deep"), "{error}");
}
