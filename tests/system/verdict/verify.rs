//! `bpf-linker --verify`: nothing is written unless kernels load it, and a form that loads is found.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{kernel, two_programs};
use crate::support::{
    kernels::Kernel,
    lab::{self, Loader, Step},
    objects::Lab,
    packets, tools,
};

/// A program that 5.10 refuses as it is linked by default, the level that clang compiles for, and the option that the
/// search finds.
const FORMS: [(&str, &str, &str); 5] = [
    ("global_packet", "v3", "--ignore-inline-never=sum"),
    ("old_value", "v3", "--cpu v2"),
    ("signed_loads", "v4", "--cpu v3"),
    ("moved_context", "v3", "--ignore-inline-never=field"),
    ("global_memory", "v3", "--ignore-inline-never=larger"),
];

fn linker(input: &Path, output: &Path) -> Command {
    let mut linker = Command::new(tools::linker());
    linker.arg("--btf").arg(input).arg("-o").arg(output);
    linker.arg("--verify-with").arg(lab::verdict());
    linker
}

fn said(output: &Output, code: i32) -> String {
    let text = tools::said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn nothing_is_written_unless_the_running_kernel_loads_it() {
    let lab = Lab::new();
    let bad =
        lab.write("bad.bc", fs::read(two_programs(&lab).with_extension("bc")).expect("bitcode"));
    let object = lab.write("old.o", "old");
    let text = said(&tools::attempt(linker(&bad, &object).arg("--verify")), 1);
    for part in ["refuses `bad`", "two.c:3:48", "help: ", "so it is not written"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(fs::read(&object).expect("the old object"), b"old");
    let good = compiled(&lab, "global_memory", "v3");
    let text = said(&tools::attempt(linker(&good, &object).arg("--verify")), 0);
    assert_eq!(text, "");
    assert!(fs::read(&object).expect("an object").starts_with(b"\x7fELF"));
}

#[test]
fn whatever_keeps_a_verdict_away_is_told() {
    let lab = Lab::new();
    let input = two_programs(&lab).with_extension("bc");
    let object = input.with_file_name("none.o");
    let program = |name: &str, text: &str| {
        let path = lab.write(name, "");
        tools::write_script(&path, text);
        path
    };
    let attempt = |program: &Path, words: &[&str]| {
        let mut linker = linker(&input, &object);
        linker.arg("--verify").arg("--verify-with").arg(program).args(words);
        let text = said(&tools::attempt(&mut linker), 5);
        assert!(!object.exists());
        text
    };
    let hanging = program("hanging", "#!/bin/sh\nexec sleep 60\n");
    let text = attempt(&hanging, &["--verify-timeout", "1"]);
    assert!(text.contains("hanging did not answer within 1 second, and was ended"), "{text}");
    let failing = program("failing", "#!/bin/sh\necho 'error: no right' >&2\nexit 3\n");
    let text = attempt(&failing, &[]);
    assert!(
        text.contains("failing gives no verdict") && text.contains("cause: no right"),
        "{text}"
    );
    let text = attempt(&program("other", "#!/bin/sh\necho '{}'\n"), &[]);
    assert!(text.contains("the answer of") && text.contains("same release"), "{text}");
    // The one next to the linker, and none of PATH.
    let folder = input.with_file_name("bin");
    fs::create_dir(&folder).expect("a folder");
    let own = folder.join("bpf-linker");
    fs::copy(tools::linker(), &own).expect("a copy");
    tools::write_script(&folder.with_file_name("bpf-verdict"), "#!/bin/sh\necho '{}'\n");
    let mut linker = Command::new(&own);
    linker.arg(&input).arg("-o").arg(&object).arg("--verify");
    let path = format!("{}:{}", lab_folder(&input).display(), env::var("PATH").unwrap_or_default());
    let text = said(&tools::attempt(linker.env("PATH", path)), 5);
    assert!(text.contains("bin/bpf-verdict, which is not there"), "{text}");
}

/// The cache keeps objects and no verdicts: those of links without `--verify`, and refused ones, are judged each time.
#[test]
fn an_object_from_the_cache_is_verified_each_time() {
    let lab = Lab::new();
    let bad =
        lab.write("bad.bc", fs::read(two_programs(&lab).with_extension("bc")).expect("bitcode"));
    let good = compiled(&lab, "global_memory", "v3");
    let (cache, object) = (good.with_file_name("cache"), good.with_file_name("cached.o"));
    let attempt = |input: &Path, words: &[&str], code: i32| {
        let mut linker = linker(input, &object);
        said(
            &tools::attempt(linker.arg("--verbose").arg("--cache-dir").arg(&cache).args(words)),
            code,
        )
    };
    let entries = || fs::read_dir(&cache).expect("the cache").count();
    let refused = |text: &str| {
        assert!(text.contains("refuses `bad`") && text.contains("so it is not written"), "{text}");
        assert!(!object.exists());
    };
    let text = attempt(&bad, &["--verify"], 1);
    assert!(text.contains("kept as"), "{text}");
    refused(&text);
    let text = attempt(&bad, &["--verify"], 1);
    assert!(text.contains("linked before") && entries() == 1, "{text}");
    refused(&text);
    // A link that asks for no verdict takes the same entry, and one that asks again has it judged again.
    let text = attempt(&bad, &[], 0);
    assert!(text.contains("linked before") && entries() == 1, "{text}");
    fs::remove_file(&object).expect("the object");
    refused(&attempt(&bad, &["--verify=running,search"], 1));
    // A verdict that cannot be had is no verdict, also for what is in the cache.
    attempt(&good, &["--verify"], 0);
    fs::remove_file(&object).expect("the object");
    let text = attempt(&good, &["--verify", "--verify-with", "/bin/false"], 5);
    assert!(text.contains("linked before") && !object.exists(), "{text}");
    let text = attempt(&good, &["--verify"], 0);
    assert!(text.contains("linked before") && object.exists(), "{text}");
}

fn lab_folder(file: &Path) -> PathBuf {
    file.parent().expect("a file is in a folder").to_owned()
}

/// All that a link with `--verify` executes is what docs/security.md tells.
#[test]
fn a_verification_executes_what_the_page_lists() {
    let lab = Lab::new();
    let input = compiled(&lab, "global_memory", "v3");
    let trace = lab.write("trace", "");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=execve", "-o"]).arg(&trace).arg(tools::linker());
    strace.arg(&input).arg("-o").arg(input.with_file_name("good.o"));
    strace.args(["--btf", "--llvm", "/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1"]);
    strace.arg("--verify").arg("--verify-with").arg(lab::verdict());
    tools::run(&mut strace);
    let trace = fs::read_to_string(&trace).expect("a trace");
    let executed = trace.lines().filter_map(|line| line.split('"').nth(1)).collect::<Vec<_>>();
    let verdict = lab::verdict().to_str().expect("a path of UTF-8");
    // The linker itself; bpf-verdict, and once more for the object.
    assert_eq!(executed[1..], [verdict, verdict], "{trace}");
}

/// The first program each time; `BPF_LINKER_FORMS=all` takes all of them.
#[test]
fn the_search_finds_forms_that_load_and_do_the_same() {
    let all = env::var("BPF_LINKER_FORMS").is_ok_and(|wish| wish == "all");
    for (name, level, option) in &FORMS[..if all { FORMS.len() } else { 1 }] {
        let lab = Lab::new();
        let bitcode = compiled(&lab, name, level);
        let mut linker = linker(&bitcode, &bitcode.with_extension("o"));
        linker.arg(format!("--verify={},search", kernel("5.10").display()));
        let text = said(&tools::attempt(&mut linker), 1);
        println!("{name}: {text}");
        assert!(
            text.contains(&format!("link with `{option}`: in that form it loads")),
            "{name}: {text}"
        );
        assert!(!bitcode.with_extension("o").exists());
        let loading =
            text.lines().filter_map(|line| line.split("with `").nth(1)?.split_once("` it loads"));
        let loading = loading.map(|(option, _)| option).collect::<Vec<_>>();
        assert!(loading.len() <= 12 && loading.contains(option), "{loading:?}");
        forms_agree(&lab, &bitcode, &loading);
    }
}

/// Runs every form that loads on the running kernel, and the usual one if that loads there, and compares what they do.
fn forms_agree(lab: &Lab, bitcode: &Path, options: &[&str]) {
    let packets = [[0x08, 0x00], [0x86, 0xdd], [0x01, 0x7f]].map(|kind| {
        packets::ethernet(
            kind,
            &(0..60).map(|byte| u8::wrapping_mul(byte, 37) ^ kind[0]).collect::<Vec<_>>(),
        )
    });
    let runs = options.iter().chain([&""]).filter_map(|option| {
        let object = lab.write("form.o", "");
        let words = option.split_whitespace();
        let mut linker = Command::new(tools::linker());
        linker.arg("--btf").arg(bitcode).args(words).arg("-o").arg(&object);
        tools::run(&mut linker);
        if option.is_empty() && lab::attempt(Loader::Libbpf, &object).is_err() {
            return None;
        }
        let steps = packets.iter().cloned().map(Step::Packet).collect::<Vec<_>>();
        let story = lab::run(Loader::Libbpf, &object, "entry", &steps);
        Some((story.returned(), story.packets(), story.declared_maps()))
    });
    let runs = runs.collect::<Vec<_>>();
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]), "{options:?}: {runs:?}");
    println!(
        "{} forms, {options:?}, return {:?} on {}",
        runs.len(),
        runs[0].0,
        Kernel::Running.release()
    );
}

fn compiled(lab: &Lab, name: &str, level: &str) -> PathBuf {
    let source = tools::workspace().join(format!("tests/system/verdict/forms/{name}.c"));
    let bitcode = lab.write("form.bc", "");
    let mut clang = tools::bpf_clang();
    clang.arg(format!("-mcpu={level}")).args(["-emit-llvm", "-c", "-w"]).arg(source);
    tools::run(clang.arg("-o").arg(&bitcode));
    bitcode
}
