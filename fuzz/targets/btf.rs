//! BTF and BTF.ext: what decodes is written back, and survives the changes that a link makes.
//!
//! The first two bytes say how many of the rest are `.BTF`; what follows is `.BTF.ext`.

#![no_main]

use btf::{FixOptions, Info, Kernel, fix, rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((len, rest)) = bytes.split_first_chunk() else { return };
    let (btf, ext) = rest.split_at(rest.len().min(usize::from(u16::from_le_bytes(*len))));
    let ext = (!ext.is_empty()).then_some(ext);
    let Ok(mut info) = Info::decode(btf, ext) else { return };
    let (btf, ext) = info.encode().expect("what was decoded fits");
    assert_eq!(Info::decode(&btf, ext.as_deref()).as_ref(), Ok(&info));
    survive(&mut info);
});

fn survive(info: &mut Info) {
    let _ = rules::check(info, rules::Kernel::NEWEST);
    let _ = info.btf.to_string();
    let mut old = info.clone();
    let _ = fix(&mut old, &FixOptions { kernel: Kernel(4, 18), ..FixOptions::default() });
    let _ = fix(info, &FixOptions::default());
}
