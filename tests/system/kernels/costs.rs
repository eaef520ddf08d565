//! Cost of the Rust examples for the verifier, against the least that the incumbent makes of each with the same `--cpu`.

use std::path::{Path, PathBuf};

use super::sources::{self, Source};
use crate::support::lab::{self, Loader};

/// The oldest instruction set, which is rustc's choice, and the one that serves best.
const LEVELS: [&str; 2] = ["v1", "v3"];

/// Both ways of the incumbent to copy memory. Its levels of optimisation change nothing.
const WAYS: [&[&str]; 2] = [&[], &["--disable-expand-memcpy-in-order"]];

/// Returns the cost on the running kernel, at one level, of the examples that the incumbent can link.
pub struct Cost {
    pub level: &'static str,
    /// Ours, made with no other option than the level.
    pub ours: u64,
    /// Of the incumbent's ways, the one that serves each program best.
    pub theirs: u64,
}

/// The costs at each level.
pub fn measure(scratch: &Path) -> Vec<Cost> {
    let mut costs = LEVELS.map(|level| Cost { level, ours: 0, theirs: 0 });
    for source in sources::rust(scratch) {
        for cost in &mut costs {
            cost.ours += verified(&source.link(cost.level, &["--cpu", cost.level]));
        }
        // Nothing of it is called, and the incumbent takes seconds to look through it.
        let source = source.without("libcompiler_builtins");
        for cost in &mut costs {
            let theirs = WAYS.iter().map(|way| verified(&theirs(&source, cost.level, way)));
            cost.theirs += theirs.min().expect("there are ways");
        }
    }
    costs.into()
}

fn theirs(source: &Source, level: &str, way: &[&str]) -> PathBuf {
    let object = source.link_with_incumbent(&[&["--cpu", level], way].concat());
    object.unwrap_or_else(|said| panic!("{} {level} {way:?}: {said}", source.name))
}

/// The instructions that the verifier walks through.
fn verified(object: &Path) -> u64 {
    let fates = lab::load(Loader::Aya, object).fates();
    let verified = fates.iter().map(|fate| fate.verified);
    assert!(verified.clone().all(|count| count > 0), "{}: {fates:?}", object.display());
    verified.sum()
}
