//! Real link lines to damage and to disturb: what clang, rustc and llvm-ar write.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    examples::Example,
    tools::{self, clang, kept, llvm_ar},
};

const PROGRAM: &str = r#"
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[1]; int (*max_entries)[64]; unsigned *key; struct value { long a; char b[12]; } *value; } table SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
volatile const unsigned limit = 7;
unsigned hits;
int helper(int, unsigned char *);
struct context { unsigned data, data_end, meta; };
static __attribute__((noinline)) int classify(unsigned key) {
  struct value *found = lookup(&table, &key);
  if (!found) return 0;
  switch (found->a) { case 1: return 3; case 5: return 9; case 17: return 2; default: return found->b[3]; }
}
SEC("xdp") int filter(struct context *context) {
  unsigned char *data = (unsigned char *)(long)context->data, *end = (unsigned char *)(long)context->data_end;
  if (data + 34 > end) return 2;
  hits += limit;
  for (int i = 0; i < 14; i++) if (data[i] == 0xff) return 1;
  return classify(data[23]) + helper(3, data) & 3;
}
char LICENSE[] SEC("license") = "GPL";
"#;

const LIBRARY: &str = "
struct pair { int first; struct pair *next; };
static const char names[4][3] = {\"ab\", \"cd\", \"ef\", \"gh\"};
int deeper(int n, unsigned char *from) { return names[n & 3][from[1] & 1] + (n > 4 ? from[2] : from[5]); }
int helper(int n, unsigned char *from) { return deeper(n + from[0], from) ^ 5; }
";

/// A link that works, some of whose files may be damaged.
pub struct Line {
    /// For messages.
    pub name: &'static str,
    /// Its words; `{n}` stands for file number n.
    pub words: Vec<String>,
    /// Its files.
    pub files: Vec<File>,
}

/// One input.
pub struct File {
    /// Path of the archive member.
    pub path: PathBuf,
    /// Contents.
    pub bytes: Vec<u8>,
    /// Weight of the choice, relative to the others of its line.
    pub weight: usize,
}

/// All lines.
pub fn lines() -> Vec<Line> {
    let folder = c_files();
    vec![
        c_line("bitcode", &folder, ["program.bc", "library.bc"]),
        c_line("archive", &folder, ["program.bc", "liblibrary.a"]),
        c_line("objects", &folder, ["program.o", "library.o"]),
        c_line("text", &folder, ["program.ll", "library.ll"]),
        firewall(),
    ]
}

/// A program in C and a library, as bitcode.
pub fn c_program() -> Line {
    c_line("bitcode", &c_files(), ["program.bc", "library.bc"])
}

fn c_line(name: &'static str, folder: &Path, files: [&str; 2]) -> Line {
    let words = ["--btf", "--cpu=v3", "{0}", "{1}"].map(str::to_owned).to_vec();
    Line { name, words, files: files.map(|name| File::read(&folder.join(name), 1)).into() }
}

/// The folder of the C files in every form. Tests that run side by side have one each.
fn c_files() -> PathBuf {
    let folder = kept("mutations").join(std::process::id().to_string());
    fs::create_dir_all(&folder).expect("a folder for tests takes folders");
    for (name, text) in [("program", PROGRAM), ("library", LIBRARY)] {
        let source = format!("{name}.c");
        fs::write(folder.join(&source), text).expect("a folder for tests takes files");
        let emit = |flags: &[&str], extension: &str| {
            // What is damaged must not depend on where the tests run.
            let always = ["-target", "bpf", "-O1", "-g", "-ffile-compilation-dir=/build", "-c"];
            let mut clang = Command::new(clang());
            clang.current_dir(&folder).args(always).args(flags).arg(&source);
            tools::run(clang.arg("-o").arg(format!("{name}.{extension}")));
        };
        emit(&["-emit-llvm"], "bc");
        emit(&["-emit-llvm", "-S"], "ll");
        emit(&["-Xclang", "-fembed-bitcode=all"], "o");
    }
    let archive = folder.join("liblibrary.a");
    tools::run(Command::new(llvm_ar()).arg("rcs").arg(archive).arg(folder.join("library.bc")));
    folder
}

/// Inputs that rustc passes for the firewall: a root object, the crate, and rlibs.
pub fn firewall() -> Line {
    let own = kept("mutations").join(std::process::id().to_string());
    let (folder, wrap) = (own.join("firewall"), own.join("wrap"));
    fs::create_dir_all(&wrap).expect("a folder for tests takes folders");
    let (linker, copies) = (tools::linker(), folder.display());
    let script = format!("#!/bin/sh\nexec '{}' --reproduce '{copies}' \"$@\"\n", linker.display());
    tools::write_script(&wrap.join("bpf-linker"), &script);
    Example::Firewall.usual().run_with(&wrap, &[]);
    let response = fs::read_to_string(folder.join("response")).expect("--reproduce writes it");
    let mut line = Line { name: "firewall", words: Vec::new(), files: Vec::new() };
    for word in response.lines().map(|line| line.trim().trim_matches('"')) {
        match word.split_once("inputs/") {
            Some((before, name)) => {
                line.words.push(format!("{before}{{{}}}", line.files.len()));
                let weight = if name.ends_with(".rlib") { 1 } else { 4 };
                line.files.push(File::read(&folder.join("inputs").join(name), weight));
            }
            None if word.starts_with("--output") => {}
            None => line.words.push(word.to_owned()),
        }
    }
    assert!(line.files.len() > 4, "{response}");
    line
}

impl File {
    fn read(path: &Path, weight: usize) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Self { path: path.to_owned(), bytes, weight }
    }

    /// Its name without folders.
    pub fn name(&self) -> &OsStr {
        self.path.file_name().expect("a file has a name")
    }
}

impl Line {
    /// The words; file number `damaged` is replaced by the one at `other`.
    pub fn words(&self, damaged: Option<(usize, &Path)>) -> Vec<String> {
        let path = |number: usize| match damaged {
            Some((which, other)) if which == number => other.display().to_string(),
            _ => self.files[number].path.display().to_string(),
        };
        let fill = |word: &String| {
            (0..self.files.len()).fold(word.clone(), |word, number| {
                word.replace(&format!("{{{number}}}"), &path(number))
            })
        };
        self.words.iter().map(fill).collect()
    }
}
