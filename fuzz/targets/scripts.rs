//! Version scripts, dynamic lists and lists of exports: a request or an error.

#![no_main]

use std::{ffi::OsString, fs, path::PathBuf, sync::LazyLock};

use bpf_linker::internals::driver::parse;
use libfuzzer_sys::fuzz_target;

/// In memory, where the system has such files.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("bpf-linker-fuzz-{}", std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*FILE, bytes).expect("a small file");
    for option in ["--version-script", "--dynamic-list", "--export-symbols"] {
        let words = ["bpf-linker", option].map(OsString::from).into_iter();
        let rest = ["-o", "out.o", "in.bc"].map(OsString::from);
        let _ = parse(words.chain([FILE.as_os_str().to_owned()]).chain(rest).collect());
    }
});
