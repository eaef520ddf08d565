//! The examples in every profile of cargo, on every kernel.

use std::env;

use super::matrix::{Made, Object, broken_rule};
use crate::support::{
    examples::{Build, Core, Example, Profile},
    kernels::Kernel,
    lab::{Loader, Request},
};

const EXAMPLES: [Example; 3] = [Example::Firewall, Example::Tracing, Example::RustWithC];

/// Objects and requests: with `BPF_LINKER_PROFILES=all` everything, which takes an hour; otherwise what users build, by
/// this machine's kernel.
pub fn wish() -> (Vec<Build>, &'static [Kernel]) {
    if env::var("BPF_LINKER_PROFILES").is_ok_and(|wish| wish == "all") {
        let profiles = [Profile::Release, Profile::Dev];
        let ways = profiles
            .into_iter()
            .flat_map(|it| [Core::Prebuilt, Core::BuildStd].map(|core| (it, core)));
        let builds = ways.flat_map(|(profile, core)| {
            EXAMPLES.map(|example| Build { profile, core, ..example.usual() })
        });
        (builds.collect(), &Kernel::ALL)
    } else {
        (EXAMPLES.map(Example::usual).to_vec(), &[Kernel::Running])
    }
}

/// Returns what is refused although the rules allow it, or taken although they do not.
pub fn faults(builds: &[Build], kernels: &[Kernel]) -> Vec<String> {
    let objects: Vec<Object> = builds.iter().map(|build| object(*build)).collect();
    let requests: Vec<Request> = objects
        .iter()
        .map(|object| Request::load(object.loader, object.path.as_ref().expect("it was built")))
        .collect();
    let mut faults = Vec::new();
    for kernel in kernels {
        for ((object, build), story) in objects.iter().zip(builds).zip(kernel.ask(&requests)) {
            let (rule, refusal) = (broken_rule(object, kernel.version()), story.refusal());
            if rule.is_some() != refusal.is_some() {
                faults.push(format!(
                    "{build:?} on {}: the rules say {rule:?}, the kernel {refusal:?}",
                    kernel.name()
                ));
            }
        }
    }
    faults
}

fn object(build: Build) -> Object {
    Object {
        program: build.example.name(),
        made: Made::Ours("v3"),
        loader: Loader::Libbpf,
        path: Ok(build.run()),
    }
}
