//! The compile tests of bpf-linker 0.13.0, from its crate, under their own expectations: each is met, or what differs is
//! said here and in docs/compatibility.md, and nothing else does.

mod case;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use self::case::Case;
use crate::support::tools;
use bpf_linker::{ErrorKind, Linker, LinkerInput, LinkerOptions, OutputType};
use tempfile::TempDir;

/// Another outcome than the incumbent's.
struct Difference {
    case: &'static str,
    /// Without these words the link fails, and says so.
    unless: Option<(&'static [&'static str], &'static str)>,
    /// Tests with another expected result.
    otherwise: &'static [(&'static str, &'static str)],
}

const DIFFERENCES: [Difference; 5] = [
    // IR is for people and other tools: names are as in the source. BTF has names that the kernel takes.
    Difference {
        case: "assembly/di_generics",
        unless: None,
        otherwise: &[
            ("\"Foo_3C_u32_3E_\"", "\"Foo<u32>\""),
            ("Bar_3C_di_generics_3A__3A_Foo_3C_u32_3E__3E_", "Bar<di_generics::Foo<u32>>"),
            // Its sums may overflow, which is a panic in this profile: such a function is inlined into the program.
            ("// CHECK-DAG: name: \"my_function_3C_u32_3E_\"", ""),
        ],
    },
    // Nothing that a loader provides: `.ksyms` is not asked for, and the reference is not weak.
    Difference {
        case: "assembly/extern_linkage@btf",
        unless: Some((
            &["-Clink-arg=--allow-undefined=external_variable", "-Clink-arg=-Wno-gpl-helper"],
            "undefined symbol `external_variable`",
        )),
        otherwise: &[],
    },
    // A variant is named after its enum, since structs of all enums share one space of names.
    Difference {
        case: "btf/assembly/data-carrying-enum",
        unless: None,
        otherwise: &[
            ("<STRUCT> 'First'", "<STRUCT> 'DataCarryingEnum_First'"),
            ("<STRUCT> 'Second'", "<STRUCT> 'DataCarryingEnum_Second'"),
            ("<STRUCT> 'Third'", "<STRUCT> 'DataCarryingEnum_Third'"),
        ],
    },
    // Equal prototypes are one, which comes before both functions.
    Difference {
        case: "btf/assembly/exported-symbols",
        unless: None,
        otherwise: &[
            ("CHECK-DAG: <FUNC> 'local_no_mangle' --> global [{{[0-9]+}}", ""),
            ("CHECK: <FUNC_PROTO>", "CHECK: #[[SHARED:[0-9]+]]: <FUNC_PROTO>"),
            (
                "CHECK-NEXT: _arg2",
                "CHECK-NEXT: _arg2\n// CHECK: <FUNC> 'local_no_mangle' --> global {{\\[}}[[SHARED]]{{\\]}}",
            ),
            // Its sum may overflow, as above.
            ("// CHECK-DAG: <FUNC> '{{.*}}local_public{{.*}}' --> static", ""),
        ],
    },
    // Punctuation becomes words, not numbers.
    Difference {
        case: "btf/assembly/maybe-uninit-union-name",
        unless: None,
        otherwise: &[("MaybeUninit_3C_u8_3E_", "MaybeUninit_u8")],
    },
];

#[test]
fn assembly() {
    check(
        "assembly",
        &[
            "bin",
            "di_generics",
            "elf-sections",
            "exported-symbols@cdylib",
            "exported-symbols@bin",
            "extern_linkage@ir",
            "extern_linkage@btf",
            "ignore-inline-never",
            "unroll-loop",
        ],
    );
}

#[test]
fn btf() {
    let names = ["basic", "data-carrying-enum", "exported-symbols", "maybe-uninit-union-name"];
    check("btf/assembly", &names);
}

#[test]
fn nightly() {
    check("nightly/btf/assembly", &["anon_struct_c"]);
}

