//! Objects of this linker on the kernels of the lab: what the rules allow loads, what they refuse is refused, and
//! `docs/kernels.md` says so.

mod costs;
mod edges;
mod lessons;
mod lists;
mod matrix;
mod needs;
mod page;
mod profiles;
mod sources;
mod tracer;

use self::lessons::LESSONS;

#[test]
fn five_refused_programs_load_when_linked_for_the_kernel() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    for lesson in &LESSONS {
        lesson.check_rules(&lessons::source(lesson, scratch.path()));
    }
}

/// One test, since a boot for each kernel serves all of it.
#[test]
fn kernels_take_what_the_rules_allow_and_refuse_the_rest() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let objects = matrix::objects(scratch.path());
    let edges = edges::build(scratch.path());
    let answers = matrix::ask(&objects, &edges, scratch.path());
    let of_kernel =
        |answers| [matrix::faults(&objects, &edges, answers), lists::faults(answers)].concat();
    let mut faults: Vec<String> = answers.iter().flat_map(of_kernel).collect();
    faults.extend(page::compare(&objects, &answers));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}

#[test]
fn rust_programs_cost_the_verifier_no_more_than_with_the_incumbents_best_options() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    for costs::Cost { level, ours, theirs } in costs::measure(scratch.path()) {
        println!("{level}: {ours}, the incumbent's best {theirs}");
        assert!(ours > 0 && ours <= theirs, "{level}: {ours}, the incumbent's best {theirs}");
    }
}

#[test]
fn examples_of_every_profile_load_where_the_rules_allow_it() {
    let (builds, kernels) = profiles::wish();
    let faults = profiles::faults(&builds, kernels);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
