//! Contents of a finished object, and what it must not contain.

use std::collections::BTreeMap;

use bpf_linker::{
    Warnings,
    internals::{
        bpf::signature::{Scalar, Signature},
        object::externs::{Declared, Extern},
        plan::{AllowUndefined, LinkPlan},
        report::WarningKind,
    },
};

use crate::support::objects::{
    Lab, Llvm, btf_plan, finish_declared, finish_with, load_with_bpftool, load_with_libbpf, parse,
    with_btf, without_btf,
};

const TINY: &str = r#"SEC("xdp") int prog(void *ctx) { return 2; }"#;
const CALLS: &str = r#"
char LICENSE[] SEC("license") = "GPL";
extern int missing(int); extern int optional(int) __weak; extern int lost;
__attribute__((noinline)) static int sub(int x) { return missing(x) + lost; }
SEC("classifier") int prog(void *ctx) { return sub(1) + sub(2) + (optional ? optional(1) : 0); }"#;
const KFUNCS: &str = r#"
unsafe extern "C" { fn bpf_rcu_read_lock(); fn bpf_rcu_read_unlock(); static vfs_read: u8; }
#[unsafe(link_section = "license")] #[unsafe(no_mangle)] static _license: [u8; 4] = *b"GPL\0";
#[unsafe(no_mangle)] #[unsafe(link_section = "classifier")] extern "C" fn prog(_ctx: *mut u8) -> i32 {
    unsafe { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); }
    (&raw const vfs_read) as u64 as i32
}"#;

#[test]
fn a_tiny_program_is_tiny_and_loads() {
    let lab = Lab::new();
    for llvm in [Llvm::V19, Llvm::V22] {
        let object = without_btf(lab.clang(llvm, "bpfel", &["-g"], TINY)).expect("a sound object");
        assert!(object.len() < 1500, "{} bytes", object.len());
        let sections = lab.inspect(&["llvm-readelf-22", "-SW"], &object);
        for name in [".debug", ".BTF", ".llvm_addrsig", ".text", ".rel"] {
            assert!(!sections.contains(name), "{name} in {sections}");
        }
        load_with_bpftool(&lab, &object);
    }
}

#[test]
fn finishing_again_changes_nothing() {
    let lab = Lab::new();
    for source in [include_str!("full.c"), include_str!("partly_described.c")] {
        for target in ["bpfel", "bpfeb"] {
            let once =
                with_btf(lab.clang(Llvm::V22, target, &["-g"], source)).expect("a sound object");
            let twice = with_btf(once.clone()).expect("a sound object");
            assert!(once == twice, "{target}: {source}");
        }
    }
}

