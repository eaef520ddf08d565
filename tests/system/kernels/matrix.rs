//! Every program at every instruction set on every kernel: asked in one boot for each kernel, and held against the rules.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use bpf_linker::{Kernel as Version, internals::report::Origin};
use serde_json::Value;

use super::{
    edges::{self, Built},
    lessons::{self, LESSONS, Lesson},
    sources::{self, LEVELS, Source, USUAL},
};
use crate::support::{
    kernels::Kernel,
    lab::{Loader, Request, Step, Story, story_of},
    objects::check_kernel,
};

/// Origin of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Made {
    /// This linker, for that instruction set.
    Ours(&'static str),
    /// The incumbent, with its best options.
    Incumbent,
}

/// An object to be loaded.
pub struct Object {
    pub program: &'static str,
    pub made: Made,
    pub loader: Loader,
    /// Error of the incumbent instead of an object.
    pub path: Result<PathBuf, String>,
}

/// Values that the runs of a program returned, if it was loaded.
pub type Returned = Option<Vec<u32>>;

/// Results of each object on one kernel, and answers to other requests.
pub struct Answers {
    pub kernel: Kernel,
    /// Reasons why objects were refused, in the order of the objects; none for one that was loaded.
    pub refusals: Vec<Option<String>>,
    /// The same of each edge.
    pub edges: Vec<Option<String>>,
    /// Values that the lessons returned: as built plainly, if that was loaded; linked for their kernel.
    pub lessons: Vec<(Returned, Returned)>,
    /// The kernel's numbered lists.
    pub known: Value,
}

/// Kernel functions that came later than kernel functions as such: what calls them, and the release.
const LATER: [(&str, Version); 1] = [("kfuncs", Version(6, 2))];
/// Programs that use what aya does not have: variables of `.kconfig` and `.ksyms`, kernel functions, maps in maps,
/// programs in maps, and libbpf's name `tc` for classifiers.
const NOT_FOR_AYA: [&str; 5] = ["kconfig", "kfuncs", "ksyms", "maps", "types"];

/// Builds all objects.
pub fn objects(scratch: &Path) -> Vec<Object> {
    sources::all(scratch).iter().flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Object> {
    let program = source.name;
    let mut objects: Vec<Object> = LEVELS
        .into_iter()
        .map(|level| Object {
            program,
            made: Made::Ours(level),
            loader: Loader::Libbpf,
            path: Ok(source.link(level, &["--cpu", level])),
        })
        .collect();
    let incumbent = source.link_with_incumbent(&["--cpu", USUAL]);
    let path = incumbent.clone();
    objects.push(Object { program, made: Made::Incumbent, loader: Loader::Libbpf, path });
    if !NOT_FOR_AYA.contains(&program) {
        let ours = Ok(source.link("aya", &["--cpu", USUAL]));
        for (made, path) in [(Made::Ours(USUAL), ours), (Made::Incumbent, incumbent)] {
            objects.push(Object { program, made, loader: Loader::Aya, path });
        }
    }
    objects
}

/// Asks every kernel, two at a time: there are two cores.
pub fn ask(objects: &[Object], edges: &[Built], scratch: &Path) -> Vec<Answers> {
    let lessons: Vec<(PathBuf, PathBuf)> = LESSONS
        .iter()
        .map(|lesson| {
            let source = lessons::source(lesson, scratch);
            let fitting = lesson.fitting();
            let fitting: Vec<&str> = fitting.iter().map(String::as_str).collect();
            (source.link("plain", lesson.plain), source.link("fitting", &fitting))
        })
        .collect();
    let waiting = Mutex::new(Kernel::ALL.to_vec());
    let answered = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().expect("no thread panicked").pop();
                    let Some(kernel) = next else { break };
                    let answers = ask_one(kernel, objects, edges, &lessons);
                    answered.lock().expect("no thread panicked").insert(kernel, answers);
                }
            });
        }
    });
    answered.into_inner().expect("no thread panicked").into_values().collect()
}

