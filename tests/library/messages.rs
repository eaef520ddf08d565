//! The forms of messages: what tools and people read from the command.

use std::{fs, path::Path, process::Command};

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

const FLOATS: &str = "\
int half(int x) {
  double wide = x;
  return wide * 0.5;
}
__attribute__((section(\"xdp\"))) int entry(int *x) {
  return half(*x);
}
";

fn said(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bpf-linker"))
        .args(words)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CARGO_TERM_COLOR")
        .output()
        .expect("the linker");
    String::from_utf8(output.stderr).expect("text")
}

fn with_floats() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("float.c"), FLOATS).expect("a source");
    let clang = "/usr/lib/llvm-22/bin/clang";
    let status = Command::new(clang)
        .args(["-target", "bpf", "-O2", "-g", "-emit-llvm", "-c", "float.c", "-o", "float.bc"])
        .current_dir(folder.path())
        .status()
        .unwrap_or_else(|error| panic!("{clang}: {error}; ci/install-tools.sh installs it"));
    assert!(status.success());
    folder
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn json_is_rustcs_and_names_the_place() {
    let folder = with_floats();
    let text = said(folder.path(), &["--error-format=json", "float.bc", "-o", "x.o"]);
    let all = diagnostics(&text);
    let first = all.first().expect("a diagnostic");
    assert_eq!(first.level, DiagnosticLevel::Error);
    assert!(first.message.contains("computes with floating point"), "{}", first.message);
    let [span] = first.spans.as_slice() else { panic!("{:?}", first.spans) };
    assert!(span.file_name.ends_with("float.c") && span.is_primary, "{span:?}");
    assert!([2, 3].contains(&span.line_start), "{span:?}");
    assert!(first.rendered.as_ref().is_some_and(|text| text.starts_with("error: ")));
    assert!(first.children.iter().any(|child| child.level == DiagnosticLevel::Help));
}

#[test]
fn warnings_have_a_code_and_usage_errors_are_json() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("empty.ll"), "target triple = \"bpfel\"\n").expect("a source");
    let words = ["--error-format", "json", "--build-id", "empty.ll", "-o", "x.o"];
    let all = diagnostics(&said(folder.path(), &words));
    let codes = all.iter().filter_map(|one| one.code.as_ref()).map(|code| code.code.as_str());
    assert_eq!(codes.collect::<Vec<_>>(), ["empty-input", "empty-output"]);
    assert_eq!(all.first().map(|one| one.level), Some(DiagnosticLevel::Note));
    let all = diagnostics(&said(folder.path(), &["--error-format=json", "--nonsense"]));
    assert_eq!(all.first().map(|one| one.message.as_str()), Some("unknown option `--nonsense`"));
}

#[test]
fn short_messages_are_one_line_with_their_place() {
    let folder = with_floats();
    let text = said(folder.path(), &["--error-format=short", "float.bc", "-o", "x.o"]);
    let first = text.lines().next().unwrap_or_default();
    assert!(first.contains("float.c:") && first.contains(": error: `"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with(' ')).count(), 0, "{text}");
}

#[test]
fn the_source_line_is_quoted_and_color_is_as_asked() {
    let folder = with_floats();
    let text = said(folder.path(), &["float.bc", "-o", "x.o"]);
    assert!(text.contains(" | ") && text.contains("wide"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let text = said(folder.path(), &["--color=always", "float.bc", "-o", "x.o"]);
    assert!(text.starts_with("\u{1b}[1;31merror"), "{text:?}");
    let text =
        said(folder.path(), &["--color", "always", "--color", "never", "float.bc", "-o", "x.o"]);
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn explanations_come_from_the_list_of_diagnostics() {
    let output = Command::new(env!("CARGO_BIN_EXE_bpf-linker"))
        .args(["--explain", "missing-debug-info"])
        .output()
        .expect("the linker");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && text.contains("-C debuginfo=2"), "{text}");
    let text = said(Path::new("."), &["--explain", "missing-debug-inof"]);
    assert!(text.contains("did you mean `missing-debug-info`?"), "{text}");
}
