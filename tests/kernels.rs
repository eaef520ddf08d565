//! Objects of this linker on the kernels of the lab.

#[expect(dead_code, reason = "each test program uses its part")]
mod support;

use std::path::PathBuf;

use support::{
    examples::{self, Endian, Example},
    kernels::Kernel,
    lab::{Loader, Request},
};

#[test]
fn examples_load_on_every_kernel() {
    let objects = [
        Example::Firewall.usual().run(),
        Example::Tracing.usual().run(),
        Example::RustWithC.usual().run(),
        examples::c_library(Endian::Little),
    ];
    let both = |object: &PathBuf| {
        [Loader::Aya, Loader::Libbpf].map(|loader| Request::load(loader, object))
    };
    let requests: Vec<Request> = objects.iter().flat_map(both).collect();
    for kernel in Kernel::ALL {
        for (request, story) in requests.iter().zip(kernel.ask(&requests)) {
            let release = kernel.release();
            assert_ne!(story.programs().len(), 0, "{release}: {request:?} loads programs");
            assert_eq!(story.refusal(), None, "{release}: {request:?}");
        }
    }
}
