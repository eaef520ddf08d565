//! Our object against clang's, program by program.

use std::{collections::BTreeMap, fs};

use super::{
    pairs::Pair,
    runs::{self, Runs},
    sources::{Corpus, Source},
};
use crate::support::{
    kernels::Kernel,
    lab::{Fate, Request, Story},
    tools,
};

/// Result of one source, or of many.
#[derive(Clone, Debug)]
pub struct Judgement {
    corpus: Corpus,
    /// Sources that clang compiles here.
    pub sources: usize,
    /// Programs in clang's objects.
    pub programs: usize,
    /// Programs that load from clang's object and from ours.
    pub loaded: usize,
    /// Programs that load from ours alone.
    pub gained: usize,
    /// Programs that load from clang's object and not from ours, with the reason.
    pub lost: Vec<String>,
    /// Sources that our linker refuses, and of whose programs the kernel takes one from clang's object.
    pub refused: Vec<String>,
    /// The warnings of our linker, though every program of clang's object loads.
    pub warned: Vec<String>,
    /// Programs that were run, with the same result.
    pub runs: usize,
    /// Programs that do not behave the same when run twice.
    pub fickle: Vec<String>,
    /// Instructions that the verifier walked through, clang's and ours, of what loads from both.
    pub verified: (u64, u64),
    /// Bytes of `.BTF`, clang's and ours.
    pub btf: (u64, u64),
    /// The programs that differ most.
    differences: Vec<(i64, String)>,
}

impl Judgement {
    pub fn new(corpus: Corpus) -> Self {
        Self {
            corpus,
            sources: 0,
            programs: 0,
            loaded: 0,
            gained: 0,
            lost: Vec::new(),
            refused: Vec::new(),
            warned: Vec::new(),
            runs: 0,
            fickle: Vec::new(),
            verified: (0, 0),
            btf: (0, 0),
            differences: Vec::new(),
        }
    }

    pub fn name(&self) -> &'static str {
        self.corpus.name()
    }

    pub fn add(&mut self, other: Self) {
        self.sources += other.sources;
        self.programs += other.programs;
        self.loaded += other.loaded;
        self.gained += other.gained;
        self.lost.extend(other.lost);
        self.refused.extend(other.refused);
        self.warned.extend(other.warned);
        self.runs += other.runs;
        self.fickle.extend(other.fickle);
        self.verified.0 += other.verified.0;
        self.verified.1 += other.verified.1;
        self.btf.0 += other.btf.0;
        self.btf.1 += other.btf.1;
        self.differences.extend(other.differences);
    }

    /// Ours, of clang's.
    pub fn cost(&self) -> f64 {
        ratio(self.verified)
    }

    /// The size of our `.BTF`, of clang's.
    pub fn btf_growth(&self) -> f64 {
        ratio(self.btf)
    }

    /// A row of the table in docs/corpora.md.
    pub fn row(&self) -> String {
        let (clangs, ours) = self.verified;
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {clangs} | {ours} | {:.3} | {:.3} |",
            self.corpus.name(),
            self.sources,
            self.programs,
            self.loaded,
            self.lost.len(),
            self.gained,
            self.refused.len(),
            self.warned.len(),
            self.runs,
            self.cost(),
            self.btf_growth(),
        )
    }

    /// The row, what was lost, and what differs, for people.
    pub fn report(&self) -> String {
        let mut differences = self.differences.clone();
        differences.sort();
        let differences = differences.iter().map(|(by, what)| format!("{by:+} {what}"));
        let fickle = self.fickle.iter().map(|place| format!("does not do the same twice: {place}"));
        let heads = [&[self.row()][..], &self.lost, &self.refused, &self.warned].concat();
        let lines = heads.into_iter().chain(fickle).chain(differences);
        lines.map(|line| line + "\n").collect()
    }
}

/// The second of the first.
#[expect(clippy::cast_precision_loss, reason = "a ratio of sums, for a bound of two digits")]
fn ratio((theirs, ours): (u64, u64)) -> f64 {
    if theirs == 0 { 1.0 } else { ours as f64 / theirs as f64 }
}

/// Compiles, links, loads and runs one source, with the running kernel.
pub fn judge(corpus: Corpus, source: &Source) -> Judgement {
    let Some(pair) = Pair::new(corpus, source) else { return Judgement::new(corpus) };
    let stories = Kernel::Running.ask(&pair.requests());
    let (mut judgement, both) = weigh(corpus, &pair, &stories);
    for fate in both {
        judgement.run(&pair, &fate);
    }
    judgement
}

