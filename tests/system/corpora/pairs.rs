//! Two objects of the same source: clang's, and ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use object::{Object as _, ObjectSection as _};

use super::sources::{self, Corpus, Source};
use crate::support::{lab::Request, tools};

/// The objects.
pub struct Pair {
    /// The source's name.
    pub name: String,
    pub theirs: PathBuf,
    pub ours: PathBuf,
    /// Programs to load by themselves.
    alone: &'static [&'static str],
    /// Error of our linker, if it refused.
    pub failure: Option<String>,
    /// Its warnings, a line each.
    pub warnings: Vec<String>,
}

impl Pair {
    /// Compiles and links; none of a source that does not fit the headers here.
    pub fn new(corpus: Corpus, source: &Source) -> Option<Self> {
        let compiled = sources::compile(corpus, source)?;
        let ours = tools::kept("corpora").join(format!("{}-{}.o", corpus.name(), source.name));
        let mut link = Command::new(tools::linker());
        let output = tools::attempt(link.args(&compiled.bitcode).arg("-o").arg(&ours).arg("--btf"));
        let said = tools::said(&output);
        let warnings = said.lines().filter(|line| line.starts_with("warning: "));
        let warnings = warnings.map(str::to_owned).collect();
        let failure = (!output.status.success()).then_some(said);
        Some(Self {
            name: source.name.clone(),
            theirs: compiled.object,
            ours,
            alone: corpus.alone(),
            failure,
            warnings,
        })
    }

    /// To load every program of clang's object, and of ours if there is one.
    pub fn requests(&self) -> Vec<Request> {
        let ours = self.failure.is_none().then_some(&self.ours);
        let objects = std::iter::once(&self.theirs).chain(ours);
        objects.map(|object| Request::judge(object, self.alone)).collect()
    }

    /// Bytes of `.BTF` in clang's object and in ours; nothing to compare when there is no object of ours.
    pub fn btf_sizes(&self) -> (u64, u64) {
        if self.failure.is_some() { (0, 0) } else { (btf_size(&self.theirs), btf_size(&self.ours)) }
    }
}

fn btf_size(object: &Path) -> u64 {
    let bytes = fs::read(object).unwrap_or_else(|error| panic!("{object:?}: {error}"));
    let elf = object::File::parse(bytes.as_slice()).expect("a linker makes ELF");
    elf.section_by_name(".BTF").map_or(0, |section| section.size())
}
