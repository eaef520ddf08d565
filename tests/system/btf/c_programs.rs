//! C programs: what libbpf takes from clang it takes from the linker, and BTF says the same.

use std::{fs, path::Path, process::Command};

use super::dump::Dump;
use crate::support::{
    objects::{Lab, load_with_libbpf, run},
    tools::linker,
};

macro_rules! programs {
    ($($name:ident)+) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )+};
}

programs! { core maps globals kfuncs ksyms kconfig struct_ops subprograms tags types }

fn check(name: &str) {
    let lab = Lab::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/btf/c/{name}.c"));
    let clang = |flags: &[&str], name: &str| {
        let output = lab.write(name, []);
        let mut clang = Command::new("clang-22");
        clang.args(["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-c"]).args(flags);
        run(clang.arg(&source).arg("-o").arg(&output));
        output
    };
    let theirs = fs::read(clang(&[], "theirs.o")).expect("clang wrote it");
    let ours = lab.write("ours.o", []);
    let bitcode = clang(&["-emit-llvm"], "input.bc");
    run(Command::new(linker()).arg("--btf").arg(bitcode).arg("-o").arg(&ours));
    let ours = fs::read(ours).expect("the linker wrote it");

    load_with_libbpf(&theirs);
    load_with_libbpf(&ours);
    // libbpf's own static linker fills in what clang leaves to loaders: sizes and offsets in sections.
    let [theirs, ours] =
        [theirs, ours].map(|object| Dump::of(&lab, &lab.bpftool_gen_object(&object)).canonical());
    assert_eq!(theirs, ours);
}
