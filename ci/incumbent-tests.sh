#!/usr/bin/env bash
# The compile tests of the bpf-linker that others use today, and the program that prints BTF for them. Prints the folder:
# its tests/ is that of the incumbent's crate, as it is; bin/btf is crate btfdump's.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
name=incumbent-tests-0.13.0

lab_done_if "$name"
lab_announce "$name" 'a minute'
lab_begin "$name"
crates=$work/crates
mkdir "$crates"
printf '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "empty.rs"\n' > "$crates/Cargo.toml"
printf '[dependencies]\nbpf-linker = { version = "=0.13.0", default-features = false }\n' >> "$crates/Cargo.toml"
touch "$crates/empty.rs"
(cd "$crates" && cargo vendor --quiet vendor > /dev/null)
cp -r "$crates/vendor/bpf-linker/tests" "$work/tests"
rm -rf "$crates"
CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --locked --debug btfdump --version 0.0.5 --root "$work" --target-dir "$work/target" >&2
rm -rf "$work/target"
lab_finish "$name"
