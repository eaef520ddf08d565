//! Decides which image judges as the newest kernel.
//!
//! The newest that the distribution has may refuse what clang itself makes: a verifier in the making, or an image without
//! BTF. What it says about objects of the linker then says nothing about the linker. So clang's own objects are loaded
//! first, once for each image; if one is refused, `good` judges, a kernel that is known to take them, and `ci/test.sh` prints
//! the report.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{
    kernels::Image,
    lab::{Loader, Request, story_of},
    tools,
};

/// C programs of the tests that need no kernel later than 5.10.
const PROGRAMS: [&str; 6] = [
    "system/kernels/c/calls",
    "system/kernels/c/loop",
    "system/kernels/c/narrow",
    "system/kernels/c/table",
    "btf/c/globals",
    "btf/c/subprograms",
];

/// Returns the newest image if it takes clang's objects, and the last good one otherwise.
pub fn judge() -> &'static Image {
    static JUDGE: OnceLock<Image> = OnceLock::new();
    JUDGE.get_or_init(|| {
        let (newest, good) = (Image::of("newest"), Image::of("good"));
        // Without another one there is no choice; an older lab has none.
        if !good.is_there() || good.release() == newest.release() {
            return newest;
        }
        let refusals = recorded(&newest);
        if refusals.is_empty() {
            return newest;
        }
        eprintln!("{refusals}");
        good
    })
}

/// Returns what the image refuses of clang's objects, with the reasons. It is asked once; the answer is kept in a file.
fn recorded(image: &Image) -> String {
    let file = tools::kept("kernels").join(format!("refused-{}.txt", image.release()));
    fs::read_to_string(&file).unwrap_or_else(|_| {
        let refusals = ask(image);
        // Another process may write the same.
        let new = file.with_extension(std::process::id().to_string());
        fs::write(&new, &refusals).expect("the target folder is writable");
        fs::rename(&new, &file).expect("both are in one folder");
        refusals
    })
}

fn ask(image: &Image) -> String {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let objects: Vec<PathBuf> =
        PROGRAMS.iter().map(|program| compile(program, scratch.path())).collect();
    let requests: Vec<Request> =
        objects.iter().map(|object| Request::load(Loader::Libbpf, object)).collect();
    let answers = image.boot_until_complete(&requests);
    let refusals =
        PROGRAMS.iter().zip(&requests).zip(answers).filter_map(|((name, it), answer)| {
            let refusal = story_of(it, answer).refusal()?;
            let release = image.release();
            Some(format!(
                "kernel {release} refuses clang's own object of tests/{name}.c: {refusal}\n"
            ))
        });
    let refusals: String = refusals.collect();
    if refusals.is_empty() { refusals } else { refusals + "the last good kernel judges instead\n" }
}

fn compile(program: &str, scratch: &Path) -> PathBuf {
    let source = tools::workspace().join("tests").join(program).with_extension("c");
    let object = scratch.join(format!("{}.o", program.replace('/', "-")));
    let mut clang = tools::bpf_clang();
    clang.args(["-mcpu=v3", "-c"]).arg(source);
    tools::run(clang.arg("-o").arg(&object));
    object
}