/// `link_ir.rs`: a text from memory is linked; what is no IR is refused, and named.
#[test]
fn ir_from_memory() {
    let text = "target triple = \"bpfel-unknown-none\"
        define i32 @test_valid(i32 %x) #0 { %result = add i32 %x, 1 ret i32 %result }
        attributes #0 = { noinline nounwind optnone }
        !llvm.module.flags = !{!0} !0 = !{i32 1, !\"wchar_size\", i32 4}";
    let linker = Linker::new(LinkerOptions::default());
    let link = |name, text: &str, exports: &[&str]| {
        let input = LinkerInput::buffer(name, text.as_bytes());
        linker.link_to_buffer([input], OutputType::Object, exports)
    };
    let valid = link("valid.ll", text, &["test_valid"]).unwrap_or_else(|error| panic!("{error}"));
    assert!(valid.as_slice().starts_with(b"\x7fELF"));
    let corrupted = text.replace("target triple", ": ModuleXX");
    let error = link("corrupted.ll", &corrupted, &[]).expect_err("no IR");
    assert_eq!(error.error().kind(), ErrorKind::Input, "{error}");
    assert!(error.to_string().contains("corrupted.ll"), "{error}");
}

/// The harness of the tests adds `--emit=asm` to their words, and relies on the first kind being written alone. One file
/// cannot be both.
#[test]
fn two_kinds_for_one_file_are_refused() {
    let lab = downloads();
    let case = find(&lab, "btf/assembly/basic");
    let place = workplace(&lab);
    let mut rustc = case.command(place.path(), &["-Clink-args=--emit=asm"]);
    let said = tools::said(&tools::attempt(&mut rustc));
    assert!(said.contains("obj and asm are both written to"), "{said}");
}

/// Runs the tests of a folder, which are these.
fn check(folder: &str, names: &[&str]) {
    let lab = downloads();
    let cases = case::cases(&lab.join("tests"), folder);
    let found: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let named: Vec<String> = names.iter().map(|name| format!("{folder}/{name}")).collect();
    assert_eq!(found, named);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            judge(&lab, case).err().map(|problem| format!("{}: {problem}", case.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs a test and checks what it expects, but for a difference. A test that its authors do not run is only linked.
fn judge(lab: &Path, case: &Case) -> Result<(), String> {
    let mut flags = if case.names_its_output() { vec![] } else { vec!["-Clink-args=--emit=asm"] };
    let difference = DIFFERENCES.iter().find(|difference| difference.case == case.name);
    if let Some((words, error)) = difference.and_then(|difference| difference.unless) {
        match link(lab, case, &flags) {
            Err(said) if said.contains(error) => {}
            Err(said) => return Err(said),
            Ok(_) => return Err(format!("linked without {words:?}")),
        }
        flags.extend(words);
    }
    let ours = link(lab, case, &flags)?;
    if case.is_ignored() {
        let met = ours.check(case, &[]).is_ok();
        return if met { Err("it can be met: run it".to_owned()) } else { Ok(()) };
    }
    let otherwise = difference.map_or(&[][..], |difference| difference.otherwise);
    if !otherwise.is_empty() && ours.check(case, &[]).is_ok() {
        return Err("there is no difference".to_owned());
    }
    ours.check(case, otherwise)
}

/// Output of a linker, as text, and its folder.
struct Linked {
    text: PathBuf,
    _folder: TempDir,
}

impl Linked {
    fn check(&self, case: &Case, otherwise: &[(&str, &str)]) -> Result<(), String> {
        case.check(&self.text, otherwise)
    }
}

/// Output or messages.
fn link(lab: &Path, case: &Case, flags: &[&str]) -> Result<Linked, String> {
    let folder = workplace(lab);
    let output = tools::attempt(&mut case.command(folder.path(), flags));
    if !output.status.success() {
        return Err(tools::said(&output));
    }
    Ok(Linked { text: readable(lab, &case::output(folder.path())), _folder: folder })
}

fn find(lab: &Path, name: &str) -> Case {
    let (folder, _) = name.rsplit_once('/').expect("a folder and a name");
    let mut cases = case::cases(&lab.join("tests"), folder).into_iter();
    cases.find(|case| case.name == name).unwrap_or_else(|| panic!("no test {name}"))
}

/// The tests, and the program that prints BTF, as `ci/incumbent-tests.sh` leaves them.
fn downloads() -> PathBuf {
    let folder = tools::downloads().join("incumbent-tests-0.13.0");
    assert!(folder.is_dir(), "no {folder:?}: run ci/incumbent-tests.sh");
    folder
}

/// A folder in which the words of the tests lead to files.
fn workplace(lab: &Path) -> TempDir {
    let folder = TempDir::new().expect("a new folder");
    std::os::unix::fs::symlink(lab.join("tests"), folder.path().join("tests")).expect("a new link");
    let bitcode = folder.path().join("target/bitcode");
    fs::create_dir_all(&bitcode).expect("a new folder");
    let mut clang = Command::new(tools::clang());
    clang.args(["-target", "bpf", "-g", "-c", "-emit-llvm", "-o"]).arg(bitcode.join("anon.bc"));
    tools::run(clang.arg(lab.join("tests/c/anon.c")));
    folder
}

/// The BTF of an object, in words; any other output as it is.
fn readable(lab: &Path, output: &Path) -> PathBuf {
    let bytes = fs::read(output).expect("the linker writes it");
    if !bytes.starts_with(b"\x7fELF") {
        return output.to_owned();
    }
    let mut dump = Command::new(lab.join("bin/btf"));
    let text = output.with_extension("btf");
    fs::write(&text, tools::run(dump.args(["dump", "--dataset", "types"]).arg(output)).stdout)
        .expect("a new file");
    text
}
