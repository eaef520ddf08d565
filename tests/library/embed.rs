//! The linker as a library: many links in one process, also at once, come out as each would alone.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::support::tools;
use bpf_linker::{
    Cpu, ErrorKind, Linker, LinkerError, LinkerInput, LinkerOptions, LinkerOutput, OptLevel,
    OutputType,
};
use tempfile::TempDir;

const LINKS: usize = 100;
const AT_ONCE: usize = 8;
/// Export nothing by name: what is not static stays.
const ALL: [&str; 0] = [];

/// A function whose frame is larger than BPF's 512 bytes.
const LARGE_FRAME: &str = r#"
target triple = "bpfel"
define i32 @large(i64 %context) section "xdp" {
  %frame = alloca [1000 x i8], align 8
  %place = and i64 %context, 511
  %byte = getelementptr i8, ptr %frame, i64 %place
  store volatile i8 1, ptr %byte
  ret i32 2
}
"#;

#[test]
fn a_linker_serves_any_thread() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Linker>();
    check::<LinkerError>();
    check::<LinkerOutput>();
}

#[test]
fn a_hundred_links_on_threads_equal_links_of_their_own_process() {
    let lab = Lab::new();
    let bitcode = lab.compile("program.c", &[]);
    let variants = variants();
    let alone: Vec<Vec<u8>> =
        variants.iter().map(|variant| lab.link_alone(&bitcode, variant.words)).collect();
    for (index, one) in alone.iter().enumerate() {
        assert!(!alone[..index].contains(one), "the variants differ, or nothing is shown");
    }
    let linkers: Vec<Linker> =
        variants.into_iter().map(|variant| Linker::new(variant.options)).collect();
    on_threads(|link| {
        // Three of the same in a row, so that equal ones meet as well as different ones.
        let variant = link / 3 % linkers.len();
        let made = linkers[variant]
            .link_to_buffer([LinkerInput::buffer("program.bc", &bitcode)], OutputType::Object, ALL)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(made.as_slice() == alone[variant], "link {link}, variant {variant}");
    });
}

#[test]
fn a_hundred_links_into_files_on_threads_are_equal() {
    let lab = Lab::new();
    let bitcode = lab.compile("program.c", &[]);
    let alone = lab.link_alone(&bitcode, &["--btf"]);
    let linker = Linker::new(LinkerOptions { btf: true, ..LinkerOptions::default() });
    let input = lab.folder.path().join("program.bc");
    on_threads(|link| {
        let output = lab.folder.path().join(format!("{link}.o"));
        let warnings = linker
            .link_to_file([LinkerInput::file(&input)], &output, OutputType::Object, ALL)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(warnings.is_empty(), "{warnings:?}");
        assert!(fs::read(&output).expect("it was written") == alone, "link {link}");
    });
}

#[test]
fn co_re_accesses_lowered_by_the_compiler_are_linked_any_number_of_times() {
    let lab = Lab::new();
    let bitcode = lab.compile("core.c", &[]);
    let alone = lab.link_alone(&bitcode, &["--btf"]);
    let linker = Linker::new(LinkerOptions { btf: true, ..LinkerOptions::default() });
    on_threads(|link| {
        let made = linker
            .link_to_buffer([LinkerInput::buffer("core.bc", &bitcode)], OutputType::Object, ALL)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(made.as_slice() == alone, "link {link}");
    });
}

/// LLVM crashes if it has to: it keeps a pointer into the first module.
#[test]
fn co_re_accesses_left_to_llvm_are_linked_once_and_then_refused() {
    let lab = Lab::new();
    let bitcode = lab.compile("core.c", &["-Xclang", "-disable-llvm-passes"]);
    let alone = lab.link_alone(&bitcode, &["--btf"]);
    let linker = Linker::new(LinkerOptions { btf: true, ..LinkerOptions::default() });
    let link = || {
        let input = LinkerInput::buffer("core.bc", &bitcode);
        linker.link_to_buffer([input], OutputType::Object, ALL)
    };
    assert!(link().unwrap_or_else(|error| panic!("{error}")).as_slice() == alone);
    let failed = link().expect_err("a second time");
    assert_eq!(failed.error().kind(), ErrorKind::Llvm, "{failed}");
    assert!(failed.to_string().contains("CO-RE"), "{failed}");
}

