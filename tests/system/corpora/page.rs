//! docs/verdicts.md: programs as clang, the incumbent and this linker make them, on five kernels, by `bpf-verdict`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::Value;

use super::sources::{self, Corpus};
use crate::support::{
    examples::{Endian, Example, c_library},
    lab, tools,
};

/// Folders of the lab with an image each.
const KERNELS: [&str; 5] =
    ["linux/5.10", "linux/6.1", "linux/6.12", "linux-later/6.18", "linux/newest"];

/// The makers of objects, the one that the others are compared with first.
const MAKERS: [&str; 3] = ["clang", "bpf-linker 0.13.0", "this linker"];
const OURS: usize = 2;

const HEAD: &str = "# Verdicts\n\nPrograms in C and Rust, made by clang, by bpf-linker 0.13.0 and by this linker from the same sources, and what five \
    kernels say of them: an excerpt of what `bpf-verdict --json` tells, written by `ci/long.sh verdicts`. *lost* and *gained* count programs that clang's \
    object has the other way (for the examples in Rust, that of bpf-linker 0.13.0). The figures of the verifier are sums over the programs that load \
    from each maker's object: instructions that it went through, milliseconds in an emulator, and bytes of instructions.\n";

/// An object of a corpus.
struct Object {
    corpus: &'static str,
    source: String,
    maker: usize,
    path: PathBuf,
}

/// The verdicts on one maker's programs of a corpus on a kernel, by source and program; none for those refused.
type Verdicts = BTreeMap<(String, String), Option<[u64; 3]>>;

/// All verdicts: by corpus, number and release of the kernel, and maker.
type All = BTreeMap<(&'static str, usize, String, usize), Verdicts>;

/// Every day a few programs on the running kernel; `BPF_LINKER_PAGE=quick` and `all` write the page, with and without
/// the selftests.
#[test]
fn programs_by_kernels_by_linkers() {
    let wish = env::var("BPF_LINKER_PAGE").unwrap_or_default();
    let mut objects = of_corpus(Corpus::XdpTools, if wish.is_empty() { 3 } else { usize::MAX });
    if wish.is_empty() {
        let (verdicts, text) = ask(&objects, &[]);
        assert!(verdicts.values().all(|all| all.values().any(Option::is_some)), "{text}");
        assert!(page(&verdicts).contains("| xdp-tools |"), "{text}");
        return;
    }
    objects.extend(examples());
    let kernels = KERNELS.map(|name| tools::downloads().join(name).join("vmlinuz"));
    let ours = objects.iter().filter(|object| object.maker == OURS);
    let table = whole_run(ours.map(|object| object.path.as_path()), &kernels);
    if wish == "all" {
        objects.extend(of_corpus(Corpus::Selftests, usize::MAX));
    }
    let (verdicts, _) = ask(&objects, &kernels);
    let text = format!("{HEAD}\n{}\n{table}", page(&verdicts));
    fs::write(tools::workspace().join("docs/verdicts.md"), text).expect("docs/ is writable");
}

/// One command: all of our objects on all kernels. Returns its table and its time.
fn whole_run<'o>(objects: impl Iterator<Item = &'o Path>, kernels: &[PathBuf]) -> String {
    let start = Instant::now();
    let mut command = Command::new(lab::verdict());
    command.arg("--table");
    kernels.iter().for_each(|kernel| _ = command.arg("--kernel-image").arg(kernel));
    let output = tools::attempt(command.args(objects));
    let seconds = start.elapsed().as_secs();
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!table.is_empty(), "{}", tools::said(&output));
    println!("{table}\n{seconds} seconds");
    format!(
        "## A whole run\n\nOne command, `bpf-verdict --table --kernel-image 5.10 ... *.o`, tells of each program of xdp-tools and the examples the \
         instructions that the verifier of each kernel goes through. It took {seconds} seconds on two cores, with emulated machines.\n\n```text\n{table}```\n"
    )
}

/// The first `most` sources that compile, by all makers.
fn of_corpus(corpus: Corpus, most: usize) -> Vec<Object> {
    let mut objects = Vec::new();
    let compiled = sources::list(corpus).into_iter().filter_map(|source| {
        let compiled = sources::compile(corpus, &source)?;
        Some((source.name, compiled))
    });
    for (source, compiled) in compiled.take(most) {
        let linked = [tools::incumbent(), tools::linker()].into_iter().enumerate();
        let linked = linked.filter_map(|(number, linker)| {
            let path = tools::kept("page").join(format!("{}-{source}-{number}.o", corpus.name()));
            let mut link = Command::new(linker);
            link.arg("--btf").args(&compiled.bitcode).arg("-o").arg(&path);
            // The incumbent drops what is not exported.
            if number == 0 {
                link.args(exports(&compiled.object));
            }
            tools::attempt(&mut link).status.success().then_some((number + 1, path))
        });
        let all = [(0, compiled.object.clone())].into_iter().chain(linked);
        let object =
            |(maker, path)| Object { corpus: corpus.name(), source: source.clone(), maker, path };
        objects.extend(all.map(object));
    }
    objects
}