/// Compiles, links and loads many sources, with one boot of another kernel.
pub fn judge_in(kernel: Kernel, corpus: Corpus, pairs: &[Pair]) -> Judgement {
    let requests: Vec<Vec<Request>> = pairs.iter().map(Pair::requests).collect();
    let mut stories = kernel.ask(&requests.concat()).into_iter();
    let mut sum = Judgement::new(corpus);
    for (pair, requests) in pairs.iter().zip(&requests) {
        let stories: Vec<Story> = stories.by_ref().take(requests.len()).collect();
        sum.add(weigh(corpus, pair, &stories).0);
    }
    sum
}

/// Compares what the loader said of clang's object and of ours; with those programs that load from both.
fn weigh(corpus: Corpus, pair: &Pair, stories: &[Story]) -> (Judgement, Vec<Fate>) {
    let mut judgement = Judgement::new(corpus);
    let theirs = stories.first().map(Story::fates).unwrap_or_default();
    let ours = stories.get(1);
    let found: BTreeMap<String, Fate> = ours
        .map(Story::fates)
        .unwrap_or_default()
        .into_iter()
        .map(|fate| (fate.name.clone(), fate))
        .collect();
    judgement.sources = 1;
    judgement.programs = theirs.len();
    judgement.btf = pair.btf_sizes();
    judgement.note_link(pair, &theirs);
    let mut both = Vec::new();
    for fate in theirs {
        let place = format!("{} {} {}", corpus.name(), pair.name, fate.name);
        match (fate.refusal.is_none(), found.get(&fate.name)) {
            (true, Some(Fate { refusal: Some(refusal), .. })) => {
                keep_log(&place, refusal);
                judgement.lost.push(format!("{place}: {}", tail(refusal)));
            }
            (true, Some(own)) => {
                judgement.compare(&place, &fate, own);
                both.push(fate);
            }
            (false, Some(Fate { refusal: None, .. })) => judgement.gained += 1,
            (false, Some(_)) => {}
            (loads, None) => {
                let why = pair.failure.clone().or_else(|| ours?.refusal());
                // What nobody takes may be refused by the linker already.
                if loads || pair.failure.is_none() {
                    let why = why.unwrap_or_else(|| "it is not in our object".to_owned());
                    judgement.lost.push(format!("{place}: {}", tail(&why)));
                }
            }
        }
    }
    (judgement, both)
}

impl Judgement {
    /// Notes a link that should have worked, and warnings of what the kernel takes from clang's object.
    fn note_link(&mut self, pair: &Pair, theirs: &[Fate]) {
        let place = format!("{} {}", self.corpus.name(), pair.name);
        let loads = |fate: &Fate| fate.refusal.is_none();
        if let Some(failure) = pair.failure.as_ref().filter(|_| theirs.iter().any(loads)) {
            self.refused.push(format!("{place}: {}", tail(failure)));
        }
        if pair.failure.is_none() && !theirs.is_empty() && theirs.iter().all(loads) {
            self.warned.extend(pair.warnings.iter().map(|warning| format!("{place}: {warning}")));
        }
    }

    fn compare(&mut self, place: &str, theirs: &Fate, ours: &Fate) {
        self.loaded += 1;
        self.verified.0 += theirs.verified;
        self.verified.1 += ours.verified;
        if theirs.verified != ours.verified {
            let by = ours.verified.cast_signed() - theirs.verified.cast_signed();
            self.differences
                .push((by, format!("{place}: {} instead of {}", ours.verified, theirs.verified)));
        }
    }

    /// Runs what the kernel can run: both objects do the same.
    fn run(&mut self, pair: &Pair, fate: &Fate) {
        let place = format!("{} {} {}", self.corpus.name(), pair.name, fate.name);
        match runs::compare(&fate.kind, &fate.name, &pair.theirs, &pair.ours) {
            Runs::NotRun => {}
            Runs::Same => self.runs += 1,
            Runs::Fickle => self.fickle.push(place),
            Runs::Differ(own, first) => {
                self.lost.push(format!("{place}: gives {own}, clang's gives {first}"));
            }
        }
    }
}

/// Keeps all that the verifier said.
fn keep_log(place: &str, log: &str) {
    let file = tools::kept("corpora").join(format!("{}.log", place.replace(' ', "-")));
    fs::write(file, log).expect("the target folder is writable");
}

/// The end of a log, where the verifier says what it minds.
pub fn tail(log: &str) -> String {
    const LINES: usize = 8;
    let lines = log.lines().collect::<Vec<_>>();
    lines[lines.len().saturating_sub(LINES)..].join(" / ")
}
