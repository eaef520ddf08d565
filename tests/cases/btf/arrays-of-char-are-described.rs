// Rust's `char` has an encoding that LLVM before 23 leaves out of BTF; as an array's element it became a random number.
//
// llvm: 22..
// compile: -Cdebuginfo=2 -Cpanic=abort
// args: --export entry --btf
// view: btf
// expect: STRUCT 'Letters' size=24
// view: btf
// expect: ARRAY '(anon)' type_id={{[0-9]+}}
// view: btf
// count: 1 INT 'char32_t' size=4 bits_offset=0 nr_bits=32 encoding=(none)
// args: --export entry
// view: sections
// reject: .BTF

#![no_std]

#[repr(C)]
pub struct Letters {
    pub some: [char; 2],
    pub more: [[char; 1]; 3],
    pub last: char,
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn entry(letters: &Letters) -> u32 {
    letters.some[1] as u32
}
