//! Carries out a fixture.

use std::{fs, path::Path, process::Command};

use super::{
    fixture::{Action, Fixture, Link, Part},
    lab::{Lab, output_of, start},
    pattern::Pattern,
    view::Said,
    whole,
};

/// Carries out `fixture` in a folder of its own.
///
/// # Errors
/// What did not come out as it says, with the line of the directive and what was seen instead.
pub fn run(fixture: &Fixture, lab: &Lab) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut run = Run::start(fixture, lab, folder.path())?;
    fixture.steps.iter().enumerate().try_for_each(|(index, step)| {
        let looks_at_stderr = fixture.steps[index + 1..]
            .iter()
            .take_while(|later| !matches!(later.action, Action::Link(_) | Action::Run(_)))
            .any(|later| matches!(&later.action, Action::View(view) if view.is_of_stderr()));
        let stderr = if looks_at_stderr { Stderr::Viewed } else { Stderr::MessagesOnly };
        run.step(&step.action, stderr).map_err(|problem| format!("line {}: {problem}", step.line))
    })
}

/// Patterns for standard error that are allowed after a success.
#[derive(Clone, Copy)]
enum Stderr {
    /// Only the messages that the fixture names.
    MessagesOnly,
    /// Anything: the fixture looks at it itself.
    Viewed,
}

struct Run<'run> {
    lab: &'run Lab,
    folder: &'run Path,
    this: String,
    out: String,
    env: Vec<(String, String)>,
    said: Said,
    lines: Option<Vec<String>>,
    next: usize,
}

impl<'run> Run<'run> {
    fn start(fixture: &Fixture, lab: &'run Lab, folder: &'run Path) -> Result<Self, String> {
        for part in &fixture.parts {
            let path = folder.join(&part.name);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, &part.text))
                .map_err(|error| error.to_string())?;
        }
        let this = compile(&fixture.parts[fixture.this], &fixture.compile, lab, folder)?;
        let (out, said) = ("out.o".to_owned(), Said::default());
        Ok(Self { lab, folder, this, out, env: Vec::new(), said, lines: None, next: 0 })
    }

    fn step(&mut self, action: &Action, stderr: Stderr) -> Result<(), String> {
        match action {
            Action::Run(script) => self.shell(script),
            Action::Env(name, value) => {
                self.env.push((name.clone(), self.substitute(value)));
                Ok(())
            }
            Action::Link(link) => self.link(link, stderr),
            Action::View(view) => {
                self.lines = Some(view.lines(self.lab, self.folder, &self.out, &self.said)?);
                self.next = 0;
                Ok(())
            }
            Action::Expect(pattern) => self.expect(pattern),
            Action::ExpectNext(pattern) => self.expect_next(pattern),
            Action::Reject(pattern) => self.count(0, pattern),
            Action::Count(number, pattern) => self.count(*number, pattern),
        }
    }

    fn shell(&mut self, script: &str) -> Result<(), String> {
        let script = self.substitute(script);
        let output = output_of(self.lab.shell(&script, self.folder).envs(self.llvm()))?;
        self.hear(&output);
        Ok(())
    }

    fn link(&mut self, link: &Link, stderr: Stderr) -> Result<(), String> {
        let mut command = Command::new(&self.lab.linker);
        command.current_dir(self.folder).env_remove("RUST_LOG").env("NO_COLOR", "1");
        command.envs(self.llvm()).envs(self.env.drain(..));
        command.args(self.arguments(&link.args));
        let output = start(&mut command)?;
        self.hear(&output);
        let complaint = judge(link, output.status.code(), &self.said.stderr, stderr);
        complaint.map_err(|problem| {
            format!("{problem}\n  by {command:?}\n{}{}", self.said.stdout, self.said.stderr)
        })?;
        if link.exit_code != 0 {
            return Ok(());
        }
        let args: Vec<_> = link.args.iter().map(|word| self.substitute(word)).collect();
        whole::check(self.lab, self.folder, &args, &self.out)
    }

    fn llvm(&self) -> Option<(&'static str, &'run Path)> {
        self.lab.llvm.as_deref().map(|llvm| ("BPF_LINKER_LLVM", llvm))
    }

    fn arguments(&mut self, args: &[String]) -> Vec<String> {
        let mut words: Vec<String> = args.iter().map(|word| self.substitute(word)).collect();
        match words.iter().position(|word| word == "-o" || word == "--output") {
            Some(index) => self.out = words.get(index + 1).cloned().unwrap_or_default(),
            None => {
                self.out = "out.o".to_owned();
                words.extend(["-o".to_owned(), self.out.clone()]);
            }
        }
        words
    }

    fn substitute(&self, text: &str) -> String {
        text.replace("{this}", &self.this)
            .replace("{out}", &self.out)
            .replace("{dir}", &self.folder.display().to_string())
            .replace("{linker}", &self.lab.linker.display().to_string())
    }

    fn hear(&mut self, output: &std::process::Output) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.said = Said { stdout: text(&output.stdout), stderr: text(&output.stderr) };
        self.lines = None;
    }

    fn expect(&mut self, pattern: &Pattern) -> Result<(), String> {
        let (lines, next) = (self.viewed()?, self.next);
        let found = lines.iter().skip(next).position(|line| pattern.fits(line));
        let found = found.ok_or_else(|| not_there(pattern, lines, next))?;
        self.next += found + 1;
        Ok(())
    }

    fn expect_next(&mut self, pattern: &Pattern) -> Result<(), String> {
        let (lines, next) = (self.viewed()?, self.next);
        match lines.get(next) {
            Some(line) if pattern.fits(line) => {
                self.next += 1;
                Ok(())
            }
            _ => Err(not_there(pattern, lines, next)),
        }
    }

    fn count(&self, number: usize, pattern: &Pattern) -> Result<(), String> {
        let lines = self.viewed()?;
        let found = lines.iter().filter(|line| pattern.fits(line)).count();
        if found == number {
            return Ok(());
        }
        Err(format!("{number} lines should hold `{pattern}`, {found} do:\n{}", lines.join("\n")))
    }

    fn viewed(&self) -> Result<&[String], String> {
        self.lines.as_deref().ok_or_else(|| "there is no `view:` before this".to_owned())
    }
}

