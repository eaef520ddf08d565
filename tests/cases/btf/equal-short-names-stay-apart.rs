// LLVM finds what a pointer points to by its short name; of two types of one name, both pointers would lead to one.
//
// llvm: 22..
// compile: -Cdebuginfo=2 -Cpanic=abort
// args: --export entry --btf
// view: btf
// expect: STRUCT 'Both' size=48
// view: btf
// expect: STRUCT 'Same' size=4 vlen=1
// expect-next: 'a'
// view: btf
// expect: STRUCT 'Same___2' size=16 vlen=2
// expect-next: 'b'
// view: btf
// count: 2 STRUCT 'Same
// reject: #
// args: --export entry --btf --keep-dwarf
// run: llvm-dwarfdump --verify {out}
// view: stdout
// expect: No errors.
// run: llvm-dwarfdump {out}
// view: stdout
// count: 2 DW_AT_name ("Same")
// reject: {{Same#}}

#![no_std]

pub mod left {
    #[repr(C)]
    pub struct Same {
        pub a: u32,
    }
}

pub mod right {
    #[repr(C)]
    pub struct Same {
        pub b: u64,
        pub c: u8,
    }
}

pub struct Both {
    pub left: left::Same,
    pub right: right::Same,
    pub to_left: *const left::Same,
    pub to_right: *const right::Same,
    pub mixed: Option<Option<(u8, char)>>,
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
pub extern "C" fn entry(both: &Both) -> u32 {
    both.left.a
}
