//! Views of a fixture: messages of the linker, a file, or what LLVM's own tools read from one.
//!
//! - `stdout`, `stderr`: of the last link or command;
//! - `text`: a file as it is; `files`: the names of all files, sorted;
//! - `ir`: bitcode or textual IR that LLVM reads and finds valid;
//! - `asm`: assembly that LLVM assembles;
//! - `disasm [SYMBOL]`: the instructions of an object, or of one symbol of it, without offsets;
//! - `symbols`: the symbol table, sorted by name; `sections`, `header`, `relocations`: of an object;
//! - `btf`: its `.BTF` as bpftool reads it.
//!
//! All but the first two look at the link's output, or at the file named by `in FILE`.

use std::{fs, path::Path, process::Command};

use super::lab::{LLVM_MAJOR, Lab, output_of};

/// Subject of the view.
pub struct View {
    kind: Kind,
    symbol: Option<String>,
    file: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stdout,
    Stderr,
    Text,
    Files,
    Ir,
    Assembly,
    Disassembly,
    Symbols,
    Sections,
    Header,
    Relocations,
    Btf,
}

const KINDS: [(&str, Kind); 12] = [
    ("stdout", Kind::Stdout),
    ("stderr", Kind::Stderr),
    ("text", Kind::Text),
    ("files", Kind::Files),
    ("ir", Kind::Ir),
    ("asm", Kind::Assembly),
    ("disasm", Kind::Disassembly),
    ("symbols", Kind::Symbols),
    ("sections", Kind::Sections),
    ("header", Kind::Header),
    ("relocations", Kind::Relocations),
    ("btf", Kind::Btf),
];

/// Output of the last link or command.
#[derive(Default)]
pub struct Said {
    /// On standard output.
    pub stdout: String,
    /// On standard error.
    pub stderr: String,
}

impl View {
    /// Parses `WHAT [SYMBOL] [in FILE]`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (what, file) = match text.split_once(" in ") {
            Some((what, file)) => (what, Some(file.trim().to_owned())),
            None => (text, None),
        };
        let (word, symbol) = match what.split_once(' ') {
            Some((word, symbol)) => (word, Some(symbol.trim().to_owned())),
            None => (what, None),
        };
        let named = KINDS.iter().find(|(name, _)| *name == word);
        let kind = named.ok_or_else(|| format!("no view is called `{word}`"))?.1;
        if symbol.is_some() && kind != Kind::Disassembly {
            return Err(format!("`{word}` looks at a whole file, not at a symbol"));
        }
        Ok(Self { kind, symbol, file })
    }

    /// Returns true if the view shows standard error.
    pub fn is_of_stderr(&self) -> bool {
        self.kind == Kind::Stderr
    }

    /// The lines it shows, with single spaces for white space and none at the ends.
    pub fn lines(
        &self,
        lab: &Lab,
        folder: &Path,
        out: &str,
        said: &Said,
    ) -> Result<Vec<String>, String> {
        let file = self.file.as_deref().unwrap_or(out);
        let text = self.text(lab, folder, file, said)?;
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        lines.retain(|line| !line.is_empty());
        if matches!(self.kind, Kind::Symbols) {
            lines.sort_by(|a, b| a.rsplit(' ').next().cmp(&b.rsplit(' ').next()));
        }
        Ok(lines)
    }

    fn text(&self, lab: &Lab, folder: &Path, file: &str, said: &Said) -> Result<String, String> {
        let tool = |name: &str, args: &[&str]| stdout_of(lab.tool(name, folder).args(args));
        match self.kind {
            Kind::Stdout => Ok(said.stdout.clone()),
            Kind::Stderr => Ok(said.stderr.clone()),
            Kind::Text => {
                fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))
            }
            Kind::Files => {
                stdout_of(&mut lab.shell("find . -type f | sed 's,^./,,' | LC_ALL=C sort", folder))
            }
            // Text of a newer LLVM than the tools' is taken as it is.
            Kind::Ir if lab.llvm_major > LLVM_MAJOR && file.ends_with(".ll") => {
                fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))
            }
            Kind::Ir => tool("opt", &["-passes=verify", "-S", file, "-o", "-"]),
            Kind::Assembly => {
                tool(
                    "llvm-mc",
                    &["-triple=bpf", "-mcpu=v4", "-filetype=obj", file, "-o", "/dev/null"],
                )?;
                fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))
            }
            Kind::Disassembly => self.disassembly(lab, folder, file),
            Kind::Symbols => tool("llvm-objdump", &["--syms", file]),
            Kind::Sections => tool("llvm-readelf", &["--sections", "--wide", file]),
            Kind::Header => tool("llvm-readelf", &["--file-header", file]),
            Kind::Relocations => tool("llvm-readelf", &["--relocs", "--wide", file]),
            Kind::Btf => stdout_of(
                Command::new("bpftool").args(["btf", "dump", "file", file]).current_dir(folder),
            ),
        }
    }

    fn disassembly(&self, lab: &Lab, folder: &Path, file: &str) -> Result<String, String> {
        let mut command = lab.tool("llvm-objdump", folder);
        command.args(["--mcpu=v4", "--no-show-raw-insn", "--no-leading-addr", "--reloc"]);
        match &self.symbol {
            Some(symbol) => command.arg(format!("--disassemble-symbols={symbol}")),
            None => command.arg("--disassemble"),
        };
        let text = stdout_of(command.arg(file))?;
        match &self.symbol {
            Some(symbol) if !text.contains(&format!("<{symbol}>:")) => {
                Err(format!("{file} has no code of {symbol}"))
            }
            _ => Ok(text),
        }
    }
}

fn stdout_of(command: &mut Command) -> Result<String, String> {
    let output = output_of(command)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
