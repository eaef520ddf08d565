//! Loads an object into the running kernel, with aya and with libbpf, and says what became of it.
//!
//! Nothing is attached, and nothing stays behind: what was loaded goes when the process ends.

mod actions;
mod known;
mod libaya;
mod libbpf;
mod maps;
mod outcome;
mod text;

use std::process::ExitCode;

use actions::{Command, Request};
use anyhow::Result;
use bpf_verdict::object::Loader;
use outcome::{Loaded, Outcome};
use rustix::process::{Resource, Rlimit};

const REFUSED: u8 = 1;
const FAILED: u8 = 2;

fn main() -> ExitCode {
    match answer() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

fn answer() -> Result<ExitCode> {
    if std::env::args().nth(1).as_deref() == Some("known") {
        println!("{}", known::json()?);
        return Ok(ExitCode::SUCCESS);
    }
    if std::env::args().nth(1).as_deref() == Some("--version") {
        println!("{}", bpf_verdict::libbpf::version());
        return Ok(ExitCode::SUCCESS);
    }
    let Some(request) = actions::parse(std::env::args().skip(1))? else {
        print!("{}", actions::USAGE);
        return Ok(ExitCode::SUCCESS);
    };
    raise_memory_limit();
    let outcomes: Vec<Outcome> =
        request.loaders.iter().map(|loader| outcome(*loader, &request)).collect();
    if request.json {
        println!("{}", outcome::json(&outcomes));
    } else {
        print!("{}", text::draw(&outcomes));
    }
    let all = outcomes.iter().all(Outcome::is_good);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

fn outcome(loader: Loader, request: &Request) -> Outcome {
    let loaded = match (loader, &request.command) {
        (Loader::Aya, Command::Load) => libaya::load(request),
        (Loader::Aya, Command::Run { program, actions }) => libaya::run(request, program, actions),
        (Loader::Libbpf, Command::Load) => libbpf::load(request),
        (Loader::Libbpf, Command::Run { program, actions }) => {
            libbpf::run(request, program, actions)
        }
    };
    Outcome { loader, loaded: loaded.unwrap_or_else(Loaded::refused) }
}

/// Kernels before 5.11 charge maps and programs to the memory a process may lock. Later ones do
/// not look at the limit, so that being refused here (as in a container) means nothing yet.
fn raise_memory_limit() {
    let unlimited = Rlimit { current: None, maximum: None };
    let _ = rustix::process::setrlimit(Resource::Memlock, unlimited);
}
