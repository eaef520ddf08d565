//! Command lines and the plans they give; no LLVM, no environment.
//!
//! Each `tests/library/driver/*.snap` holds rows: `$ argv` and below it what the plan has beyond the default one, or the
//! error. `> name: text` before a row writes a file into the row's folder, which `{}` stands for. Words are separated
//! by spaces and may be put in `'`; `\n`, `\t`, `\r`, `\\` and `\xHH` are escapes. `BLESS=1` rewrites the results.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use bpf_linker::{
    LinkPlan,
    internals::driver::{self, Invocation, PlanFormat, Request, print_plan},
};

macro_rules! snapshots {
    ($($name:ident),* $(,)?) => {
        const FILES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { check(stringify!($name)); })*
    };
}

snapshots!(dialects, errors, exports, foreign, incumbent, inputs, outputs, pages, response, rustc);

#[test]
fn the_table_is_long_and_complete() {
    let rows: usize = FILES
        .iter()
        .map(|name| read(name).lines().filter(|line| line.starts_with("$ ")).count())
        .sum();
    assert!(rows >= 150, "{rows} rows");
    let mut on_disk: Vec<_> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    on_disk.sort();
    let listed: Vec<_> = FILES.iter().map(|name| path(name)).collect();
    assert_eq!(on_disk, listed);
}

#[test]
fn json_names_every_field_and_path() {
    let argv = [
        "bpf-linker",
        "--btf",
        "--cpu=v3",
        "--target=bpfeb",
        "-o",
        "out",
        "--emit=obj,asm=-",
        "-lx",
        "--export=a",
    ];
    let mut argv: Vec<OsString> = argv.iter().map(Into::into).collect();
    argv.push(OsString::from_vec(b"\xff.bc".to_vec()));
    let Request::Link(plan) = driver::parse(argv).unwrap().request else { panic!("no link") };
    let plan: serde_json::Value =
        serde_json::from_str(&print_plan(&plan, PlanFormat::Json)).unwrap();
    assert_eq!(plan["schema"], driver::PLAN_SCHEMA);
    assert_eq!(
        plan["inputs"][0],
        serde_json::json!({"kind": "library", "name": "x", "members": "needed"})
    );
    assert_eq!(plan["inputs"][1]["name"]["bytes"], serde_json::json!(b"\xff.bc"));
    assert_eq!(plan["target"], serde_json::json!({"triple": "bpfeb", "endian": "big"}));
    assert_eq!(plan["outputs"][1], serde_json::json!({"kind": "asm", "to": "stdout"}));
    let schema =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan-schema.md"))
            .unwrap();
    for name in fields(&plan) {
        assert!(
            schema.contains(&format!("`{name}`")),
            "docs/plan-schema.md does not describe {name}"
        );
    }
}

#[test]
fn a_plan_prints_alike_each_time() {
    let argv =
        || ["bpf-linker", "a.o", "-oout", "--export=b,a", "-Lx"].iter().map(Into::into).collect();
    assert_eq!(driver::parse(argv()).unwrap(), driver::parse(argv()).unwrap());
}

#[test]
fn a_response_file_of_ten_megabytes_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("args");
    let line = "/a/path\\ with/some\\ spaces/input.o\n";
    let count = (10 << 20) / line.len();
    fs::write(&file, format!("-o\nout\n{}", line.repeat(count))).unwrap();
    let argument = [OsStr::new("@"), file.as_os_str()].concat_os();
    let Request::Link(plan) = driver::parse(vec!["bpf-linker".into(), argument]).unwrap().request
    else {
        panic!("no link")
    };
    assert_eq!(plan.inputs.len(), count);
}

#[test]
fn response_files_that_multiply_are_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let name = |level: usize| dir.path().join(format!("level{level}"));
    fs::write(name(30), "x".repeat(1 << 20)).unwrap();
    for level in 0..30 {
        let next = format!("@{}\n", name(level + 1).display());
        fs::write(name(level), next.repeat(2)).unwrap();
    }
    let argument = [OsStr::new("@"), name(0).as_os_str()].concat_os();
    let error = driver::parse(vec!["bpf-linker".into(), argument]).unwrap_err();
    assert!(error.to_string().contains("response files hold more than 64 MiB"), "{error}");
}

trait ConcatOs {
    fn concat_os(&self) -> OsString;
}

