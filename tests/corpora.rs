//! Real programs in C: whatever loads from clang's own object loads from ours, made with no option but `--btf`, and does
//! the same.
//!
//! Of the many selftests of the kernel, a part is linked and loaded every time; `ci/corpora.sh all` takes all of them.
//! docs/corpora.md has the figures. A program that the running kernel does not take from clang's object says nothing.

#[expect(dead_code, reason = "each test program uses its part")]
mod support;

#[path = "corpora/judgement.rs"]
mod judgement;
#[path = "corpora/sources.rs"]
mod sources;

use std::{env, fs, sync::Mutex, thread};

use judgement::{Judgement, judge};
use sources::{Corpus, Source};
use support::tools;

/// Every so many selftests are taken, for a minute or two of CPU time, besides those that taught something.
const STEP: usize = 8;

/// What broke once, or costs the verifier most.
const TELLING: [&str; 12] = [
    "bpf_flow",
    "core_kern",
    "linked_list",
    "pyperf50",
    "test_cls_redirect",
    "test_global_func1",
    "test_l4lb",
    "test_pkt_access",
    "test_subskeleton_lib2",
    "test_tcp_hdr_options",
    "test_xdp_noinline",
    "xdp_synproxy_kern",
];

#[test]
fn selftests_of_the_kernel_load_and_do_the_same() {
    let all = sources::list(Corpus::Selftests);
    let everything = takes_all();
    let chosen = all.into_iter().enumerate().filter(|(index, source)| {
        everything || index % STEP == 0 || TELLING.contains(&source.name.as_str())
    });
    let judgement = judge_all(Corpus::Selftests, chosen.map(|(_, source)| source).collect());
    let (programs, runs) = if everything { (450, 100) } else { (75, 18) };
    demand(&judgement, programs, 1.0);
    assert!(judgement.runs >= runs, "{} programs were run, not {runs}", judgement.runs);
}

#[test]
fn programs_of_xdp_tools_load_and_do_the_same() {
    let judgement = judge_all(Corpus::XdpTools, sources::list(Corpus::XdpTools));
    demand(&judgement, 15, 1.0);
}

/// Few kernels have `sched_ext`; where this one has not, the object is still made, and has the same programs.
#[test]
fn a_scheduler_links_and_loses_no_program() {
    let judgement = judge_all(Corpus::Scheduler, sources::list(Corpus::Scheduler));
    demand(&judgement, 0, 1.0);
    assert!(judgement.programs >= 10, "{judgement:?}");
}

fn takes_all() -> bool {
    env::var_os("BPF_LINKER_CORPORA").is_some_and(|wish| wish == "all")
}

/// Nothing is lost, and the verifier has not more to do: at most `cost` times what clang's objects cost it.
fn demand(judgement: &Judgement, loaded: usize, cost: f64) {
    println!("{}", judgement.row());
    assert!(judgement.lost.is_empty(), "lost:\n{}", judgement.lost.join("\n"));
    assert!(judgement.loaded >= loaded, "only {} programs loaded: {judgement:?}", judgement.loaded);
    assert!(judgement.cost() <= cost, "costs the verifier {}: {judgement:?}", judgement.cost());
}

/// Judges all `sources`, on all cores.
fn judge_all(corpus: Corpus, sources: Vec<Source>) -> Judgement {
    let pending = Mutex::new(sources.into_iter());
    let sum = Mutex::new(Judgement::new(corpus));
    let next = || pending.lock().expect("no judge panics with the list").next();
    let judge_some = || {
        while let Some(source) = next() {
            let judgement = judge(corpus, &source);
            sum.lock().expect("no judge panics with the sum").add(judgement);
        }
    };
    thread::scope(|scope| {
        (0..thread::available_parallelism().map_or(1, usize::from)).for_each(|_| {
            scope.spawn(judge_some);
        });
    });
    let sum = sum.into_inner().expect("the judges are done");
    let report = tools::kept("corpora").join(format!("{}.txt", corpus.name()));
    fs::write(report, sum.report()).expect("the target folder is writable");
    sum
}
