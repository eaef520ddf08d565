#!/usr/bin/env bash
# In the rbpf virtual machine a register that holds -1 is not equal to the immediate -1.
#
# Tool: the crate rbpf 0.4.1, its interpreter.
# Expected: RFC 9669 (5.3): the 32-bit immediate of a 64-bit jump is sign-extended. Compilers rely on it: `if (x == -1)`
# on a 64-bit value is one instruction with immediate -1.
# Seen: JEQ and JNE extend it with zeros; signed comparisons and JSET extend the sign. So code that was tried in
# this VM takes the other branch in the kernel.
#     r1 == -1: not taken; r1 s< -1: taken; r1 & -2147483648: taken
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "compare"
version = "0.0.0"
edition = "2021"
[dependencies]
rbpf = { version = "=0.4.1", default-features = false }
TOML
cat > "$work/src/main.rs" <<'RUST'
/// r0 = 1; r1 = value; if r1 ? immediate goto +1; r0 = 0; exit
fn is_taken(opcode: u8, value: i64, immediate: i32) -> bool {
    let mut code = Vec::new();
    let mut put = |opcode: u8, registers: u8, offset: i16, immediate: i32| {
        code.extend([opcode, registers]);
        code.extend(offset.to_le_bytes());
        code.extend(immediate.to_le_bytes());
    };
    put(0xb7, 0, 0, 1);
    put(0x18, 1, 0, value as i32);
    put(0, 0, 0, (value >> 32) as i32);
    put(opcode, 1, 1, immediate);
    put(0xb7, 0, 0, 0);
    put(0x95, 0, 0, 0);
    rbpf::EbpfVmNoData::new(Some(&code)).unwrap().execute_program().unwrap() == 1
}

fn main() {
    let say = |taken| if taken { "taken" } else { "not taken" };
    let (eq, ne) = (is_taken(0x15, -1, -1), is_taken(0x55, -1, -1));
    let (slt, set) = (is_taken(0xc5, -2, -1), is_taken(0x45, 1 << 40, i32::MIN));
    println!("r1 == -1: {}; r1 != -1: {}; r1 s< -1: {}; r1 & -2147483648: {}", say(eq), say(ne), say(slt), say(set));
    assert!(!eq && ne && slt && set, "changed: 64-bit immediates are extended in another way");
}
RUST
CARGO_TARGET_DIR=$work/target cargo run --quiet --manifest-path "$work/Cargo.toml"