#[test]
fn an_option_for_llvm_ends_with_its_link() {
    let plain = Linker::new(LinkerOptions::default());
    let roomy = Linker::new(LinkerOptions {
        llvm_args: vec!["-bpf-stack-size=4096".to_owned()],
        ..LinkerOptions::default()
    });
    let link = |linker: &Linker| {
        let input = LinkerInput::buffer("large.ll", LARGE_FRAME.as_bytes());
        linker.link_to_buffer([input], OutputType::Object, ["large"])
    };
    let before = link(&plain).expect_err("512 bytes are not enough");
    link(&roomy).unwrap_or_else(|error| panic!("{error}"));
    let after = link(&plain).expect_err("nothing is left of the option");
    assert_eq!(before, after);
    link(&roomy).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn options_at_which_llvm_ends_the_process_are_refused() {
    for arg in ["-help", "--version", "--help-list-hidden=true", "-h"] {
        let linker = Linker::new(LinkerOptions {
            llvm_args: vec![arg.to_owned()],
            ..LinkerOptions::default()
        });
        let input = LinkerInput::buffer("large.ll", LARGE_FRAME.as_bytes());
        let failed = linker.link_to_buffer([input], OutputType::Object, ALL);
        let failed = failed.expect_err("the test would have ended");
        assert_eq!(failed.error().kind(), ErrorKind::Usage, "{failed}");
        assert!(failed.error().message().contains(arg), "{failed}");
    }
}

#[test]
fn a_failed_link_is_a_value_and_the_next_one_works() {
    let linker = Linker::new(LinkerOptions::default());
    let link = |name: &str, text: &str, exports: &[&str]| {
        let input = LinkerInput::buffer(name, text.as_bytes());
        linker.link_to_buffer([input], OutputType::Object, exports)
    };
    let good = "target triple = \"bpfel\" define i32 @pass() section \"xdp\" { ret i32 2 }";
    for (name, text, exports, kind) in [
        ("foreign.txt", "no bitcode at all", &[][..], ErrorKind::Input),
        ("broken.ll", "target triple = \"bpfel\" define i32 @pass( {", &[], ErrorKind::Input),
        ("good.ll", good, &["nosuch"], ErrorKind::Link),
    ] {
        let failed = link(name, text, exports).expect_err(name);
        assert_eq!(failed.error().kind(), kind, "{failed}");
        let named = exports.first().unwrap_or(&name);
        assert!(failed.to_string().contains(named), "{failed}");
        link("good.ll", good, &["pass"]).unwrap_or_else(|error| panic!("{error}"));
    }
    let none = linker.link_to_buffer([], OutputType::Object, ALL).expect_err("nothing to link");
    assert!(!none.error().message().is_empty());
}

#[test]
fn warnings_come_with_the_output() {
    let linker = Linker::new(LinkerOptions { btf: true, ..LinkerOptions::default() });
    let text = "target triple = \"bpfel\" define i32 @pass() section \"xdp\" { ret i32 2 }";
    let input = LinkerInput::buffer("pass.ll", text.as_bytes());
    let made = linker.link_to_buffer([input], OutputType::Object, ["pass"]).expect("it links");
    assert!(
        made.warnings().iter().any(|warning| warning.message.contains("debug info")),
        "{:?}",
        made.warnings()
    );
}

#[test]
fn every_output_type_and_an_archive_from_memory() {
    let lab = Lab::new();
    lab.compile("program.c", &[]);
    let archive = lab.folder.path().join("libprogram.a");
    let member = lab.folder.path().join("program.bc");
    tools::run(Command::new(tools::llvm_ar()).arg("rcs").arg(&archive).arg(member));
    let bytes = fs::read(archive).expect("llvm-ar wrote it");
    let linker = Linker::new(LinkerOptions::default());
    for (output_type, start) in [
        (OutputType::Object, &b"\x7fELF"[..]),
        (OutputType::Bitcode, b"BC\xc0\xde"),
        (OutputType::Ir, b"; ModuleID"),
        (OutputType::Assembly, b"\t"),
    ] {
        let input = LinkerInput::buffer("libprogram.a", &bytes);
        let made = linker.link_to_buffer([input], output_type, ["pass", "LICENSE"]);
        let made = made.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(made.output_type(), output_type);
        assert!(made.starts_with(start), "{output_type:?}: {:?}", &made[..16]);
    }
}

/// The same wish as options and as words of the command line.
struct Variant {
    options: LinkerOptions,
    words: &'static [&'static str],
}

fn variants() -> [Variant; 5] {
    let default = LinkerOptions::default;
    [
        Variant { options: default(), words: &[] },
        Variant { options: LinkerOptions { btf: true, ..default() }, words: &["--btf"] },
        Variant {
            options: LinkerOptions {
                btf: true,
                cpu: Cpu::V4,
                optimize: OptLevel::Aggressive,
                ..default()
            },
            words: &["--btf", "--cpu=v4", "-O3"],
        },
        Variant {
            options: LinkerOptions { unroll_loops: true, cpu: Cpu::V2, ..default() },
            words: &["--unroll-loops", "--cpu=v2"],
        },
        Variant {
            options: LinkerOptions {
                llvm_args: vec!["-inline-threshold=7".to_owned(), "-enable-gvn-hoist".to_owned()],
                ignore_inline_never: true,
                ..default()
            },
            words: &["--llvm-args=-inline-threshold=7,-enable-gvn-hoist", "--ignore-inline-never"],
        },
    ]
}

/// Calls `link` with the numbers of all links, on as many threads as links run at once.
fn on_threads(link: impl Fn(usize) + Sync) {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= LINKS {
                        return;
                    }
                    link(number);
                    done.lock().expect("no thread has failed").push(number);
                }
            });
        }
    });
    assert_eq!(done.into_inner().expect("no thread has failed").len(), LINKS);
}

struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a new folder") }
    }

    /// The bitcode of a source of tests/library, which stays in the folder.
    fn compile(&self, source: &str, words: &[&str]) -> Vec<u8> {
        let bitcode = self.folder.path().join(Path::new(source).with_extension("bc"));
        let mut clang = Command::new(tools::clang());
        clang.current_dir(tools::workspace().join("tests/library"));
        clang.args(["-target", "bpfel", "-O2", "-g", "-emit-llvm", "-c"]).args(words);
        tools::run(clang.arg(source).arg("-o").arg(&bitcode));
        fs::read(bitcode).expect("clang wrote it")
    }

    /// Returns the result of a separate process.
    fn link_alone(&self, bitcode: &[u8], words: &[&str]) -> Vec<u8> {
        let (input, output) =
            (self.folder.path().join("alone.bc"), self.folder.path().join("alone.o"));
        fs::write(&input, bitcode).expect("a new file");
        tools::run(Command::new(tools::linker()).args(words).arg(input).arg("-o").arg(&output));
        fs::read(output).expect("the linker wrote it")
    }
}