fn not_there(pattern: &Pattern, lines: &[String], next: usize) -> String {
    let (before, after) = lines.split_at(next.min(lines.len()));
    format!(
        "`{pattern}` is not there:\n{}\n>>> searched from here\n{}",
        before.join("\n"),
        after.join("\n")
    )
}

/// Returns an error unless a link ended as the fixture says.
fn judge(link: &Link, code: Option<i32>, stderr: &str, allowed: Stderr) -> Result<(), String> {
    if code != Some(link.exit_code) {
        return Err(format!("the exit code should be {}, not {code:?}", link.exit_code));
    }
    let says = |message: &String| {
        let lines = stderr.lines().map(str::trim_start);
        // Of `= help: ...` the mark says nothing.
        lines.map(|line| line.trim_start_matches("= ")).any(|line| line.starts_with(message))
    };
    if let Some(silent) = link.messages.iter().find(|message| !says(message)) {
        return Err(format!("it should say `{silent}`"));
    }
    match allowed {
        Stderr::MessagesOnly if link.messages.is_empty() && !stderr.is_empty() => {
            Err("it should say nothing".to_owned())
        }
        _ => Ok(()),
    }
}

/// Compiles a `.c` or `.rs` fixture to bitcode; the file that stands for `{this}`.
fn compile(part: &Part, flags: &[String], lab: &Lab, folder: &Path) -> Result<String, String> {
    let output = "this.bc";
    let mut command = match part.name.rsplit_once('.') {
        Some((_, "c")) => lab.clang(folder),
        Some((_, "rs")) => Command::new("/usr/bin/rustc"),
        _ => return Ok(part.name.clone()),
    };
    if part.name.ends_with(".c") {
        command.args(["-target", "bpf", "-O2", "-g", "-emit-llvm", "-c"]);
    } else {
        command.args([
            "--target=bpfel-unknown-none",
            "--crate-type=rlib",
            "--emit=llvm-bc",
            "-Copt-level=2",
        ]);
    }
    output_of(command.args(flags).args([part.name.as_str(), "-o", output]).current_dir(folder))?;
    Ok(output.to_owned())
}
