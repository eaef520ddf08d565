//! Objects as code generation leaves them: finished, or refused; what is finished can be read.

#![no_main]

use bpf_linker::{Kernel, LinkPlan, Linker, LinkerInput, LinkerOptions, Result, Warnings, internals::{check::{CheckOptions, kernel}, finish, object::Object, plan::Btf, report::Origin}};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(object) = parse(bytes) else { return };
    let _ = kernel::check(&object, Kernel(4, 9));
    for btf in [Btf::Omit, Btf::Emit] {
        let plan = plan(btf);
        let finish = |object| finish(vec![object], &CheckOptions::new(&plan), &Warnings::default());
        if let Ok(finished) = finish(object.clone()) {
            let object = parse(&finished).expect("what is written can be read");
            let _ = object.undefined();
            let _ = finish(object);
        }
    }
});

fn parse(bytes: &[u8]) -> Result<Object> {
    Object::parse(bytes, Origin::whole("fuzz"))
}

fn plan(btf: Btf) -> LinkPlan {
    let linker = Linker::new(LinkerOptions::default());
    let input = LinkerInput::buffer("fuzz", b"");
    let mut plan = linker.plan([input], [""; 0]).expect("a plan of defaults");
    plan.debug_info.btf = btf;
    plan
}
