//! Jump tables of two files: each entry follows its function.

use std::{fs, process::Command};

use bpf_linker::internals::{
    elf::{Elf, Symbol},
    object::Object,
    report::Origin,
};

use crate::support::tools::{bpf_clang, linker, run};

const SOURCE: &str = r#"
static int (*number)(void) = (void *)7;
__attribute__((section("xdp"), used)) int NAME(void *context) {
  int result;
  switch (number()) {
  case 0: result = number() * 3; break;
  case 1: result = number() ^ 5; break;
  case 2: result = number() | 7; break;
  case 3: result = number() + 9; break;
  case 4: result = number() & 11; break;
  default: return 99;
  }
  return result + 1;
}
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
"#;

/// libbpf 1.7 and 1.8 append the tables as they are, so those of the second file lead into the first function.
#[test]
fn entries_follow_their_functions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let mut inputs = Vec::new();
    for name in ["first", "second"] {
        fs::write(path("source.c"), SOURCE.replace("NAME", name)).expect("the folder is writable");
        let mut command = bpf_clang();
        command.args(["-mcpu=v4", "-mllvm"]);
        command.args(["-bpf-min-jump-table-entries=3", "-c", "source.c", "-o"]).arg(path(name));
        run(command.current_dir(folder.path()));
        inputs.push(path(name));
    }
    let expected = targets(&inputs[0], "first");
    assert_eq!(expected.len(), 5);
    for options in [&["--cpu", "v4"][..], &["--cpu", "v4", "-r"]] {
        let ours = path("ours.o");
        run(Command::new(linker()).args(options).arg("-o").arg(&ours).args(&inputs));
        for (index, name) in ["first", "second"].into_iter().enumerate() {
            assert_eq!(nth_targets(&ours, name, index), expected, "{name} {options:?}");
        }
    }
    let theirs = path("theirs.o");
    let mut linker = libbpf_rs::Linker::new(&theirs).expect("the folder is writable");
    inputs.iter().for_each(|input| linker.add_file(input).expect("libbpf takes the object"));
    linker.link().expect("libbpf links the objects");
    let second = nth_targets(&theirs, "second", 1);
    assert!(second.iter().all(|target| *target < 0), "libbpf's linker is right: {second:?}");
}

fn targets(object: &std::path::Path, function: &str) -> Vec<i64> {
    nth_targets(object, function, 0)
}

/// Returns the entries of the jump table number `index`, as distances from the start of `function`.
fn nth_targets(object: &std::path::Path, function: &str, index: usize) -> Vec<i64> {
    let bytes = fs::read(object).expect("the linker wrote it");
    let Elf { sections, symbols, .. } =
        Object::parse(&bytes, Origin::whole("linked")).expect("it is an object").elf;
    let start = symbols.values().find(|symbol| symbol.name == function).expect("a function").value;
    let mut tables: Vec<&Symbol> =
        symbols.values().filter(|symbol| symbol.name.starts_with("BPF.JT.")).collect();
    tables.sort_by_key(|table| table.value);
    let table = tables[index];
    let section = sections.values().find(|section| section.name == ".jumptables");
    let range = table.value as usize..(table.value + table.size) as usize;
    let entries = section.expect("the tables").bytes()[range].chunks_exact(8);
    let start = i64::try_from(start).expect("a small section");
    let entry = |entry: &[u8]| i64::from_le_bytes(entry.try_into().expect("8 bytes"));
    entries.map(|bytes| entry(bytes) - start).collect()
}