/// The global symbols of clang's object, as options.
fn exports(object: &Path) -> Vec<String> {
    let elf = crate::support::elf::Elf::read(object);
    elf.exported().into_iter().flat_map(|name| ["--export".to_owned(), name.to_owned()]).collect()
}

fn examples() -> Vec<Object> {
    let incumbent = tools::incumbent();
    let incumbent = incumbent.parent().expect("the incumbent is in a folder");
    let all = [Example::Firewall, Example::Tracing, Example::RustWithC, Example::CoreTracer];
    let mut objects = Vec::new();
    for example in all {
        let mut add = |maker, path| {
            objects.push(Object {
                corpus: "examples",
                source: example.name().to_owned(),
                maker,
                path,
            });
        };
        add(OURS, example.usual().run());
        // It links neither of the two that need more than it knows.
        if matches!(example, Example::Firewall | Example::Tracing) {
            add(1, example.usual().run_with(incumbent, &[]));
        }
    }
    let (corpus, source) = ("examples", "c-library".to_owned());
    objects.push(Object { corpus, source, maker: OURS, path: c_library(Endian::Little) });
    objects
}

/// Asks `kernels`, or the running one. Returns the answer as text too.
fn ask(objects: &[Object], kernels: &[PathBuf]) -> (All, String) {
    let mut command = Command::new(lab::verdict());
    command.args(["--json", "--timeout", "400", "--boot-timeout", "3600", "--memory", "1024"]);
    kernels.iter().for_each(|kernel| _ = command.arg("--kernel-image").arg(kernel));
    let output = tools::attempt(command.args(objects.iter().map(|object| &object.path)));
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", tools::said(&output)));
    let mut all = All::new();
    for (number, kernel) in answer["kernels"].as_array().expect("kernels").iter().enumerate() {
        let release = kernel["kernel"].as_str().unwrap_or_default();
        let release = release.split(['-', '+']).next().unwrap_or_default().to_owned();
        let verdicts = kernel["objects"].as_array().expect("objects");
        for (object, verdict) in objects.iter().zip(verdicts) {
            let key = (object.corpus, number, release.clone(), object.maker);
            let all = all.entry(key).or_default();
            for program in verdict["programs"].as_array().into_iter().flatten() {
                let name = program["name"].as_str().unwrap_or_default().to_owned();
                let figure = |name: &str| program[name].as_u64().unwrap_or(0);
                let figures = ["verified", "micros", "size"].map(figure);
                let loaded = (program["loaded"] == true).then_some(figures);
                all.insert((object.source.clone(), name), loaded);
            }
        }
    }
    (all, answer.to_string())
}

fn page(all: &All) -> String {
    let mut text =
        "| corpus | kernel | made by | programs | load | lost | gained | verified | ms | bytes |\n\
        |---|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for ((corpus, number, release, maker), verdicts) in all {
        let loaded = |maker: usize| -> Option<BTreeSet<_>> {
            let of = all.get(&(*corpus, *number, release.clone(), maker))?;
            Some(of.iter().filter(|(_, it)| it.is_some()).map(|(name, _)| name.clone()).collect())
        };
        let own = loaded(*maker).unwrap_or_default();
        let other = loaded(0).or_else(|| loaded(1)).unwrap_or_default();
        // What the other maker does not link is not gained.
        let known: BTreeSet<_> = [0, 1]
            .into_iter()
            .find_map(|maker| all.get(&(*corpus, *number, release.clone(), maker)))
            .map_or_else(BTreeSet::new, |of| of.keys().cloned().collect());
        let lost = other.difference(&own).count();
        let gained = own.difference(&other).filter(|name| known.contains(*name)).count();
        let sum = |index: usize| -> u64 { verdicts.values().flatten().map(|it| it[index]).sum() };
        let _ = writeln!(
            text,
            "| {corpus} | {release} | {} | {} | {} | {lost} | {gained} | {} | {} | {} |",
            MAKERS[*maker],
            verdicts.len(),
            own.len(),
            sum(0),
            sum(1) / 1000,
            sum(2),
        );
    }
    text
}