#[test]
fn both_byte_orders_agree() {
    let lab = Lab::new();
    let [little, big] = ["bpfel", "bpfeb"].map(|target| {
        let raw = lab.clang(Llvm::V22, target, &["-g"], include_str!("partly_described.c"));
        with_btf(raw).expect("a sound object")
    });
    for tool in [&["bpftool", "btf", "dump", "file"][..], &["llvm-readelf-22", "-sW"]] {
        assert_eq!(lab.inspect(tool, &little), lab.inspect(tool, &big));
    }
    let calls = |object: &[u8]| {
        let listing = lab.inspect(&["llvm-objdump-22", "-dr", "--no-show-raw-insn"], object);
        listing.lines().skip(3).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(calls(&little), calls(&big));
}

#[test]
fn an_undefined_symbol_is_an_error_that_says_who_needs_it() {
    let lab = Lab::new();
    let raw = lab.clang(Llvm::V22, "bpfel", &[], CALLS);
    let error = without_btf(raw.clone()).expect_err("`missing` is undefined");
    assert_eq!(error.message(), "2 undefined symbols");
    let parts = error.parts().iter();
    let said = parts.map(|part| (part.message(), part.causes().first().map_or("", String::as_str)));
    let said = said.collect::<Vec<_>>();
    assert_eq!(
        said.iter().map(|(message, _)| *message).collect::<Vec<_>>(),
        ["undefined symbol `lost`", "undefined symbol `missing`"]
    );
    assert!(said[0].1.starts_with("`lost` is needed by `sub`"), "{error}");
    assert!(said[1].1.starts_with("`missing` is needed by `sub` at instruction"), "{error}");
    let named = AllowUndefined::Named(vec!["missing".to_owned(), "lost".to_owned()]);
    for undefined in [named, AllowUndefined::Anything] {
        finish_with(raw.clone(), &LinkPlan { undefined, ..LinkPlan::default() })
            .expect("it was allowed");
    }
}

#[test]
fn the_undefined_name_is_readable() {
    let lab = Lab::new();
    let raw = lab.clang(
        Llvm::V22,
        "bpfel",
        &[],
        r#"
        extern int _ZN4core3fmt5write17h0123456789abcdefE(void);
        SEC("xdp") int prog(void *ctx) { return _ZN4core3fmt5write17h0123456789abcdefE(); }"#,
    );
    let error = without_btf(raw).expect_err("it is undefined");
    assert_eq!(
        error.message(),
        "undefined symbol `core::fmt::write` (_ZN4core3fmt5write17h0123456789abcdefE)"
    );
}

#[test]
fn weak_and_needed_symbols_are_told_apart() {
    let lab = Lab::new();
    let undefined =
        parse(&lab.clang(Llvm::V22, "bpfel", &["-g"], CALLS)).expect("a BPF object").undefined();
    let summary: Vec<_> = undefined
        .iter()
        .map(|symbol| (symbol.name.as_str(), symbol.weak, symbol.referrers.len()))
        .collect();
    assert_eq!(summary, [("lost", false, 1), ("missing", false, 1), ("optional", true, 2)]);
}

#[test]
fn kernel_symbols_of_rust_load() {
    let lab = Lab::new();
    let function = Extern {
        section: Some(".ksyms".to_owned()),
        signature: Some(Signature { returns: None, parameters: Vec::new() }),
    };
    let variable = Extern { section: Some(".ksyms".to_owned()), signature: None };
    let declared = Declared {
        externs: BTreeMap::from([
            ("bpf_rcu_read_lock".to_owned(), function.clone()),
            ("bpf_rcu_read_unlock".to_owned(), function),
            ("vfs_read".to_owned(), variable),
        ]),
        ..Declared::default()
    };
    let raw = lab.rust("prog,_license", KFUNCS);
    let object =
        finish_declared(&raw, &btf_plan(), declared, &Warnings::default()).expect("a sound object");
    let types = lab.inspect(&["bpftool", "btf", "dump", "file"], &object);
    assert!(
        types.contains("FUNC 'bpf_rcu_read_lock'") && types.contains("DATASEC '.ksyms'"),
        "{types}"
    );
    load_with_libbpf(&object);
}

#[test]
fn a_signature_from_ir_suits_a_kernel_function_with_a_struct_pointer() {
    let lab = Lab::new();
    let raw = lab.clang(
        Llvm::V22,
        "bpfel",
        &[],
        r#"
        char LICENSE[] SEC("license") = "GPL";
        extern void *bpf_cgroup_from_id(__u64 id); extern void bpf_cgroup_release(void *);
        SEC("classifier") int prog(void *ctx) {
            void *cgroup = bpf_cgroup_from_id(1);
            if (!cgroup) return 1;
            bpf_cgroup_release(cgroup);
            return 2;
        }"#,
    );
    let function = |returns, parameter| Extern {
        section: Some(".ksyms".to_owned()),
        signature: Some(Signature { returns, parameters: vec![parameter] }),
    };
    let declared = Declared {
        externs: BTreeMap::from([
            ("bpf_cgroup_from_id".to_owned(), function(Some(Scalar::Pointer), Scalar::Integer(64))),
            ("bpf_cgroup_release".to_owned(), function(None, Scalar::Pointer)),
        ]),
        ..Declared::default()
    };
    let object =
        finish_declared(&raw, &btf_plan(), declared, &Warnings::default()).expect("a sound object");
    load_with_libbpf(&object);
}

#[test]
fn missing_btf_is_a_warning_where_needed() {
    let lab = Lab::new();
    let raw = lab.clang(Llvm::V22, "bpfel", &["-g"], include_str!("full.c"));
    let warnings = Warnings::default();
    finish_declared(&raw, &LinkPlan::default(), Declared::default(), &warnings)
        .expect("a sound object");
    let warnings = warnings.take();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, WarningKind::NeedsBtf);
    assert!(
        warnings[0].message.contains("section .maps, `LINUX_KERNEL_VERSION`, `bpf_prog_active`"),
        "{}",
        warnings[0]
    );
}

#[test]
fn code_without_debug_info_is_a_warning_with_btf() {
    let lab = Lab::new();
    let raw = lab.clang(Llvm::V22, "bpfel", &[], TINY);
    let warnings = Warnings::default();
    finish_declared(&raw, &btf_plan(), Declared::default(), &warnings).expect("a sound object");
    let kinds: Vec<_> = warnings.take().iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [WarningKind::MissingDebugInfo]);
}
