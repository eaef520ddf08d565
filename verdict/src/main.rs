//! Asks kernels whether they load BPF objects, and explains what they refuse.

use std::{path::PathBuf, process::ExitCode, sync::Mutex, thread, time::Duration};

use anyhow::{Result, anyhow, bail};
use bpf_verdict::{
    budget::{Baseline, Budget, Finding, Level},
    init,
    judge::{self, CHILD, Verdict},
    machine::{Answer, Image, Limits},
    object::{Loader, Request},
    report::{self, Logs},
};
use clap::{Args, Parser};

/// Something was refused, or is over its budget.
const REFUSED: u8 = 1;
/// No verdict: a right, a tool or a file is missing, or a machine hangs.
const NO_VERDICT: u8 = 3;

/// Asks kernels whether they load BPF objects, and explains what they refuse
///
/// Attaches nothing, pins nothing, leaves nothing behind. Exit codes: 0 everything loads, 1 something is refused or over
/// its budget, 2 wrong usage, 3 no verdict.
#[derive(Debug, Parser)]
#[command(name = "bpf-verdict", version)]
struct Options {
    /// Objects to load
    #[arg(required = true, value_name = "OBJECT")]
    objects: Vec<PathBuf>,
    /// Boot this kernel, a vmlinuz or a package of Debian, in place of the running one; may be repeated
    #[arg(long, value_name = "FILE")]
    kernel_image: Vec<PathBuf>,
    /// Ask the running kernel beside those images
    #[arg(long)]
    running: bool,
    /// Load by aya, libbpf or both [default: libbpf where it is built in]
    #[arg(long, value_name = "NAME", value_parser = loaders)]
    loader: Option<Loaders>,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Write a table of programs by kernels, and explain nothing
    #[arg(long, conflicts_with = "json")]
    table: bool,
    /// Show the verifier's logs of refusals
    #[arg(long)]
    logs: bool,
    /// End the loading of an object after N seconds
    #[arg(long, value_name = "N", default_value_t = 120)]
    timeout: u64,
    /// End a booted kernel after N seconds
    #[arg(long, value_name = "N", default_value_t = 300)]
    boot_timeout: u64,
    /// Megabytes of memory of a booted kernel
    #[arg(long, value_name = "N", default_value_t = 768)]
    memory: u32,
    #[command(flatten)]
    costs: Costs,
}

/// Limits on what programs cost.
#[derive(Debug, Args)]
struct Costs {
    /// Fail if the verifier goes through more than N instructions of a program
    #[arg(long, value_name = "N")]
    verified_insn_limit: Option<u32>,
    /// Compare instructions, states, stack and size with this file, per program and kernel
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the figures of this run into the file of --baseline
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
    /// Allow this much more than in the baseline
    #[arg(long, value_name = "PERCENT", default_value_t = 10, requires = "baseline")]
    max_growth: u32,
    /// Treat more growth as an error, or as a warning
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = level, requires = "baseline")]
    growth_is: Level,
}

impl Costs {
    fn budget(&self) -> Result<Budget> {
        let compared = self.baseline.as_ref().filter(|_| !self.update_baseline);
        let baseline = compared.map(|file| Baseline::read(file)).transpose()?;
        let (limit, growth) = (self.verified_insn_limit, self.max_growth);
        Ok(Budget { limit, baseline, growth, level: self.growth_is })
    }
}

fn level(name: &str) -> Result<Level> {
    match name {
        "error" => Ok(Level::Error),
        "warning" => Ok(Level::Warning),
        _ => bail!("it is error or warning"),
    }
}

/// The loaders of a run.
#[derive(Clone, Debug)]
struct Loaders(Vec<Loader>);

fn loaders(name: &str) -> Result<Loaders> {
    let wanted = match name {
        "both" => vec![Loader::Libbpf, Loader::Aya],
        name => vec![name.parse()?],
    };
    if let Some(loader) = wanted.iter().find(|it| !Loader::BUILT_IN.contains(it)) {
        bail!("this bpf-verdict was built without {0}: --features {0}", loader.name());
    }
    Ok(Loaders(wanted))
}

