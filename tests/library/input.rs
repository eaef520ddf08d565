//! Inputs as real tools write them: clang, rustc, llvm-ar and ar.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::{
    LinkPlan, Result, Warnings,
    internals::{
        input::{self, Archive, Bitcode, Format, Inputs, LlvmVersion},
        plan::{Input, Members, Source},
    },
};
use tempfile::TempDir;

const A: &str = "
    extern int elsewhere; int tentative; int maybe(void) __attribute__((weak));
    __attribute__((weak)) int is_superseded(void) { return elsewhere; }
    __attribute__((visibility(\"hidden\"))) int hidden(int x) { return __builtin_memcmp(&tentative, &elsewhere, x); }
    static int local(void) { return maybe ? maybe() : 3; }
    int (*pointer)(void) = local;";
const B: &str = "int hidden(int); int caller(void) { return hidden(2); }";

/// A folder to build in.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Runs a tool in the folder; `package` is what to install when it is missing.
    fn run(&self, package: &str, tool: &str, args: &[&str]) {
        let output = Command::new(tool).args(args).current_dir(self.0.path()).output();
        let output =
            output.unwrap_or_else(|error| panic!("{tool}: {error}: install the package {package}"));
        assert!(
            output.status.success(),
            "{tool} {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Two files of bitcode, a.bc and b.bc.
    fn with_bitcode() -> Self {
        let bench = Self::new();
        bench.write("a.c", A);
        bench.write("b.c", B);
        for name in ["a", "b"] {
            bench.clang(&["-emit-llvm", &format!("{name}.c"), "-o", &format!("{name}.bc")]);
        }
        bench
    }

    fn clang(&self, args: &[&str]) {
        self.run("clang-22", "clang-22", &[&["-target", "bpf", "-O1", "-c"], args].concat());
    }

    fn load(&self, names: &[&str]) -> Result<Inputs> {
        load(names.iter().map(|name| Source::File(self.path(name))))
    }

    fn archive(&self, name: &str) -> Archive {
        self.load(&[name]).unwrap().archives.pop().unwrap()
    }
}

fn load(sources: impl IntoIterator<Item = Source>) -> Result<Inputs> {
    let inputs =
        sources.into_iter().map(|source| Input { source, members: Members::Needed }).collect();
    input::load(&LinkPlan { inputs, ..LinkPlan::default() }, &Warnings::default())
}

fn definitions(module: &Bitcode) -> BTreeSet<String> {
    let symbols = module.symbols().unwrap_or_else(|| panic!("{} has no symbols", module.origin));
    symbols
        .into_iter()
        .filter(|symbol| symbol.role.is_definition())
        .map(|symbol| symbol.name)
        .collect()
}

/// The bitcode with its symbol table made unknown: the header of that block is one word at the top level.
fn without_table(module: &Bitcode) -> Bitcode {
    const SYMTAB: [u8; 4] = (1_u32 | 25 << 2 | 3 << 10).to_le_bytes();
    const UNKNOWN: [u8; 4] = (1_u32 | 63 << 2 | 3 << 10).to_le_bytes();
    let mut bytes = module.bytes.to_vec();
    let at =
        bytes.chunks(4).rposition(|word| word == SYMTAB).expect("LLVM writes a symbol table") * 4;
    bytes[at..at + 4].copy_from_slice(&UNKNOWN);
    Bitcode { bytes: bytes.into(), ..module.clone() }
}

/// Compares the archive's own index, LLVM's table and the declarations.
fn assert_consistent(archive: &Archive) {
    assert!(archive.members().count() > 0 && archive.unindexed().is_empty(), "{archive:?}");
    for (member, origin) in archive.members() {
        let module = archive.load(member).unwrap();
        let of_member = archive.symbols().filter(|&(_, definer)| definer == member);
        let indexed: BTreeSet<_> = of_member.map(|(name, _)| name.to_owned()).collect();
        assert_eq!(indexed, definitions(&module), "{origin}");
        let (table, declared) =
            (module.symbols().unwrap(), without_table(&module).symbols().unwrap());
        let sorted = |mut symbols: Vec<input::Symbol>| {
            symbols.sort_by(|a, b| a.name.cmp(&b.name));
            symbols
        };
        assert_eq!(sorted(table), sorted(declared), "{origin}");
    }
}

/// Returns true if a module is that of `file`; Darwin's archives count the line ends that align a member as part of it,
/// which LLVM's reader knows.
fn holds(module: &Bitcode, file: &[u8]) -> bool {
    module
        .bytes
        .strip_prefix(file)
        .is_some_and(|rest| rest.len() < 8 && rest.iter().all(|&byte| byte == b'\n'))
}

#[test]
fn every_kind_of_archive_reads_the_same() {
    let bench = Bench::with_bitcode();
    let llvm_ar = |args: &[&str]| bench.run("llvm-22", "llvm-ar-22", args);
    llvm_ar(&["rcs", "gnu.a", "a.bc", "b.bc"]);
    llvm_ar(&["rcS", "no-index.a", "a.bc", "b.bc"]);
    llvm_ar(&["--format=bsd", "-rcs", "bsd.a", "a.bc", "b.bc"]);
    llvm_ar(&["--format=darwin", "-rcs", "darwin.a", "a.bc", "b.bc"]);
    llvm_ar(&["--format=coff", "-rcs", "coff.a", "a.bc", "b.bc"]);
    llvm_ar(&["rcsT", "thin.a", "a.bc", "b.bc"]);
    // GNU ar without LLVM's plugin writes an index that names nothing.
    bench.run("binutils", "ar", &["rcs", "binutils.a", "a.bc", "b.bc"]);
    bench.run("binutils", "ar", &["rcsT", "binutils-thin.a", "a.bc", "b.bc"]);
    let (a, b) = (fs::read(bench.path("a.bc")).unwrap(), fs::read(bench.path("b.bc")).unwrap());
    for name in [
        "gnu.a",
        "no-index.a",
        "bsd.a",
        "darwin.a",
        "coff.a",
        "thin.a",
        "binutils.a",
        "binutils-thin.a",
    ] {
        let archive = bench.archive(name);
        assert_consistent(&archive);
        let defining = |symbol: &str| archive.load(archive.defining(symbol).unwrap()).unwrap();
        for symbol in ["is_superseded", "hidden", "tentative", "pointer"] {
            assert!(holds(&defining(symbol), &a), "{name}: {symbol}");
        }
        assert!(holds(&defining("caller"), &b), "{name}");
        assert_eq!(defining("caller").origin.members, ["b.bc"]);
        for symbol in ["elsewhere", "maybe", "local", "memcmp"] {
            assert_eq!(archive.defining(symbol), None, "{name}: {symbol}");
        }
    }
}

#[test]
fn a_64_bit_index_is_read() {
    let bench = Bench::with_bitcode();
    let output = Command::new("llvm-ar-22")
        .env("SYM64_THRESHOLD", "0")
        .args(["rcs", "sym64.a", "a.bc", "b.bc"])
        .current_dir(bench.0.path())
        .status()
        .expect("llvm-ar-22 comes with the package llvm-22");
    assert!(output.success());
    let bytes = fs::read(bench.path("sym64.a")).unwrap();
    assert!(bytes.starts_with(b"!<arch>\n/SYM64/"), "llvm-ar wrote another index");
    assert_consistent(&bench.archive("sym64.a"));
}

#[test]
fn a_lost_member_of_a_thin_archive_fails_only_links_that_need_it() {
    let bench = Bench::with_bitcode();
    bench.run("llvm-22", "llvm-ar-22", &["rcsT", "thin.a", "a.bc", "b.bc"]);
    fs::remove_file(bench.path("b.bc")).unwrap();
    let archive = bench.archive("thin.a");
    assert!(archive.load(archive.defining("hidden").unwrap()).is_ok());
    let error = archive.load(archive.defining("caller").unwrap()).unwrap_err().to_string();
    assert!(error.contains("thin.a(b.bc)") && error.contains("cannot find"), "{error}");
}

#[test]
fn a_thin_archive_of_archives_says_what_to_do() {
    let bench = Bench::with_bitcode();
    bench.run("binutils", "ar", &["rcs", "inner.a", "a.bc", "b.bc"]);
    bench.run("binutils", "ar", &["rcsT", "outer.a", "inner.a"]);
    let error = bench.load(&["outer.a"]).unwrap_err().to_string();
    assert!(error.contains("outer.a") && error.contains("name those archives instead"), "{error}");
}

#[test]
fn clang_output_is_told_apart() {
    let bench = Bench::with_bitcode();
    bench.clang(&["-fembed-bitcode", "a.c", "-o", "embedding.o"]);
    bench.clang(&["-S", "-emit-llvm", "a.c", "-o", "text"]);
    bench.clang(&["a.c", "-o", "native.o"]);
    bench.clang(&["-fembed-bitcode=marker", "a.c", "-o", "marker.o"]);
    let inputs = bench.load(&["a.bc", "embedding.o", "text"]).unwrap();
    let formats: Vec<_> = inputs.modules.iter().map(|module| module.format).collect();
    assert_eq!(formats, [Format::Bitcode, Format::Bitcode, Format::Text]);
    assert_eq!(definitions(&inputs.modules[0]), definitions(&inputs.modules[1]));
    let (origin, producer) = inputs.newest_producer().unwrap();
    assert_eq!(origin.file, bench.path("a.bc"));
    assert_eq!(producer.version.unwrap().major, 22);
    for name in ["native.o", "marker.o"] {
        assert!(bench.load(&[name]).unwrap().is_native(), "{name}");
    }
}

#[test]
fn the_newest_of_two_clangs_is_the_producer() {
    let bench = Bench::with_bitcode();
    bench.run(
        "clang-19",
        "clang-19",
        &["-target", "bpf", "-c", "-emit-llvm", "b.c", "-o", "old.bc"],
    );
    let inputs = bench.load(&["old.bc"]).unwrap();
    let LlvmVersion { major, .. } = inputs.newest_producer().unwrap().1.version.unwrap();
    assert_eq!(
        (major, definitions(&inputs.modules[0])),
        (19, BTreeSet::from(["caller".to_owned()]))
    );
    let inputs = bench.load(&["old.bc", "a.bc"]).unwrap();
    assert_eq!(inputs.newest_producer().unwrap().0.file, bench.path("a.bc"));
}

#[test]
fn debians_prebuilt_rlibs_are_consistent() {
    let folder = Path::new("/usr/lib/rustlib/bpfel-unknown-none/lib");
    let entries = fs::read_dir(folder).expect("install the package libstd-rust-web-dev-bpf");
    let paths = entries.map(|entry| entry.unwrap().path());
    let rlibs: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .collect();
    assert!(rlibs.len() >= 3, "{rlibs:?}");
    for rlib in rlibs {
        let inputs = load([Source::File(rlib)]).unwrap();
        assert_consistent(&inputs.archives[0]);
    }
}

#[test]
fn arguments_of_rustc_for_a_program_are_accepted() {
    let bench = Bench::new();
    bench.write(
        "prog.rs",
        "#![no_std] #![no_main]
        #[unsafe(no_mangle)] pub extern \"C\" fn prog() -> u32 { 2 }
        #[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }",
    );
    // A linker that keeps its inputs.
    let linker = bench.write(
        "linker",
        "#!/bin/sh\nmkdir kept\nfor arg; do case $arg in *.o|*.rlib) cp \"$arg\" kept/;; esac; done\n",
    );
    bench.run("coreutils", "chmod", &["+x", "linker"]);
    let linker = format!("linker={}", linker.display());
    for crate_type in ["bin", "cdylib", "dylib"] {
        let kept = bench.path("kept");
        let _ = fs::remove_dir_all(&kept);
        let args = [
            "--target",
            "bpfel-unknown-none",
            "-C",
            &linker,
            "--crate-type",
            crate_type,
            "-O",
            "prog.rs",
        ];
        bench.run("rustc-web", "/usr/bin/rustc", &args);
        let mut files: Vec<_> =
            fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(kept.join("rmeta.o").exists(), crate_type == "dylib");
        let inputs = load(files.into_iter().map(Source::File)).unwrap();
        assert!(inputs.roots.iter().any(|root| root == "prog"), "{crate_type}: {:?}", inputs.roots);
        assert!(
            inputs.modules.iter().any(|module| definitions(module).contains("prog")),
            "{crate_type}"
        );
        assert!(inputs.archives.len() >= 2, "{crate_type}");
    }
}

#[test]
fn libraries_are_found_in_search_folders() {
    let bench = Bench::with_bitcode();
    bench.run("llvm-22", "llvm-ar-22", &["rcs", "libtwo.a", "a.bc", "b.bc"]);
    let plan = |source| LinkPlan {
        inputs: vec![Input { source, members: Members::Needed }],
        search_dirs: vec![bench.path("nowhere"), bench.0.path().to_owned()],
        ..LinkPlan::default()
    };
    for source in [Source::Library("two".into()), Source::ExactLibrary("libtwo.a".into())] {
        let inputs = input::load(&plan(source), &Warnings::default()).unwrap();
        assert_eq!(inputs.archives[0].origin().file, bench.path("libtwo.a"));
    }
    let error =
        input::load(&plan(Source::Library("three".into())), &Warnings::default()).unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn an_archive_that_shrinks_is_an_error_that_names_it() {
    let bench = Bench::with_bitcode();
    bench.run("llvm-22", "llvm-ar-22", &["rcs", "shrinking.a", "a.bc", "b.bc"]);
    let archive = bench.archive("shrinking.a");
    fs::OpenOptions::new()
        .write(true)
        .open(bench.path("shrinking.a"))
        .unwrap()
        .set_len(1000)
        .unwrap();
    let error = archive.load(archive.defining("caller").unwrap()).unwrap_err().to_string();
    assert!(
        error.contains("shrinking.a(b.bc)") && error.contains("shorter than it was"),
        "{error}"
    );
}
