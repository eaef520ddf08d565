//! Native objects that are linked: joined, or refused; what is joined can be read and linked again.
//!
//! The first two bytes say how many of the rest are the first object; the others are the second one.

#![no_main]

use bpf_linker::{
    Result,
    internals::{
        link::{emit, join},
        object::Object,
        plan::{Exports, LinkMode},
        report::Origin,
    },
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first_chunk() else { return };
    let (first, second) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*len))));
    // Seeds of the target `object` hold one object, which is linked alone.
    let parsed: Vec<Object> = [first, second, bytes].into_iter().filter_map(|it| parse(it).ok()).collect();
    if parsed.is_empty() {
        return;
    }
    for mode in [LinkMode::Final, LinkMode::Relocatable] {
        let exports = Exports::default();
        let Ok(joined) = join(parsed.clone(), &exports, mode) else { continue };
        let Ok(emitted) = emit(joined.object) else { continue };
        let again = parse(&emitted).expect("what is written can be read");
        let again = join(vec![again], &exports, mode).expect("what is joined can be joined again");
        let _ = emit(again.object);
    }
});

fn parse(bytes: &[u8]) -> Result<Object> {
    Object::parse_native(bytes, Origin::whole("fuzz"))
}