fn ask_one(
    kernel: Kernel,
    objects: &[Object],
    edges: &[Built],
    lessons: &[(PathBuf, PathBuf)],
) -> Answers {
    let packets = lessons::packets();
    let steps: Vec<Step<'_>> = packets.iter().cloned().map(Step::Packet).collect();
    let run = |lesson: &Lesson, object: &Path| {
        Request::run(Loader::Libbpf, object, lesson.program, &[], &steps)
    };
    let loads = objects.iter().filter_map(|object| {
        object.path.as_ref().ok().map(|path| Request::load(object.loader, path))
    });
    let at_edges = edges.iter().map(|it| Request::load(Loader::Libbpf, &it.path));
    let runs = LESSONS
        .iter()
        .zip(lessons)
        .flat_map(|(lesson, (plain, fitting))| [run(lesson, plain), run(lesson, fitting)]);
    let mut requests: Vec<Request> = loads.chain(at_edges).chain(runs).collect();
    requests.push(Request::known());

    let mut answers = kernel.answer(&requests);
    let known = answers.pop().expect("one answer for each request");
    let mut stories = requests.iter().zip(answers).map(|(it, answer)| story_of(it, answer));
    let mut next = || stories.next().expect("one story for each request");
    let refusals = objects.iter().map(|object| match &object.path {
        Ok(_) => verdict(&next()),
        Err(said) => Some(said.clone()),
    });
    let refusals = refusals.collect();
    let at_edges = edges.iter().map(|_| verdict(&next())).collect();
    let returned = |story: Story| story.refusal().is_none().then(|| story.returned());
    let lessons = lessons.iter().map(|_| (returned(next()), returned(next()))).collect();
    let known = serde_json::from_str(&known.stdout).unwrap_or_default();
    Answers { kernel, refusals, edges: at_edges, lessons, known }
}

/// Returns the reason why the object was refused; to load no program at all is a refusal.
fn verdict(story: &Story) -> Option<String> {
    let empty = || story.programs().is_empty().then(|| "no program in it".to_owned());
    story.refusal().or_else(empty)
}

/// Returns the faults of the answers: objects that the rules allow and the kernel refused, or the other way round.
pub fn faults(objects: &[Object], edges: &[Built], answers: &Answers) -> Vec<String> {
    let version = answers.kernel.version();
    let mut faults = Vec::new();
    for (object, refusal) in objects.iter().zip(&answers.refusals) {
        if object.made == Made::Incumbent {
            continue;
        }
        let cell = format!("{} {:?} {:?} on {version}", object.program, object.made, object.loader);
        match (broken_rule(object, version), refusal) {
            (None, Some(refusal)) => faults.push(format!("{cell} is refused:\n{refusal}")),
            (Some(rule), None) => faults.push(format!("{cell} is loaded in spite of: {rule}")),
            _ => {}
        }
    }
    for (built, refusal) in edges.iter().zip(&answers.edges) {
        faults.extend(edges::fault(built, version, refusal.as_deref()));
    }
    for (lesson, (plain, fitting)) in LESSONS.iter().zip(&answers.lessons) {
        let expected: Vec<u32> =
            lessons::packets().iter().map(|packet| (lesson.returns)(packet)).collect();
        let wanted_plain = (version >= lesson.since).then_some(&expected);
        if plain.as_ref() != wanted_plain || fitting.as_ref() != Some(&expected) {
            faults.push(format!(
                "{} on {version}: {plain:?} and {fitting:?} instead of {expected:?}",
                lesson.source
            ));
        }
    }
    faults
}

/// The rule that refuses the object on that kernel.
pub fn broken_rule(object: &Object, version: Version) -> Option<String> {
    let path = object.path.as_ref().ok()?;
    let bytes = fs::read(path).expect("the linker wrote it");
    let parsed = bpf_linker::internals::object::Object::parse(&bytes, Origin::whole(path));
    let checked = parsed.and_then(|object| check_kernel(&object, version));
    let later =
        LATER.iter().find(|(program, since)| *program == object.program && version < *since);
    match (checked, later) {
        (Err(error), _) => Some(error.causes().join("; ")),
        (Ok(()), Some((_, since))) => Some(format!("its kernel functions came with {since}")),
        (Ok(()), None) => None,
    }
}
