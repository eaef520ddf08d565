//! Command lines of every dialect: a request or an error, and our own words for it ask for the same.

#![no_main]

use std::ffi::OsString;

use bpf_linker::internals::driver::{Request, parse, response::split};
use libfuzzer_sys::fuzz_target;

const PROGRAMS: [&str; 5] = ["bpf-linker", "ld.lld", "wasm-ld", "llvm-bitcode-linker", "gcc"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(words) = split(rest) else { return };
    // What a file of this machine holds is no concern here.
    if words.iter().any(|word| word.as_encoded_bytes().contains(&b'@') || names_a_list(word)) {
        return;
    }
    let program = PROGRAMS[usize::from(*first) % PROGRAMS.len()];
    let Ok(parsed) = parse(std::iter::once(program.into()).chain(words).collect()) else { return };
    let Request::Link(plan) = parsed.request else { return };
    let own = std::iter::once(OsString::from("bpf-linker")).chain(parsed.args).collect();
    assert_eq!(parse(own).map(|again| again.request), Ok(Request::Link(plan)));
});

fn names_a_list(word: &OsString) -> bool {
    let word = word.to_string_lossy();
    ["export-symbols", "version-script", "dynamic-list", "T"].iter().any(|name| word.contains(name))
}
