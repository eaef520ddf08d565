#!/usr/bin/env bash
# aya-obj opens an object of the other byte order without an error, and takes its instructions as they are.
#
# Tools: aya-obj 0.6.0 (the parser of aya 0.16), LLVM 22.1.0 (PyPI's llvmlite 0.50.0), on a little-endian host.
# Expected: an error, or the fields of the instructions in the order of the host, as libbpf has it since 1.6.
# Seen: the parser knows that the object is big-endian, and says so in a field that it never looks at for code. Registers change places,
# offsets and constants are those of swapped bytes: r0 = *(u32 *)(r1 + 4) becomes r1 = *(u32 *)(r0 + 1024). Where there is BTF, that
# is refused ("invalid BTF header").
#     Little: dst 0 src 1 off 4, imm 258; Big: dst 1 src 0 off 1024, imm 33619968
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" llvmlite==0.50.0

cat > "$work/emit.py" <<'PY'
import sys
import llvmlite.binding as llvm
llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()
for triple in "bpfel", "bpfeb":
    module = llvm.parse_assembly('''
        define i32 @prog(ptr %c) section "socket" {
          %at = getelementptr i32, ptr %c, i64 1
          %value = load i32, ptr %at, align 4
          %result = add i32 %value, 258
          ret i32 %result
        }''')
    module.triple = triple
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu="v3", opt=2)
    open(f"{sys.argv[1]}/{triple}.o", "wb").write(machine.emit_object(module))
PY
PYTHONPATH=$work/py python3 "$work/emit.py" "$work"

mkdir "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
aya-obj = "=0.6.0"
[profile.dev]
debug = false
TOML
cat > "$work/src/main.rs" <<'RUST'
fn main() {
    for path in std::env::args().skip(1) {
        let object = aya_obj::Object::parse(&std::fs::read(path).unwrap()).unwrap();
        let code = &object.functions.values().next().unwrap().instructions;
        let (load, add) = (&code[0], &code[1]);
        let (dst, src, off, imm) = (load.dst_reg(), load.src_reg(), load.off, add.imm);
        println!("{:?}: dst {dst} src {src} off {off}, imm {imm}", object.endianness);
    }
}
RUST
# The crate asks for rustc 1.98, for one function that 1.95 and later have as unstable.
RUSTC_BOOTSTRAP=1 RUSTFLAGS='-Z crate-attr=feature(result_option_map_or_default)' \
    cargo build --quiet --ignore-rust-version --manifest-path "$work/Cargo.toml" --target-dir "$work/target"
seen=$("$work/target/debug/look" "$work/bpfel.o" "$work/bpfeb.o" | paste -sd '|' | sed 's/|/; /')
echo "$seen"
[ "$seen" = 'Little: dst 0 src 1 off 4, imm 258; Big: dst 1 src 0 off 1024, imm 33619968' ] || {
    echo "changed: code is swapped, or refused" >&2
    exit 1
}