fn main() -> ExitCode {
    if init::is_init() {
        init::run();
        return ExitCode::SUCCESS;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [word, loader, object] if word == CHILD => return child(loader, object),
        _ => {}
    }
    match answer(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(NO_VERDICT)
        }
    }
}

fn child(loader: &str, object: &str) -> ExitCode {
    init::raise_memory_limit();
    match loader.parse() {
        Ok(loader) => {
            println!("{}", judge::load(&Request::new(object), loader).json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(NO_VERDICT)
        }
    }
}

fn answer(options: &Options) -> Result<ExitCode> {
    if let Some(missing) = options.objects.iter().find(|object| !object.is_file()) {
        bail!("{} is no file", missing.display());
    }
    let first = Loader::BUILT_IN.first().map(|loader| Loaders(vec![*loader]));
    let Some(Loaders(loaders)) = options.loader.clone().or(first) else {
        bail!("this bpf-verdict was built without a loader: --features libbpf, or aya");
    };
    let pairs =
        options.objects.iter().flat_map(|it| loaders.iter().map(move |by| (it.clone(), *by)));
    let asked: Vec<(PathBuf, Loader)> = pairs.collect();
    let budget = options.costs.budget()?;
    let images = options.kernel_image.iter().map(|file| Image::read(file));
    let images = images.collect::<Result<Vec<Image>>>()?;
    let mut answers = Vec::new();
    if options.running || images.is_empty() {
        answers.push(running(&asked, Duration::from_secs(options.timeout))?);
    }
    answers.extend(booted(&images, &asked, options)?);
    let findings = budget.check(&answers)?;
    print_answers(&answers, &findings, options);
    if let Some(file) = options.costs.baseline.as_ref().filter(|_| options.costs.update_baseline) {
        Baseline::update(file, &answers)?;
    }
    let is_good = report::is_good(&answers, &findings);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

fn print_answers(answers: &[Answer], findings: &[Finding], options: &Options) {
    if options.json {
        print!("{}", report::json(answers, findings));
    } else if options.table {
        print!("{}", report::table(answers));
    } else {
        let logs = if options.logs { Logs::All } else { Logs::Unexplained };
        print!("{}", report::text(answers, logs));
        if answers.len() > 1 {
            print!("\n{}", report::table(answers));
        }
    }
    findings.iter().for_each(|finding| eprintln!("{}", finding.text()));
}

fn running(asked: &[(PathBuf, Loader)], limit: Duration) -> Result<Answer> {
    if let Some(missing) = judge::missing_rights() {
        bail!(
            "no right to load programs into the running kernel: {missing} missing; run it as root, or name a kernel \
             with --kernel-image, which needs no rights"
        );
    }
    let mut notes = Vec::new();
    if !judge::has_btf() {
        notes.push("the kernel has no BTF: what CO-RE asks cannot be answered".to_owned());
    }
    let verdicts: Vec<Verdict> =
        asked.iter().map(|(object, loader)| judge::load_apart(object, *loader, limit)).collect();
    Ok(Answer { release: judge::running_release(), notes, verdicts })
}

/// Boots the images, as many at a time as there are processors.
fn booted(images: &[Image], asked: &[(PathBuf, Loader)], options: &Options) -> Result<Vec<Answer>> {
    let limits = Limits {
        boot: Duration::from_secs(options.boot_timeout),
        object: Duration::from_secs(options.timeout),
        memory: options.memory,
    };
    let waiting = Mutex::new(images.iter().enumerate());
    let answers: Mutex<Vec<(usize, Result<Answer>)>> = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from).min(images.len());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().map(|mut waiting| waiting.next()).ok().flatten();
                    let Some((index, image)) = next else { break };
                    let answer = image.ask(asked, &limits);
                    if let Ok(mut answers) = answers.lock() {
                        answers.push((index, answer));
                    }
                }
            });
        }
    });
    let mut answers = answers.into_inner().map_err(|_| anyhow!("a thread failed"))?;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
