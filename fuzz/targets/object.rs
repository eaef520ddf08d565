//! Objects as code generation leaves them: finished, or refused; what is finished can be read.

#![no_main]

use bpf_linker::{
    Kernel, LinkPlan, Linker, LinkerInput, LinkerOptions, Warnings,
    check::kernel,
    link::finish,
    object::{self, externs::Facts},
    plan::Btf,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = object::undefined(bytes);
    let _ = kernel::check_file(bytes, Kernel(4, 9), &Warnings::default());
    for btf in [Btf::Omit, Btf::Emit] {
        let plan = plan(btf);
        let finish = |bytes| finish(bytes, &plan, &Facts::default(), &Warnings::default());
        if let Ok(finished) = finish(bytes.to_vec()) {
            object::undefined(&finished).expect("what is written can be read");
            let _ = finish(finished);
        }
    }
});

fn plan(btf: Btf) -> LinkPlan {
    let linker = Linker::new(LinkerOptions::default());
    let input = LinkerInput::buffer("fuzz", b"");
    let mut plan = linker.plan([input], [""; 0]).expect("a plan of defaults");
    plan.debug_info.btf = btf;
    plan
}
