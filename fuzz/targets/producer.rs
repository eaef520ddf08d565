//! The producer of bitcode, read from the first bytes of a file.

#![no_main]

use bpf_linker::internals::input::Producer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(producer) = Producer::read(bytes) {
        assert!(!producer.text.contains('\0'), "{producer:?}");
    }
});
