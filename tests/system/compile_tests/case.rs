//! One compile test: what its directives say, and the commands that follow from them.
//!
//! The directives are those of crate compiletest_rs 0.11, as far as the tests use them; whatever else a line says is no
//! directive. Commands are put together as its "assembly" mode does.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::tools;

const TARGET: &str = "--target=bpfel-unknown-none";

/// A test file in one of its revisions.
pub struct Case {
    /// Its path below the folder of tests, without extension, and the revision: `assembly/bin`, `assembly/bin@cdylib`.
    pub name: String,
    source: PathBuf,
    revision: Option<String>,
    directives: Directives,
}

#[derive(Default)]
struct Directives {
    /// `compile-flags`, of all revisions and of this one.
    flags: Vec<String>,
    /// `aux-build`: libraries that it is linked with.
    libraries: Vec<String>,
    /// `no-prefer-dynamic`.
    no_prefer_dynamic: bool,
    /// `ignore-test`.
    ignored: bool,
}

/// The cases of a folder of `tests`.
pub fn cases(tests: &Path, folder: &str) -> Vec<Case> {
    let entries =
        fs::read_dir(tests.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut sources: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder that can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    sources.sort();
    sources.iter().flat_map(|source| of_source(tests, source)).collect()
}

/// A case for each revision, or one.
fn of_source(tests: &Path, source: &Path) -> Vec<Case> {
    let text = read(source);
    let name = source.strip_prefix(tests).expect("below it").with_extension("");
    let revisions =
        directives(&text, None).find_map(|directive| directive.strip_prefix("revisions:"));
    let case = |revision: Option<&str>| Case {
        name: [name.to_str(), revision].into_iter().flatten().collect::<Vec<_>>().join("@"),
        source: source.to_owned(),
        revision: revision.map(str::to_owned),
        directives: Directives::parse(&text, revision),
    };
    match revisions {
        Some(revisions) => revisions.split_whitespace().map(|name| case(Some(name))).collect(),
        None => vec![case(None)],
    }
}

/// The comments before the first function that hold for the revision, without `//` and `[revision]`.
fn directives<'a>(text: &'a str, revision: Option<&'a str>) -> impl Iterator<Item = &'a str> {
    let comments = text.lines().map(str::trim).take_while(|line| !line.starts_with("fn"));
    comments.filter_map(move |line| {
        let rest = line.strip_prefix("//")?;
        match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((name, rest)) => (Some(name) == revision).then_some(rest.trim_start()),
            None => Some(rest.trim_start()),
        }
    })
}

impl Directives {
    fn parse(text: &str, revision: Option<&str>) -> Self {
        let mut parsed = Self::default();
        for directive in directives(text, revision) {
            let (name, value) = directive.split_once(':').unwrap_or((directive, ""));
            match name {
                "compile-flags" => parsed.flags.extend(value.split_whitespace().map(str::to_owned)),
                "aux-build" => parsed.libraries.push(value.trim().to_owned()),
                "no-prefer-dynamic" => parsed.no_prefer_dynamic = true,
                "ignore-test" => parsed.ignored = true,
                _ => {}
            }
        }
        parsed
    }
}

impl Case {
    /// Returns true if its authors do not run it.
    pub fn is_ignored(&self) -> bool {
        self.directives.ignored
    }

    /// Returns true if the test names the output itself.
    pub fn names_its_output(&self) -> bool {
        self.directives.flags.iter().any(|flag| flag.contains("--emit="))
    }

    /// Compiles the libraries that it wants, and says how it is compiled and linked itself, with these further flags:
    /// `output.s` in `folder` is what comes out.
    pub fn command(&self, folder: &Path, flags: &[&str]) -> Command {
        let libraries = folder.join("auxiliary");
        fs::create_dir_all(&libraries).expect("a new folder");
        for library in &self.directives.libraries {
            let source = self.source.with_file_name("auxiliary").join(library);
            let directives = Directives::parse(&read(&source), self.revision.as_deref());
            let mut rustc = self.rustc(&source, &directives, folder);
            rustc.arg("--out-dir").arg(&libraries).arg("-L").arg(&libraries);
            if !directives.no_prefer_dynamic {
                rustc.args(["--crate-type", "dylib"]);
            }
            tools::run(&mut rustc);
        }
        let mut rustc = self.rustc(&self.source, &self.directives, folder);
        rustc.arg("-o").arg(output(folder)).arg("-L").arg(&libraries).args(flags);
        rustc
    }

    fn rustc(&self, source: &Path, directives: &Directives, folder: &Path) -> Command {
        let mut rustc = Command::new(tools::debian_rustc());
        // Those that want a nightly compiler want unstable options.
        rustc.current_dir(folder).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
        rustc.arg(source).arg(TARGET);
        if let Some(revision) = &self.revision {
            rustc.args(["--cfg", revision]);
        }
        if !directives.no_prefer_dynamic {
            rustc.args(["-C", "prefer-dynamic"]);
        }
        rustc.arg("-C").arg(format!("linker={}", tools::linker().display()));
        rustc.args(&directives.flags);
        rustc
    }

    /// Holds the text against what the test expects, once these parts of it, which must be there, are said otherwise;
    /// what is missing.
    pub fn check(&self, text: &Path, otherwise: &[(&str, &str)]) -> Result<(), String> {
        let mut expected = read(&self.source);
        for (theirs, ours) in otherwise {
            assert!(expected.contains(theirs), "{}: nothing says {theirs}", self.name);
            expected = expected.replace(theirs, ours);
        }
        let expectations = text.with_extension("expected");
        fs::write(&expectations, expected).expect("a new file");
        let revision = self.revision.iter().map(String::as_str);
        let prefixes: Vec<&str> = std::iter::once("CHECK").chain(revision).collect();
        let mut check = Command::new("/usr/bin/FileCheck-22");
        check.arg("--input-file").arg(text).arg("--allow-unused-prefixes");
        check.arg("--check-prefixes").arg(prefixes.join(",")).arg(&expectations);
        let output = tools::attempt(&mut check);
        if output.status.success() { Ok(()) } else { Err(tools::said(&output)) }
    }
}

/// Output of a [`Case::command`].
pub fn output(folder: &Path) -> PathBuf {
    folder.join("output.s")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
