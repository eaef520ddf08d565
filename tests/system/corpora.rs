//! Real programs in C: whatever loads from clang's own object loads from ours, made with no option but `--btf`, and does
//! the same.
//!
//! Of the many selftests of the kernel, a part is linked and loaded every time; `ci/corpora.sh all` takes all of them.
//! docs/corpora.md has the figures. A program that the running kernel does not take from clang's object says nothing.

mod judgement;
mod page;
mod pairs;
mod runs;
mod sources;

use std::{env, fs, sync::Mutex, thread};

use crate::support::{kernels::Kernel, tools};
use judgement::{Judgement, judge, judge_in};
use pairs::Pair;
use sources::{Corpus, Source};

/// Every so many selftests are taken, for a minute of CPU time, besides those that taught something.
const STEP: usize = 3;

/// Sound programs with a warning, its name, and why it is right.
const WARNED: [(&str, &str, &str); 2] = [
    ("selftests strobemeta_subprogs", "stack-chain", OLD_KERNELS),
    ("selftests test_global_func1", "stack-chain", OLD_KERNELS),
];
const OLD_KERNELS: &str =
    "it needs 544 bytes of stack, which kernels before 6.9 refuse, and runs on those otherwise";

/// Sources that once failed, or cost the verifier most.
const TELLING: [&str; 12] = [
    "bpf_flow",
    "core_kern",
    "linked_list",
    "pyperf50",
    "test_cls_redirect",
    "test_global_func1",
    "test_global_func8",
    "test_l4lb",
    "test_pkt_access",
    "test_subskeleton_lib2",
    "test_tcp_hdr_options",
    "test_xdp_noinline",
];

#[test]
fn selftests_of_the_kernel_load_and_do_the_same() {
    let all = sources::list(Corpus::Selftests);
    let everything = wish() == "all";
    let chosen = all.into_iter().enumerate().filter(|(index, source)| {
        everything || index % STEP == STEP - 1 || TELLING.contains(&source.name.as_str())
    });
    let judgement = judge_all(Corpus::Selftests, chosen.map(|(_, source)| source).collect());
    let (programs, runs) = if everything { (450, 200) } else { (180, 100) };
    // A part is not as telling of costs: most are those of a few large programs.
    demand(&judgement, programs, if everything { 0.98 } else { 1.0 });
    assert!(judgement.runs >= runs, "{} programs were run, not {runs}", judgement.runs);
    if everything {
        demand(&judge_in_newest(Corpus::Selftests, sources::list(Corpus::Selftests)), 550, 0.98);
    }
}

#[test]
fn programs_of_xdp_tools_load_and_do_the_same() {
    let judgement = judge_all(Corpus::XdpTools, sources::list(Corpus::XdpTools));
    demand(&judgement, 15, 1.0);
    if wish() == "all" {
        demand(&judge_in_newest(Corpus::XdpTools, sources::list(Corpus::XdpTools)), 15, 1.0);
    }
}

/// Few kernels have `sched_ext`, the newest of the lab among them. Emulated, the
/// largest scheduler takes minutes, the others seconds; every day there is one.
#[test]
fn schedulers_load() {
    const BTF_GROWTH: f64 = 1.05;
    let chosen = Corpus::SCHEDULERS.into_iter().filter(|corpus| match wish().as_str() {
        "" => *corpus == Corpus::Bpfland,
        wish => wish == "all" || wish == corpus.name(),
    });
    let judge = |corpus| judge_in_newest(corpus, sources::list(corpus));
    let judgements: Vec<Judgement> = chosen.map(judge).collect();
    for judgement in &judgements {
        demand(judgement, 10, 1.0);
        let growth = judgement.btf_growth();
        assert!(
            growth <= BTF_GROWTH,
            "{}: .BTF is {growth} of what libbpf's linker makes",
            judgement.name()
        );
    }
}

/// `all`, or the name of a scheduler.
fn wish() -> String {
    env::var("BPF_LINKER_CORPORA").unwrap_or_default()
}

/// Nothing is lost, in loading or in linking, nothing sound is warned of without a reason, and the verifier has not more
/// to do: at most `cost` times what clang's objects cost it.
fn demand(judgement: &Judgement, loaded: usize, cost: f64) {
    println!("{}", judgement.row());
    assert!(judgement.lost.is_empty(), "lost:\n{}", judgement.lost.join("\n"));
    assert!(judgement.refused.is_empty(), "refused:\n{}", judgement.refused.join("\n"));
    let unexpected: Vec<_> = judgement.warned.iter().filter(|it| reason(it).is_none()).collect();
    assert!(unexpected.is_empty(), "warned of, though it loads:\n{unexpected:#?}");
    for warning in &judgement.warned {
        println!("{}: {warning}", reason(warning).unwrap_or_default());
    }
    assert!(judgement.loaded >= loaded, "only {} programs loaded: {judgement:?}", judgement.loaded);
    assert!(judgement.cost() <= cost, "costs the verifier {}: {judgement:?}", judgement.cost());
}

/// Returns the reason why a warning about a sound program is right.
fn reason(warning: &str) -> Option<&'static str> {
    let known = WARNED.iter().find(|(place, name, _)| {
        warning.starts_with(&format!("{place}: ")) && warning.ends_with(&format!("[{name}]"))
    });
    known.map(|(.., reason)| *reason)
}

/// Judges all `sources`, on all cores, with the running kernel.
fn judge_all(corpus: Corpus, sources: Vec<Source>) -> Judgement {
    let mut sum = Judgement::new(corpus);
    for judgement in on_all_cores(sources, |source| Some(judge(corpus, source))) {
        sum.add(judgement);
    }
    kept(sum)
}

/// Judges all `sources` with the newest kernel of the lab.
fn judge_in_newest(corpus: Corpus, sources: Vec<Source>) -> Judgement {
    let mut pairs = on_all_cores(sources, |source| Pair::new(corpus, source));
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    kept(judge_in(Kernel::Newest, corpus, &pairs))
}

/// Does the work for each source, in any order.
fn on_all_cores<T: Send>(
    sources: Vec<Source>,
    work: impl Fn(&Source) -> Option<T> + Sync,
) -> Vec<T> {
    let pending = Mutex::new(sources.into_iter());
    let done = Mutex::new(Vec::new());
    let next = || pending.lock().expect("nobody panics with the list").next();
    let work_some = || {
        while let Some(source) = next() {
            let result = work(&source);
            done.lock().expect("nobody panics with the results").extend(result);
        }
    };
    thread::scope(|scope| {
        (0..thread::available_parallelism().map_or(1, usize::from)).for_each(|_| {
            scope.spawn(work_some);
        });
    });
    done.into_inner().expect("the workers are done")
}

/// Leaves a report for people.
fn kept(sum: Judgement) -> Judgement {
    let report = tools::kept("corpora").join(format!("{}.txt", sum.name()));
    fs::write(report, sum.report()).expect("the target folder is writable");
    sum
}
