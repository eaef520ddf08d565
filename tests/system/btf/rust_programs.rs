//! Rust programs: BTF agrees with what rustc says of sizes and offsets, and every loader takes it.

use std::fs;

use bpf_linker::internals::{elf::Elf, object};
use btf::Info;

use super::dump::Dump;
use crate::support::{
    btf_load,
    objects::{Lab, load, load_with_libbpf},
    rustc::{Toolchain, source},
    tools::run,
};

/// Debug information of a crate, as rustc's option.
const NONE: &str = "-Cdebuginfo=0";
const FULL: &str = "-Cdebuginfo=2";

#[test]
fn every_construct_has_the_layout_that_rustc_gives_it() {
    for toolchain in Toolchain::ALL {
        let lab = Lab::new();
        let object = layout(&lab, toolchain);
        let dump = Dump::of(&lab, &object);
        let rows = rows(&object);
        assert_eq!(rows.len(), 96, "{toolchain:?}");
        for row in rows {
            let ty = dump.named(&row.of);
            let said = if row.member.is_empty() {
                ty.size()
            } else {
                ty.member(&row.member, "bits_offset") / 8
            };
            assert_eq!(said, row.number, "{toolchain:?}: {} {}", row.of, row.member);
        }
    }
}

#[test]
fn every_construct_loads() {
    for toolchain in Toolchain::ALL {
        let lab = Lab::new();
        let object = layout(&lab, toolchain);
        let btf = section(&object, ".BTF").expect("BTF was asked for");
        btf_load::load(&btf).unwrap_or_else(|log| panic!("{toolchain:?}: {log}"));
        load(&lab, &object);
    }
}

#[test]
fn pointers_lead_to_the_type_that_the_source_means() {
    for toolchain in Toolchain::ALL {
        let lab = Lab::new();
        let dump = Dump::of(&lab, &layout(&lab, toolchain));
        let all = dump.named("All");
        // left::Same has 4 bytes, right::Same 16.
        let sizes = ["pl", "pr"].map(|member| dump.pointee(all, member).size());
        assert_eq!(sizes, [4, 16], "{toolchain:?}");
        assert_eq!(dump.named("bindgen").member("(anon)", "bits_offset"), 32, "{toolchain:?}");
        assert_eq!(dump.pointee(dump.named("MapDef"), "value").head(), all.head());
    }
}

#[test]
fn bpftool_makes_objects_and_skeletons_of_it() {
    for toolchain in Toolchain::ALL {
        let lab = Lab::new();
        let object = layout(&lab, toolchain);
        load_with_libbpf(&lab.bpftool_gen_object(&object));
        let skeleton = lab.inspect(&["bpftool", "gen", "skeleton"], &object);
        for line in ["struct bpf_program *prog;", "struct bpf_program *lookup;", "*MAP;"] {
            assert!(skeleton.contains(line), "{toolchain:?}: {line} in {skeleton}");
        }
    }
}

/// aya resolves no externs yet; libbpf finds them in the kernel's own BTF.
#[test]
fn functions_of_the_kernel_are_found_by_libbpf() {
    for toolchain in Toolchain::ALL {
        let lab = Lab::new();
        let output = lab.write("kfuncs.o", []);
        let mut rustc = toolchain.rustc();
        rustc.args([FULL, "-Clink-arg=--allow-undefined=bpf_rcu_read_lock,bpf_rcu_read_unlock"]);
        run(rustc.arg(source("kfuncs.rs")).arg("-o").arg(&output));
        let object = fs::read(output).expect("the linker wrote it");
        let types = lab.inspect(&["bpftool", "btf", "dump", "file"], &object);
        for line in ["FUNC 'bpf_rcu_read_lock'", "DATASEC '.ksyms'"] {
            assert!(types.contains(line), "{toolchain:?}: {line} in {types}");
        }
        load_with_libbpf(&object);
    }
}