impl ConcatOs for [&OsStr] {
    fn concat_os(&self) -> OsString {
        self.iter().copied().collect()
    }
}

fn fields(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| std::iter::once(name.as_str()).chain(fields(value)))
            .collect(),
        serde_json::Value::Array(items) => items.iter().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/library/driver")
}

fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.snap"))
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// Renders the whole file again and compares, or rewrites it.
fn check(name: &str) {
    let old = read(name);
    let new = render(&old);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), new).unwrap();
        return;
    }
    let (old, new) = (by_row(&old), by_row(&new));
    for (row, result) in &new {
        assert_eq!(
            old.get(row).map(String::as_str),
            Some(result.as_str()),
            "\n{row}\nBLESS=1 accepts the change"
        );
    }
}

fn by_row(text: &str) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    let mut row = String::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("$ ") {
            row = format!("{line} (row {})", rows.len() + 1);
            rows.insert(row.clone(), String::new());
        } else if let Some(result) = rows.get_mut(&row) {
            result.push_str(&format!("{line}\n"));
        } else {
            assert!(number < 20, "no row within 20 lines");
        }
    }
    rows
}

fn render(text: &str) -> String {
    let mut out = String::new();
    let mut files = Vec::new();
    let mut skipping = false;
    for line in text.lines() {
        if let Some(file) = line.strip_prefix("> ") {
            files.push(file.split_once(": ").expect("a file's line is `> name: text`"));
        } else if let Some(argv) = line.strip_prefix("$ ") {
            out.push_str(&format!("{line}\n{}", run(argv, &std::mem::take(&mut files))));
            skipping = true;
            continue;
        } else if line.is_empty() {
            skipping = false;
        }
        if !skipping {
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

fn run(argv: &str, files: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path().to_str().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), unescape(&text.replace("{}", here)).as_bytes()).unwrap();
    }
    let argv = split(&argv.replace("{}", here)).into_iter().collect();
    let result = match driver::parse(argv) {
        Ok(invocation) => describe(&invocation),
        Err(error) => {
            assert_eq!(error.kind(), bpf_linker::ErrorKind::Usage);
            format!("{error}\n")
        }
    };
    result.replace(here, "{}")
}

fn describe(invocation: &Invocation) -> String {
    let mut text = match &invocation.request {
        Request::Link(plan) => facts(plan),
        Request::PrintPlan { plan, format } => {
            format!("print the plan, {format:?}\n{}", facts(plan))
        }
        Request::PrintLlvm(plan) => format!("print libLLVM\n{}", facts(plan)),
        Request::Version { detail, plan } => {
            format!("print the version, {detail:?}\n{}", facts(plan))
        }
        Request::Print(page) => {
            let first = page.plain.lines().next().unwrap_or_default();
            format!("print a page: {first}\n")
        }
    };
    if let Some(file) = &invocation.logging.file {
        text.push_str(&format!("log to {}\n", file.display()));
    }
    if let Some(level) = invocation.logging.level {
        text.push_str(&format!("log level {level}\n"));
    }
    invocation.notes.iter().for_each(|note| text.push_str(&format!("note: {note}\n")));
    invocation.notices.iter().for_each(|notice| text.push_str(&format!("notice: {notice}\n")));
    text
}

/// Returns the difference between `plan` and the default plan.
fn facts(plan: &LinkPlan) -> String {
    let usual = print_plan(&LinkPlan::default(), PlanFormat::Human);
    let all = print_plan(plan, PlanFormat::Human);
    let lines = all.lines().filter(|line| !usual.lines().any(|usual| usual == *line));
    lines.map(|line| format!("{line}\n")).collect()
}

fn split(line: &str) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut current: Option<String> = None;
    let mut quoted = false;
    for char in line.chars() {
        match char {
            '\'' => {
                quoted = !quoted;
                current.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(current.take()),
            char => current.get_or_insert_default().push(char),
        }
    }
    words.extend(current);
    words.iter().map(|word| unescape(word)).collect()
}

fn unescape(text: &str) -> OsString {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'\\', [b'x', high, low, tail @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                tail
            }
            (b'\\', [escaped, tail @ ..]) => {
                bytes.push(match escaped {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    other => *other,
                });
                tail
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    OsString::from_vec(bytes)
}
