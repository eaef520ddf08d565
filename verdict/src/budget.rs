//! Budgets: a limit on verified instructions, and a baseline that later runs are compared with.
//!
//! A baseline holds what each program cost on each kernel: verified instructions, states, stack and size. Kernels are
//! named by their series, so that an update of a stable kernel is compared with its predecessor, and objects by their
//! file names, so that a checkout elsewhere is. Time is not in it, because it differs from run to run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{judge::Verdict, machine::Answer, outcome::Program};

/// Version of the form of a baseline; it increases when a field changes its meaning or is removed.
const SCHEMA: u64 = 1;

/// Names of the figures, in JSON and in messages.
const FIGURES: [(&str, &str); 4] = [
    ("verified", "verified instructions"),
    ("states", "states"),
    ("stack", "bytes of stack"),
    ("size", "bytes of instructions"),
];

/// The weight of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// The run is not good.
    #[default]
    Error,
    /// A message only.
    Warning,
}

/// Limits on the cost of programs.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// The most instructions that the verifier may go through for one program.
    pub limit: Option<u32>,
    /// Figures of an earlier run.
    pub baseline: Option<Baseline>,
    /// The growth over the baseline that is allowed, in percent.
    pub growth: u32,
    /// The weight of more growth.
    pub level: Level,
}

/// A program that costs too much, or one that cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its weight.
    pub level: Level,
    /// The program and the kernel.
    pub subject: Key,
    /// The fact, in words.
    pub message: String,
}

/// A program on a kernel, through a loader.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The series of the kernel, such as `6.1`.
    pub kernel: String,
    /// The file name of the object.
    pub object: String,
    /// The loader.
    pub loader: String,
    /// The symbol of the program.
    pub program: String,
}

/// The figures of an earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Key, [Option<u64>; 4]>);

impl Level {
    /// Returns the word that messages begin with.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Finding {
    /// Returns it as a line of text.
    #[must_use]
    pub fn text(&self) -> String {
        let Key { kernel, object, loader, program } = &self.subject;
        let (level, message) = (self.level.name(), &self.message);
        format!("{level}: {object}: {program} on {kernel} by {loader}: {message}")
    }

    /// Returns it as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut value = self.subject.json();
        value["level"] = json!(self.level.name());
        value["message"] = json!(self.message);
        value
    }
}

