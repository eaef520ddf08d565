//! The words of the command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use bpf_verdict::object::{self, Detail, Loader};

/// Text of `--help`.
pub const USAGE: &str = "\
Loads a BPF object into the running kernel; attaches nothing, leaves nothing behind.

  bpf-lab load OBJECT [OPTIONS]            load every program
  bpf-lab run OBJECT PROGRAM [OPTIONS] [ACTIONS]
                                           load one program and carry out the actions in order
  bpf-lab known                            list the helpers, map and program types of the running kernel
  bpf-lab --version                        print the version of libbpf that is linked in

OPTIONS
  --with aya|libbpf       only this loader (default: both)
  --global NAME=HEX       the bytes of a global variable, before loading
  --verdicts              tell of programs only, and of their logs only the last words (libbpf)
  --alone NAME            load this program by itself, and the others together (libbpf)
  --json                  for programs

ACTIONS
  --map NAME:KEY=VALUE    put an entry (both in hex) into a map
  --packet HEX            BPF_PROG_TEST_RUN on this packet
  --arguments N,N,..      BPF_PROG_TEST_RUN of a raw tracepoint with these arguments

Exit codes: 0 all is well, 1 the loader or the kernel refused something, 2 wrong usage.
";

/// The whole request.
#[derive(Debug)]
pub struct Request {
    pub object: PathBuf,
    pub loaders: Vec<Loader>,
    pub globals: Vec<(String, Vec<u8>)>,
    pub json: bool,
    pub detail: Detail,
    pub alone: Vec<String>,
    pub command: Command,
}

impl Request {
    /// The request as the library takes it.
    pub fn judged(&self) -> object::Request {
        object::Request {
            object: self.object.clone(),
            globals: self.globals.clone(),
            alone: self.alone.clone(),
            detail: self.detail,
        }
    }
}

#[derive(Debug)]
pub enum Command {
    Load,
    Run { program: String, actions: Vec<Action> },
}

/// One step of a run.
#[derive(Debug)]
pub enum Action {
    Put { map: String, key: Vec<u8>, value: Vec<u8> },
    Packet(Vec<u8>),
    Arguments(Vec<u64>),
}

/// The request in these words; none when they ask for help.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Request>> {
    let command = words.next().context("no command; try --help")?;
    if matches!(command.as_str(), "--help" | "-h" | "help") {
        return Ok(None);
    }
    let object = words.next().context("no object named")?.into();
    let command = match command.as_str() {
        "load" => Command::Load,
        "run" => {
            Command::Run { program: words.next().context("no program named")?, actions: Vec::new() }
        }
        other => bail!("unknown command {other}; try --help"),
    };
    let loaders = vec![Loader::Aya, Loader::Libbpf];
    let (globals, alone, detail) = (Vec::new(), Vec::new(), Detail::Loader);
    let mut request = Request { object, loaders, globals, json: false, detail, alone, command };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => request.json = true,
            "--verdicts" => request.detail = Detail::Statistics,
            option => {
                let value = words.next().with_context(|| format!("{option} wants a value"))?;
                take(&mut request, option, &value)
                    .with_context(|| format!("cannot use {option} {value}"))?;
            }
        }
    }
    Ok(Some(request))
}

fn take(request: &mut Request, option: &str, value: &str) -> Result<()> {
    match option {
        "--with" => request.loaders = vec![value.parse()?],
        "--alone" => request.alone.push(value.to_owned()),
        "--global" => request.globals.push(global(value)?),
        "--map" => request.command.push(put(value)?)?,
        "--packet" => request.command.push(Action::Packet(bytes(value)?))?,
        "--arguments" => request.command.push(Action::Arguments(numbers(value)?))?,
        _ => bail!("unknown option; try --help"),
    }
    Ok(())
}

impl Command {
    fn push(&mut self, action: Action) -> Result<()> {
        match self {
            Self::Load => bail!("only `run` carries out actions"),
            Self::Run { actions, .. } => actions.push(action),
        }
        Ok(())
    }
}

fn global(text: &str) -> Result<(String, Vec<u8>)> {
    let (name, value) = text.split_once('=').context("not of the form NAME=HEX")?;
    Ok((name.to_owned(), bytes(value)?))
}

fn put(text: &str) -> Result<Action> {
    let (map, entry) = text.split_once(':').context("not of the form NAME:KEY=VALUE")?;
    let (key, value) = entry.split_once('=').context("not of the form NAME:KEY=VALUE")?;
    Ok(Action::Put { map: map.to_owned(), key: bytes(key)?, value: bytes(value)? })
}

fn numbers(text: &str) -> Result<Vec<u64>> {
    text.split(',').map(|number| number.parse().context("not a number")).collect()
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        bail!("{hex} is not whole bytes in hex");
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).context("not hex"))
        .collect()
}
