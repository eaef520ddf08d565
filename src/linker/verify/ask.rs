//! Runs `bpf-verdict` and reads its answer.

use std::{
    fs::{self, File},
    io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    Result,
    plan::{Judge, Verify},
    report::{Error, count},
};

/// The time between two looks at the program.
const PAUSE: Duration = Duration::from_millis(10);

/// The last lines of a log that are shown where nothing explains it.
const SHOWN: usize = 4;

/// A refusal of a program, or of the object as a whole, by a kernel or a loader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The release of the kernel.
    pub(super) kernel: String,
    /// The program; `None` for the object.
    pub(super) program: Option<String>,
    /// The message of the verifier or the loader.
    pub(super) message: String,
    /// The place in the source, as far as it is known.
    pub(super) place: Option<String>,
    /// The origin of the value that the message is about, and the rule that applies.
    pub(super) causes: Vec<String>,
    /// Remedies.
    pub(super) help: Vec<String>,
}

/// Has the kernels of `verify` load `objects`, all in one boot of each, under the file name `name`. Returns the
/// refusals of each object.
///
/// # Errors
/// The program cannot be run, gives no verdict, or does not end in time.
pub(super) fn ask(
    verify: &Verify,
    program: &Path,
    name: &Path,
    objects: &[&[u8]],
) -> Result<Vec<Vec<Refusal>>> {
    let folder = tempfile::tempdir().map_err(cannot_keep)?;
    let mut command = Command::new(program);
    command.arg("--json");
    for judge in &verify.kernels {
        match judge {
            Judge::Running => command.arg("--running"),
            Judge::Image(image) => command.arg("--kernel-image").arg(image),
        };
    }
    for (number, object) in objects.iter().enumerate() {
        let of_object = folder.path().join(number.to_string());
        fs::create_dir(&of_object).map_err(cannot_keep)?;
        let file = of_object.join(name);
        fs::write(&file, object).map_err(cannot_keep)?;
        command.arg(file);
    }
    let [answer, errors] = ["answer", "errors"].map(|name| folder.path().join(name));
    let status = run(command, verify.timeout, program, [&answer, &errors])?;
    let text = |path: &Path| {
        let bytes = fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(without_verdict(program, &status, &text(&errors)));
    }
    read(&text(&answer), objects.len()).ok_or_else(|| {
        Error::io(format!("the answer of {} cannot be read", program.display()))
            .help("use the bpf-verdict of the same release as this linker")
    })
}

fn cannot_keep(error: io::Error) -> Error {
    Error::io("cannot write the object for bpf-verdict to the folder for temporary files")
        .because(error)
}

/// Runs the program to its end. Its output goes to files, since a process that it leaves behind could keep a pipe open.
fn run(
    mut command: Command,
    timeout: Duration,
    program: &Path,
    [answer, errors]: [&Path; 2],
) -> Result<ExitStatus> {
    let cannot_run =
        |error: io::Error| Error::io(format!("cannot run {}", program.display())).because(error);
    command.stdin(Stdio::null());
    command.stdout(File::create(answer).map_err(cannot_keep)?);
    command.stderr(File::create(errors).map_err(cannot_keep)?);
    let mut child = command.spawn().map_err(cannot_run)?;
    match wait(&mut child, Instant::now() + timeout).map_err(cannot_run)? {
        Some(status) => Ok(status),
        None => {
            let _gone_already = child.kill().and_then(|()| child.wait());
            Err(Error::io(format!(
                "{} did not answer within {}, and was ended",
                program.display(),
                count(timeout.as_secs(), "second")
            ))
            .help("give it more time with `--verify-timeout N`, or run it by itself on the object to see what it waits for"))
        }
    }
}

fn wait(child: &mut Child, end: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        match child.try_wait()? {
            None if Instant::now() < end => thread::sleep(PAUSE),
            status => return Ok(status),
        }
    }
}

fn without_verdict(program: &Path, status: &ExitStatus, errors: &str) -> Error {
    let error = Error::io(format!("{} gives no verdict", program.display()));
    match errors.trim() {
        "" => error.because(status),
        said => error.because(said.trim_start_matches("error: ")),
    }
}

/// Reads the refusals of `count` objects from the JSON; `None` if it is not what it should be.
fn read(text: &str, count: usize) -> Option<Vec<Vec<Refusal>>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut all = vec![Vec::new(); count];
    for answer in value.get("kernels")?.as_array()? {
        let kernel = answer["kernel"].as_str()?;
        for note in answer["notes"].as_array().into_iter().flatten() {
            log::info!("kernel {kernel}: {}", note.as_str().unwrap_or_default());
        }
        let objects = answer["objects"].as_array()?;
        if objects.len() != count {
            return None;
        }
        for (refusals, object) in all.iter_mut().zip(objects) {
            refusals.extend(object["error"].as_str().map(|error| unexplained(kernel, None, error)));
            let programs = object["programs"].as_array()?.iter();
            refusals.extend(programs.filter_map(|program| refusal(kernel, program)));
        }
    }
    Some(all)
}

fn refusal(kernel: &str, program: &Value) -> Option<Refusal> {
    let error = program["error"].as_str()?;
    let name = program["name"].as_str().map(str::to_owned);
    let told = &program["explanation"];
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    let list = |name: &str| {
        let items = told[name].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let Some(message) = text("message") else { return Some(unexplained(kernel, name, error)) };
    let place = text("place").map(|place| match told["column"].as_u64() {
        Some(column @ 1..) => format!("{place}:{column}"),
        _ => place,
    });
    let inside = text("inside").map(|place| format!("in a library, at {place}"));
    let history = list("history").into_iter().map(|step| format!("before: {step}"));
    let rule = text("rule");
    Some(Refusal {
        kernel: kernel.to_owned(),
        program: name,
        message,
        place,
        causes: inside.into_iter().chain(history).chain(rule).collect(),
        help: list("help"),
    })
}

/// Returns a refusal with the end of the log.
fn unexplained(kernel: &str, program: Option<String>, log: &str) -> Refusal {
    let lines = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let shown = lines.get(lines.len().saturating_sub(SHOWN)..).unwrap_or_default();
    Refusal {
        kernel: kernel.to_owned(),
        program,
        message: shown.join("; "),
        place: None,
        causes: Vec::new(),
        help: Vec::new(),
    }
}