impl Key {
    fn json(&self) -> Value {
        json!({
            "kernel": self.kernel,
            "object": self.object,
            "loader": self.loader,
            "program": self.program,
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(value[name].as_str()?.to_owned());
        Some(Self {
            kernel: text("kernel")?,
            object: text("object")?,
            loader: text("loader")?,
            program: text("program")?,
        })
    }
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// There is no file, or it is no baseline of this version.
    pub fn read(file: &Path) -> Result<Self> {
        match Self::read_if_there(file)? {
            Some(baseline) => Ok(baseline),
            None => bail!("there is no baseline {}; --update-baseline writes it", file.display()),
        }
    }

    /// Reads a baseline if the file exists.
    ///
    /// # Errors
    /// The file cannot be read, or is no baseline of this version.
    pub fn read_if_there(file: &Path) -> Result<Option<Self>> {
        match fs::read_to_string(file) {
            Ok(text) => {
                Self::parse(&text).map(Some).with_context(|| format!("baseline {}", file.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)
            .context("it is no JSON; remove it, and write it again by --update-baseline")?;
        match value["schema"].as_u64() {
            Some(SCHEMA) => {}
            Some(other) => bail!(
                "its schema is {other}, and this bpf-verdict reads {SCHEMA}; remove it, and write it again by \
                 --update-baseline"
            ),
            None => bail!(
                "it has no schema; is it a file of --json? --update-baseline writes a baseline"
            ),
        }
        let rows = value["programs"].as_array().context("it has no list `programs`")?;
        let rows = rows.iter().enumerate().map(|(number, row)| {
            let key = Key::from_json(row).with_context(|| {
                format!("programs[{number}] lacks kernel, object, loader or program")
            })?;
            Ok((key, FIGURES.map(|(name, _)| row[name].as_u64())))
        });
        Ok(Self(rows.collect::<Result<_>>()?))
    }

    /// Returns the figures of all programs of a run.
    ///
    /// # Errors
    /// Two kernels are of one series, or two objects have one name.
    pub fn of(answers: &[Answer]) -> Result<Self> {
        let mut kernels = BTreeSet::new();
        let mut objects: BTreeMap<String, &Path> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for answer in answers {
            let kernel = series(&answer.release);
            if !kernels.insert(kernel.clone()) {
                bail!(
                    "two kernels of series {kernel}: a baseline tells kernels apart by series, ask one of them"
                );
            }
            for verdict in &answer.verdicts {
                let object = file_name(verdict);
                let known = *objects.entry(object.clone()).or_insert(&verdict.object);
                if known != verdict.object {
                    bail!(
                        "two objects are named {object}: a baseline tells objects apart by file name"
                    );
                }
                for program in &verdict.loaded.programs {
                    rows.insert(key(&kernel, verdict, program), figures(program));
                }
            }
        }
        Ok(Self(rows))
    }

    /// Writes the figures of a run into `file`. Rows for kernels, loaders and objects that the run did not ask about
    /// stay.
    ///
    /// # Errors
    /// Something was refused, so that there are no figures; or the file cannot be read or written.
    pub fn update(file: &Path, answers: &[Answer]) -> Result<()> {
        if let Some(verdict) = verdicts(answers).find(|(_, verdict)| !verdict.loaded.is_good()) {
            let (answer, object) = (verdict.0, verdict.1.object.display());
            bail!("the baseline stays as it was: kernel {} refuses {object}", answer.release);
        }
        let new = Self::of(answers)?;
        let mut all = Self::read_if_there(file)?.unwrap_or_default();
        let asked = asked(answers);
        all.0.retain(|key, _| !asked.contains(&of_object(key)));
        all.0.extend(new.0);
        write(file, &all.text()).with_context(|| format!("cannot write {}", file.display()))
    }

    fn text(&self) -> String {
        let rows = self.0.iter().map(|(key, figures)| {
            let mut row = key.json();
            for ((name, _), figure) in FIGURES.iter().zip(figures) {
                row[name] = json!(figure);
            }
            row
        });
        let value = json!({ "schema": SCHEMA, "programs": rows.collect::<Vec<_>>() });
        format!("{value:#}\n")
    }
}

impl Budget {
    /// Compares the answers with the budget.
    ///
    /// # Errors
    /// The answers cannot be compared with a baseline.
    pub fn check(&self, answers: &[Answer]) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for (answer, verdict) in verdicts(answers) {
            for program in &verdict.loaded.programs {
                let (Some(limit), Some(verified)) = (self.limit, program.verified) else {
                    continue;
                };
                if verified > limit {
                    findings.push(Finding {
                        level: Level::Error,
                        subject: key(&series(&answer.release), verdict, program),
                        message: format!(
                            "{verified} verified instructions, and {limit} are allowed"
                        ),
                    });
                }
            }
        }
        if let Some(baseline) = &self.baseline {
            findings.extend(self.compare(baseline, &Baseline::of(answers)?, &asked(answers)));
        }
        Ok(findings)
    }

    fn compare(
        &self,
        before: &Baseline,
        now: &Baseline,
        asked: &BTreeSet<[String; 3]>,
    ) -> Vec<Finding> {
        let warning = |key: &Key, message: &str| Finding {
            level: Level::Warning,
            subject: key.clone(),
            message: format!("{message}; --update-baseline takes note"),
        };
        let mut findings = Vec::new();
        for (key, figures) in &now.0 {
            let Some(former) = before.0.get(key) else {
                findings.push(warning(key, "not in the baseline"));
                continue;
            };
            for (((_, what), &was), &is) in FIGURES.iter().zip(former).zip(figures) {
                let Some((was, is)) = was.zip(is) else { continue };
                if exceeds(was, is, self.growth) {
                    findings.push(Finding {
                        level: self.level,
                        subject: key.clone(),
                        message: format!(
                            "{is} {what}, {was} in the baseline: {} % more are allowed",
                            self.growth
                        ),
                    });
                }
            }
        }
        let gone = before.0.keys().filter(|key| asked.contains(&of_object(key)));
        let gone = gone.filter(|key| !now.0.contains_key(key));
        findings.extend(gone.map(|key| warning(key, "in the baseline, but gone from the object")));
        findings
    }
}

/// Returns true if `is` is more than `was` by more than `percent`.
fn exceeds(was: u64, is: u64, percent: u32) -> bool {
    u128::from(is) * 100 > u128::from(was) * (100 + u128::from(percent))
}

fn verdicts(answers: &[Answer]) -> impl Iterator<Item = (&Answer, &Verdict)> {
    answers.iter().flat_map(|answer| answer.verdicts.iter().map(move |verdict| (answer, verdict)))
}

/// Returns kernel, object and loader of everything that was asked.
fn asked(answers: &[Answer]) -> BTreeSet<[String; 3]> {
    let of = |(answer, verdict): (&Answer, &Verdict)| {
        [series(&answer.release), file_name(verdict), verdict.loader.name().to_owned()]
    };
    verdicts(answers).map(of).collect()
}

fn of_object(key: &Key) -> [String; 3] {
    [key.kernel.clone(), key.object.clone(), key.loader.clone()]
}

fn key(kernel: &str, verdict: &Verdict, program: &Program) -> Key {
    Key {
        kernel: kernel.to_owned(),
        object: file_name(verdict),
        loader: verdict.loader.name().to_owned(),
        program: program.name.clone(),
    }
}

fn file_name(verdict: &Verdict) -> String {
    verdict.object.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns `6.1` of `6.1.0-35-cloud-amd64`.
fn series(release: &str) -> String {
    release.split(['.', '-', '+']).take(2).collect::<Vec<_>>().join(".")
}

fn figures(program: &Program) -> [Option<u64>; 4] {
    let states = program.states.map(|[total, _]| total);
    [program.verified, states, program.stack, program.size].map(|it| it.map(u64::from))
}

/// Replaces the file as a whole.
fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder: PathBuf = folder.unwrap_or(Path::new(".")).to_owned();
    let mut beside = tempfile::Builder::new().prefix(".bpf-verdict-").tempfile_in(folder)?;
    beside.write_all(text.as_bytes())?;
    let permissions = fs::metadata(file).map(|former| former.permissions());
    if let Ok(permissions) = permissions {
        beside.as_file().set_permissions(permissions)?;
    }
    beside.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{object::Loader, outcome::Loaded};

    fn answer(release: &str, object: &str, programs: &[(&str, u32)]) -> Answer {
        let programs = programs.iter().map(|&(name, verified)| Program {
            verified: Some(verified),
            size: Some(16),
            ..Program::new(name, "Xdp")
        });
        let loaded = Loaded { error: None, programs: programs.collect() };
        let verdict = Verdict { object: object.into(), loader: Loader::Libbpf, loaded };
        Answer { release: release.to_owned(), notes: Vec::new(), verdicts: vec![verdict] }
    }

    fn check(file: &Path, answers: &[Answer], level: Level) -> Vec<String> {
        let baseline = Some(Baseline::read(file).expect("a baseline"));
        let budget = Budget { limit: Some(500), baseline, growth: 10, level };
        budget.check(answers).expect("a comparison").iter().map(Finding::text).collect()
    }

    #[test]
    fn growth_beyond_the_share_is_told_by_program_and_kernel() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("baseline.json");
        let before = [
            answer("5.10.0-35", "a/prog.o", &[("one", 100), ("two", 100)]),
            answer("6.1.0-40", "a/prog.o", &[("one", 100), ("two", 100)]),
        ];
        Baseline::update(&file, &before).expect("a new file");
        let first = fs::read_to_string(&file).expect("the file");
        assert_eq!(check(&file, &before, Level::Error), [""; 0]);
        // A run that asks less leaves the rest alone.
        Baseline::update(&file, &before[1..]).expect("a file");
        assert_eq!(fs::read_to_string(&file).expect("the file"), first);
        let now = [answer("6.1.0-41", "b/prog.o", &[("one", 111), ("three", 501)])];
        let expected = [
            "error: prog.o: three on 6.1 by libbpf: 501 verified instructions, and 500 are allowed",
            "warning: prog.o: one on 6.1 by libbpf: 111 verified instructions, 100 in the baseline: 10 % more are allowed",
            "warning: prog.o: three on 6.1 by libbpf: not in the baseline; --update-baseline takes note",
            "warning: prog.o: two on 6.1 by libbpf: in the baseline, but gone from the object; --update-baseline takes \
             note",
        ];
        assert_eq!(check(&file, &now, Level::Warning), expected);
        assert!(check(&file, &now, Level::Error)[1].starts_with("error: "));
        let [less] = [answer("6.1.0-41", "b/prog.o", &[("one", 110), ("two", 1)])];
        assert_eq!(check(&file, &[less], Level::Error), [""; 0]);
    }

    #[test]
    fn what_is_no_baseline_is_refused_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("baseline.json");
        let said = |text: &str| {
            fs::write(&file, text).expect("a file");
            let error = Baseline::update(&file, &[answer("6.1", "prog.o", &[])]).expect_err(text);
            assert_eq!(fs::read_to_string(&file).expect("the file"), text);
            format!("{error:#}")
        };
        let missing = format!("{:#}", Baseline::read(&file).expect_err("no file"));
        assert!(missing.contains("--update-baseline writes it"), "{missing}");
        assert!(said("{").contains("it is no JSON"));
        assert!(said("{}").contains("it has no schema"));
        assert!(said(r#"{ "schema": 2 }"#).contains("its schema is 2"));
        assert!(said(r#"{ "schema": 1 }"#).contains("no list `programs`"));
        assert!(said(r#"{ "schema": 1, "programs": [3] }"#).contains("programs[0] lacks kernel"));
    }

    #[test]
    fn what_a_baseline_cannot_tell_apart_is_an_error() {
        let twice = [answer("6.1.1", "a.o", &[]), answer("6.1.2", "a.o", &[])];
        assert!(Baseline::of(&twice).expect_err("one series").to_string().contains("series 6.1"));
        let mut both = answer("6.1", "a/x.o", &[]);
        both.verdicts.extend(answer("6.1", "b/x.o", &[]).verdicts);
        assert!(Baseline::of(&[both]).expect_err("one name").to_string().contains("named x.o"));
    }
}
