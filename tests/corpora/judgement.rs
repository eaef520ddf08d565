//! Our object against clang's, program by program.

use std::{collections::BTreeMap, path::Path, process::Command};

use super::{
    sources::{self, Corpus, Source},
    support::{
        kernels::Kernel,
        lab::{Fate, Loader, Request, Step},
        packets, tools,
    },
};

/// What came of one source, or of many.
#[derive(Clone, Debug)]
pub struct Judgement {
    corpus: Corpus,
    /// Sources that clang compiles here.
    pub sources: usize,
    /// Programs in clang's objects.
    pub programs: usize,
    /// Those that load from clang's object and from ours.
    pub loaded: usize,
    /// Those that load from ours alone.
    pub gained: usize,
    /// Those that load from clang's object and not from ours, and why.
    pub lost: Vec<String>,
    /// Those that were run on a packet, with the same result.
    pub runs: usize,
    /// Those that do not even do the same twice.
    pub fickle: usize,
    /// Instructions that the verifier walked through, clang's and ours, of what loads from both.
    pub verified: (u64, u64),
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
            runs: 0,
            fickle: 0,
            verified: (0, 0),
            differences: Vec::new(),
        }
    }

    pub fn add(&mut self, other: Self) {
        self.sources += other.sources;
        self.programs += other.programs;
        self.loaded += other.loaded;
        self.gained += other.gained;
        self.lost.extend(other.lost);
        self.runs += other.runs;
        self.fickle += other.fickle;
        self.verified.0 += other.verified.0;
        self.verified.1 += other.verified.1;
        self.differences.extend(other.differences);
    }

    /// Ours, of clang's.
    #[expect(clippy::cast_precision_loss, reason = "a ratio of sums, for a bound of two digits")]
    pub fn cost(&self) -> f64 {
        if self.verified.0 == 0 { 1.0 } else { self.verified.1 as f64 / self.verified.0 as f64 }
    }

    /// A row of the table in docs/corpora.md.
    pub fn row(&self) -> String {
        let (clangs, ours) = self.verified;
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {clangs} | {ours} | {:.3} |",
            self.corpus.name(),
            self.sources,
            self.programs,
            self.loaded,
            self.lost.len(),
            self.gained,
            self.runs,
            self.cost(),
        )
    }

    /// The row, what was lost, and what differs, for people.
    pub fn report(&self) -> String {
        let mut differences = self.differences.clone();
        differences.sort();
        let differences = differences.iter().map(|(by, what)| format!("{by:+} {what}"));
        let lines = std::iter::once(self.row()).chain(self.lost.clone()).chain(differences);
        lines.map(|line| line + "\n").collect()
    }
}

/// Compiles, links, loads and runs one source.
pub fn judge(corpus: Corpus, source: &Source) -> Judgement {
    let mut judgement = Judgement::new(corpus);
    let Some(compiled) = sources::compile(corpus, source) else { return judgement };
    judgement.sources = 1;
    let theirs = fates(&compiled.object);
    judgement.programs = theirs.len();
    let ours = tools::kept("corpora").join(format!("{}-{}.o", corpus.name(), source.name));
    let mut link = Command::new(tools::linker());
    let output = tools::attempt(link.arg(&compiled.bitcode).arg("-o").arg(&ours).arg("--btf"));
    let mut found = BTreeMap::new();
    if output.status.success() {
        found.extend(fates(&ours).into_iter().map(|fate| (fate.name.clone(), fate)));
    }
    for fate in theirs {
        let place = format!("{} {}", source.name, fate.name);
        match (fate.refusal.is_none(), found.get(&fate.name)) {
            (true, Some(Fate { refusal: Some(refusal), .. })) => {
                judgement.lost.push(format!("{place}: {}", tail(refusal)));
            }
            (true, None) => judgement.lost.push(format!("{place}: {}", tools::said(&output))),
            (true, Some(own)) => {
                judgement.compare(&place, &fate, own);
                judgement.run(&place, &fate, &compiled.object, &ours);
            }
            (false, Some(Fate { refusal: None, .. })) => judgement.gained += 1,
            (false, None) if output.status.success() => {
                judgement.lost.push(format!("{place}: the program is not in our object"));
            }
            (false, _) => {}
        }
    }
    judgement
}

impl Judgement {
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

    /// Runs what takes packets: both objects return the same, and leave the same packet.
    fn run(&mut self, place: &str, fate: &Fate, theirs: &Path, ours: &Path) {
        if !["Xdp", "SchedCls", "CgroupSkb", "SocketFilter"].contains(&fate.kind.as_str()) {
            return;
        }
        let [first, own, again] = [theirs, ours, theirs].map(|object| results(object, &fate.name));
        if first != again {
            self.fickle += 1;
        } else if first == own {
            self.runs += 1;
        } else {
            self.lost.push(format!("{place}: gives {own:?}, clang's gives {first:?}"));
        }
    }
}

fn fates(object: &Path) -> Vec<Fate> {
    let stories = Kernel::Running.ask(&[Request::load(Loader::Libbpf, object)]);
    stories.iter().flat_map(super::support::lab::Story::fates).collect()
}

/// What a program returns for a packet each of TCP, UDP and nothing known, and the packets afterwards; or why it cannot be
/// run, which has to be the same too.
fn results(object: &Path, program: &str) -> Result<Vec<(u32, Vec<u8>)>, String> {
    let steps = [packets::TCP, packets::UDP, 253].map(|protocol| {
        let packet = packets::Ipv4 {
            source: [10, 0, 0, 1],
            destination: [10, 0, 0, 2],
            protocol,
            source_port: 1234,
            destination_port: 80,
            options: 0,
        };
        Step::Packet(packet.bytes())
    });
    let story = Kernel::Running
        .ask(&[Request::run(Loader::Libbpf, object, program, &[], &steps)])
        .pop()
        .expect("one request has one answer");
    match story.refusal() {
        Some(refusal) => Err(tail(&refusal).replace(&*object.to_string_lossy(), "")),
        None => Ok(story.returned().into_iter().zip(story.packets()).collect()),
    }
}

/// The end of a log, where the verifier says what it minds.
fn tail(log: &str) -> String {
    const LINES: usize = 8;
    let lines = log.lines().collect::<Vec<_>>();
    lines[lines.len().saturating_sub(LINES)..].join(" / ")
}
