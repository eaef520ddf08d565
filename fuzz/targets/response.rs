//! Response files: whatever a file holds is a list of arguments or an error, and the list comes back from GNU's form.

#![no_main]

use bpf_linker::internals::driver::response::{split, write_gnu};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(words) = split(bytes) else { return };
    let holds_nul = words.iter().any(|word| word.as_encoded_bytes().contains(&0));
    assert!(!holds_nul, "no argument of a process holds a NUL");
    let written = write_gnu(words.iter().map(AsRef::as_ref));
    assert_eq!(split(&written), Ok(words));
});
