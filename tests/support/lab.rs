//! Loading and running objects, through the program `bpf-lab` of this workspace.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

use super::{kernels::Answer, tools};

/// Loaders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loader {
    Aya,
    Libbpf,
}

/// One step of a run; the bytes are as the program sees them.
pub enum Step<'a> {
    Put(&'a str, Vec<u8>, Vec<u8>),
    Packet(Vec<u8>),
    Arguments(&'a [u64]),
}

/// Requests to a kernel, through one loader.
#[derive(Clone, Debug)]
pub struct Request {
    words: Vec<Word>,
}

/// A word of the loader's command line.
#[derive(Clone, Debug)]
pub enum Word {
    Text(String),
    /// A file of this machine, carried along to where the loader runs.
    File(PathBuf),
}

/// Answer of the loader for one object.
#[derive(Debug)]
pub struct Story(Value);

/// Result for a program.
#[derive(Clone, Debug)]
pub struct Fate {
    pub name: String,
    /// As libbpf calls it.
    pub kind: String,
    /// Reason of the refusal, with the verifier's log.
    pub refusal: Option<String>,
    /// Instructions that the verifier walked through.
    pub verified: u64,
}

/// Loads all programs and demands that the running kernel takes them.
pub fn load(loader: Loader, object: &Path) -> Story {
    let story = demand(&Request::load(loader, object));
    assert!(!story.programs().is_empty(), "{loader:?} found no program in {object:?}");
    story
}

/// Loads all programs; the errors of the loader and the kernel, if any.
pub fn attempt(loader: Loader, object: &Path) -> Result<(), String> {
    let request = Request::load(loader, object);
    story_of(&request, run_here(&request)).refusal().map_or(Ok(()), Err)
}

/// Loads one program and carries out the steps.
pub fn run(loader: Loader, object: &Path, name: &str, steps: &[Step<'_>]) -> Story {
    run_with_globals(loader, object, name, &[], steps)
}

/// The same, with global variables set before loading.
pub fn run_with_globals(
    loader: Loader,
    object: &Path,
    name: &str,
    globals: &[(&str, &[u8])],
    steps: &[Step<'_>],
) -> Story {
    demand(&Request::run(loader, object, name, globals, steps))
}

impl Request {
    /// To load every program of the object.
    pub fn load(loader: Loader, object: &Path) -> Self {
        Self::new(loader, "load", object)
    }

    /// To load every program with libbpf, those `alone` by themselves, and to tell no more than what became of each.
    pub fn judge(object: &Path, alone: &[&str]) -> Self {
        let mut request = Self::new(Loader::Libbpf, "load", object);
        request.words.push(Word::Text("--verdicts".to_owned()));
        alone.iter().for_each(|name| request.add("--alone", (*name).to_owned()));
        request
    }

    /// To load one program, with these values of global variables, and to carry out the steps.
    pub fn run(
        loader: Loader,
        object: &Path,
        name: &str,
        globals: &[(&str, &[u8])],
        steps: &[Step<'_>],
    ) -> Self {
        let mut request = Self::new(loader, "run", object);
        request.words.insert(2, Word::Text(name.to_owned()));
        for (name, value) in globals {
            request.add("--global", format!("{name}={}", hex(value)));
        }
        for step in steps {
            match step {
                Step::Put(map, key, value) => {
                    request.add("--map", format!("{map}:{}={}", hex(key), hex(value)));
                }
                Step::Packet(packet) => request.add("--packet", hex(packet)),
                Step::Arguments(numbers) => {
                    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                    request.add("--arguments", numbers.join(","));
                }
            }
        }
        request
    }

    /// To list the helpers, map and program types that the kernel knows; the answer is JSON.
    pub fn known() -> Self {
        Self { words: vec![Word::Text("known".to_owned())] }
    }

    fn new(loader: Loader, command: &str, object: &Path) -> Self {
        let command = Word::Text(command.to_owned());
        let mut request = Self { words: vec![command, Word::File(object.to_owned())] };
        request.words.push(Word::Text("--json".to_owned()));
        request.add(
            "--with",
            match loader {
                Loader::Aya => "aya".to_owned(),
                Loader::Libbpf => "libbpf".to_owned(),
            },
        );
        request
    }

    fn add(&mut self, option: &str, value: String) {
        self.words.extend([Word::Text(option.to_owned()), Word::Text(value)]);
    }

    /// The words after the loader's name.
    pub fn words(&self) -> &[Word] {
        &self.words
    }
}

impl Story {
    /// The names of the programs.
    pub fn programs(&self) -> Vec<&str> {
        self.list("programs").iter().filter_map(|program| program["name"].as_str()).collect()
    }

    /// Name, kind and sizes of the maps that programs declare: those of data sections depend on the optimiser.
    pub fn map_shapes(&self) -> Vec<String> {
        let is_declared =
            |map: &&Value| map["name"].as_str().is_some_and(|name| !name.contains('.'));
        let shape = |map: &Value| {
            ["name", "kind", "key_size", "value_size", "max_entries"]
                .map(|key| map[key].to_string())
                .join(" ")
        };
        self.list("maps").iter().filter(is_declared).map(shape).collect()
    }

    /// The process that loaded and ran, and its parent.
    pub fn process(&self) -> [u64; 2] {
        [0, 1].map(|index| self.0["process"][index].as_u64().expect("a process has a number"))
    }

    /// Values that the runs returned.
    pub fn returned(&self) -> Vec<u32> {
        let number = |run: &Value| run["returned"].as_u64().and_then(|n| u32::try_from(n).ok());
        self.list("runs").iter().map(|run| number(run).expect("a run returns a number")).collect()
    }

    /// The packets after the runs on packets.
    pub fn packets(&self) -> Vec<Vec<u8>> {
        let packets = self.list("runs").iter().map(|run| &run["packet"]);
        packets.filter(|packet| !packet.is_null()).map(bytes).collect()
    }

    /// Contents of the maps that programs declare, except those per CPU, which depend on the CPU that ran the program.
    pub fn declared_maps(&self) -> String {
        let tells = |map: &&Value| {
            let text = |key: &str| map[key].as_str().unwrap_or_default();
            !text("name").contains('.') && !text("kind").contains("Percpu")
        };
        let maps = self.list("maps").iter().filter(tells);
        maps.map(|map| format!("{} {}\n", map["name"], map["contents"])).collect()
    }

    /// The entries of a map with one value.
    pub fn entries(&self, map: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.contents(map).iter().map(|entry| (bytes(&entry[0]), bytes(&entry[1]))).collect()
    }

    /// The 64-bit counters of a map per CPU, summed, with their keys.
    pub fn sums(&self, map: &str) -> Vec<(Vec<u8>, u64)> {
        let sum = |cpus: &Value| -> u64 {
            cpus.as_array().expect("one value for each CPU").iter().map(|v| number(&bytes(v))).sum()
        };
        self.contents(map).iter().map(|entry| (bytes(&entry[0]), sum(&entry[1]))).collect()
    }

    /// Contents of a ring buffer.
    pub fn records(&self, map: &str) -> Vec<Vec<u8>> {
        self.contents(map).iter().map(bytes).collect()
    }

    /// Reason of a refusal, with the verifier's log; none if there was no refusal.
    pub fn refusal(&self) -> Option<String> {
        (self.0["good"] != true).then(|| reasons(&self.0))
    }

    /// Each program's name, and why it was refused, with the verifier's log.
    pub fn verdicts(&self) -> Vec<(&str, Option<&str>)> {
        let programs = self.list("programs").iter();
        programs
            .map(|program| {
                (program["name"].as_str().unwrap_or_default(), program["error"].as_str())
            })
            .collect()
    }

    /// Results for each program.
    pub fn fates(&self) -> Vec<Fate> {
        let programs = self.list("programs").iter();
        programs
            .map(|program| Fate {
                name: program["name"].as_str().unwrap_or_default().to_owned(),
                kind: program["kind"].as_str().unwrap_or_default().to_owned(),
                refusal: program["error"].as_str().map(str::to_owned),
                verified: program["verified"].as_u64().unwrap_or(0),
            })
            .collect()
    }

    fn contents(&self, name: &str) -> &[Value] {
        let map = self.list("maps").iter().find(|map| map["name"] == name);
        let map = map.unwrap_or_else(|| panic!("no map {name} in {}", self.0));
        map["contents"].as_array().expect("the contents of this map were read")
    }

    fn list(&self, key: &str) -> &[Value] {
        self.0[key].as_array().map_or(&[], Vec::as_slice)
    }
}

/// Asks the running kernel, and accepts no refusal.
fn demand(request: &Request) -> Story {
    let story = story_of(request, run_here(request));
    let refusal = story.refusal();
    assert!(
        refusal.is_none(),
        "{request:?}\n{}\nLoading needs root and a kernel with BPF.",
        refusal.unwrap_or_default(),
    );
    story
}

/// Runs the loader on this machine.
pub fn run_here(request: &Request) -> Answer {
    let mut command = Command::new(program());
    for word in &request.words {
        match word {
            Word::Text(text) => command.arg(text),
            Word::File(path) => command.arg(path),
        };
    }
    let output = tools::attempt(&mut command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Answer { status: output.status, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// The story in an answer; a loader that told none was used wrongly, or broke.
pub fn story_of(request: &Request, answer: Answer) -> Story {
    let Ok(Value::Array(mut stories)) = serde_json::from_str(&answer.stdout) else {
        panic!("{request:?}: {}\n{}{}", answer.status, answer.stdout, answer.stderr);
    };
    Story(stories.pop().unwrap_or_default())
}

/// The errors alone, readable.
fn reasons(story: &Value) -> String {
    let programs = story["programs"].as_array().map_or(&[][..], Vec::as_slice);
    let of_programs = programs.iter().map(|p| (p["name"].as_str(), p["error"].as_str()));
    std::iter::once((None, story["error"].as_str()))
        .chain(of_programs)
        .filter_map(|(name, error)| Some(format!("{}: {}", name.unwrap_or("object"), error?)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the version of libbpf that the loader holds, such as `1.7`.
pub fn libbpf_version() -> String {
    let output = tools::run(Command::new(program()).arg("--version"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Builds bpf-lab once for each run of the tests: one file that runs on any kernel, without libraries beside it.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("bpf-lab"))
}

/// Builds bpf-verdict likewise, with both loaders.
pub fn verdict() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("bpf-verdict"))
}

fn build(package: &str) -> PathBuf {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    let target_dir = tools::kept("lab");
    let mut build = tools::cargo();
    build.current_dir(tools::workspace()).args(["build", "--locked", "-p", package]);
    build.args(["--profile", "lab", "--features", "static", "--target", TARGET]);
    // Naming the target keeps this flag from build scripts and procedural macros.
    build.env("RUSTFLAGS", "-C target-feature=+crt-static");
    // libelf and zlib are the machine's. As a flag of rustc, this folder would be searched first, and the libbpf of
    // package libbpf-dev be linked instead of the one that comes with libbpf-sys.
    build.env("LIBBPF_SYS_LIBRARY_PATH", "/usr/lib/x86_64-linux-gnu");
    let output = tools::attempt(build.env("CARGO_TARGET_DIR", &target_dir));
    assert!(
        output.status.success(),
        "cannot build {package}; it needs packages gcc, make, libelf-dev, zlib1g-dev and pkg-config\n{}",
        tools::said(&output),
    );
    target_dir.join(TARGET).join("lab").join(package)
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_ne_bytes(bytes.try_into().expect("a 64-bit counter"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("bytes are written in hex");
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("bytes are written in hex");
    (0..hex.len()).step_by(2).map(digit).collect()
}