/// aya#1649: the kernel refuses a program when one of its functions has no record.
#[test]
fn programs_load_whichever_package_has_debug_info() {
    for toolchain in Toolchain::ALL {
        for (dependency, program) in [(NONE, FULL), (FULL, NONE), (NONE, NONE)] {
            let lab = Lab::new();
            let object = two_packages(&lab, toolchain, dependency, program);
            let what = format!("{toolchain:?} {dependency} {program}");
            let elf = Elf::parse(&object).expect("a BPF object");
            let functions = object::functions(&elf);
            let names: Vec<_> = functions.iter().map(|function| function.name.as_str()).collect();
            assert!(names.contains(&"of_dependency") && names.contains(&"of_program"), "{names:?}");
            assert!(functions.iter().any(|function| function.section_name == ".text"), "{what}");
            assert_eq!(described(&object), functions.len(), "{what}: {names:?}");
            load(&lab, &object);
        }
    }
}

fn layout(lab: &Lab, toolchain: Toolchain) -> Vec<u8> {
    let output = lab.write("layout.o", []);
    run(toolchain.rustc().arg(FULL).arg(source("layout.rs")).arg("-o").arg(&output));
    fs::read(output).expect("the linker wrote it")
}

fn two_packages(lab: &Lab, toolchain: Toolchain, dependency: &str, program: &str) -> Vec<u8> {
    let library = lab.write("libdependency.rlib", []);
    let mut rustc = toolchain.rustc();
    rustc.args(["--crate-type=rlib", "-Ccodegen-units=1", dependency]);
    run(rustc.arg(source("dependency.rs")).arg("-o").arg(&library));
    let output = lab.write("program.o", []);
    let mut rustc = toolchain.rustc();
    rustc.arg(program).arg("--extern").arg(format!("dependency={}", library.display()));
    run(rustc.arg(source("program.rs")).arg("-o").arg(&output));
    fs::read(output).expect("the linker wrote it")
}

/// Returns the number of functions that have a record and, at the same place, a line.
fn described(object: &[u8]) -> usize {
    let [btf, ext] = [".BTF", ".BTF.ext"].map(|name| section(object, name).expect("it is there"));
    let info = Info::decode(&btf, Some(&ext)).expect("sound BTF");
    let ext = info.ext.as_ref().expect("it was there");
    let lines: Vec<_> = ext
        .line_info
        .iter()
        .flat_map(|table| table.records.iter().map(|line| (table.section, line.insn_off)))
        .collect();
    let functions = ext
        .func_info
        .iter()
        .flat_map(|table| table.records.iter().map(|function| (table.section, function.insn_off)));
    functions.filter(|place| lines.contains(place)).count()
}

/// Returns the layouts according to rustc: `tests/btf/rust/layout.rs` writes them.
struct Row {
    of: String,
    /// Empty for the type as a whole.
    member: String,
    /// The size of the type or the offset of the member, in bytes.
    number: u32,
}

fn rows(object: &[u8]) -> Vec<Row> {
    let bytes = section(object, ".rodata.layout").expect("the program keeps it");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned();
    let row = |row: &[u8; 64]| Row {
        of: text(&row[..40]),
        member: member_in_btf(&text(&row[40..60])),
        number: u32::from_le_bytes(row[60..].try_into().expect("four bytes")),
    };
    bytes.as_chunks().0.iter().map(row).collect()
}

/// Debug info calls member 0 of a tuple `__0`, and a raw identifier by its name.
fn member_in_btf(member: &str) -> String {
    let is_number = !member.is_empty() && member.bytes().all(|byte| byte.is_ascii_digit());
    let bare = member.strip_prefix("r#").unwrap_or(member);
    if is_number { format!("__{member}") } else { bare.to_owned() }
}

fn section(object: &[u8], name: &str) -> Option<Vec<u8>> {
    let elf = Elf::parse(object).expect("a BPF object");
    let id = elf.section_named(name)?;
    elf.sections.get(&id).map(|section| section.bytes().to_vec())
}
