//! Native objects of several files, linked by this linker in both orders and by libbpf's: loaded, run and compared.
//!
//! A scenario is a file in `native_links`: a comment with what must come out, and after `//--- NAME` each source.
//!
//! - `returns: PROGRAM NUMBER`: what a test run of the program returns;
//! - `libbpf: agrees`, `wrong` or `refuses`: what libbpf's linker makes of it; `any` depends on the version;
//! - `lacking: TEXT`: what bpftool of the distribution says about objects that are too new for it;
//! - `only-libbpf: TEXT`: the types with this text that libbpf's linker keeps in vain.

mod descriptions;
mod flavors;
mod jump_tables;
mod relocatable;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    lab::{self, Loader, Step},
    tools::{self, attempt, linker, run, said},
};

/// An Ethernet header: what the programs run on.
const PACKET: [u8; 14] = [0; 14];

/// A scenario, in a folder of its own.
struct Scenario {
    folder: tempfile::TempDir,
    /// The names of the objects, in order.
    objects: Vec<String>,
    returns: Vec<(String, u32)>,
    libbpf: String,
    only_libbpf: Vec<String>,
    lacking: Option<String>,
}

impl Scenario {
    fn compile(name: &str) -> Self {
        let file = tools::workspace().join("tests/system/native_links").join(name);
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        Self::compile_text(&text)
    }

    fn compile_text(text: &str) -> Self {
        let (head, sources) = text.split_once("//--- ").expect("a scenario has sources");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut objects = Vec::new();
        for source in sources.split("//--- ") {
            let (name, text) = source.split_once('\n').expect("a source has a name");
            fs::write(folder.path().join(name), text).expect("the folder is writable");
            let object = format!("{}.o", Path::new(name).file_stem().expect("a name").display());
            let mut command = tools::bpf_clang();
            command.args(["-mcpu=v3", "-c", name, "-o", &object]);
            run(command.current_dir(folder.path()));
            objects.push(object);
        }
        let of = |key: &str| {
            let prefix = format!("// {key}: ");
            head.lines().filter_map(move |line| Some(line.strip_prefix(&prefix)?.to_owned()))
        };
        let returns = of("returns").map(|line| {
            let (program, number) = line.split_once(' ').expect("a program and a number");
            (program.to_owned(), number.parse().expect("a number"))
        });
        let returns = returns.collect();
        let libbpf = of("libbpf").next().expect("the verdict on libbpf's linker");
        let only_libbpf = of("only-libbpf").collect();
        let lacking = of("lacking").next();
        Self { folder, objects, returns, libbpf, only_libbpf, lacking }
    }

    fn orders(&self) -> [Vec<&str>; 2] {
        let objects: Vec<&str> = self.objects.iter().map(String::as_str).collect();
        [objects.clone(), objects.into_iter().rev().collect()]
    }

    fn ours(&self, order: &[&str]) -> PathBuf {
        let mut command = Command::new(linker());
        command.args(["--btf", "-o", "ours.o"]).args(order).current_dir(self.folder.path());
        run(command.env("BPF_LINKER_LLVM", "/nonexistent"));
        self.folder.path().join("ours.o")
    }

    fn libbpfs(&self, order: &[&str]) -> Result<PathBuf, String> {
        let mut command = Command::new("bpftool");
        command.args(["gen", "object", "theirs.o"]).args(order).current_dir(self.folder.path());
        let output = attempt(&mut command);
        match output.status.success() {
            true => Ok(self.folder.path().join("theirs.o")),
            false => Err(said(&output)),
        }
    }

    /// Links with libbpf 1.7, which resolves forward declarations; bpftool's libbpf 1.1 does not.
    fn newer_libbpfs(&self, order: &[&str]) -> PathBuf {
        let output = self.folder.path().join("newer.o");
        let mut linker = libbpf_rs::Linker::new(&output).expect("the folder is writable");
        for object in order {
            linker.add_file(self.folder.path().join(object)).expect("libbpf takes the object");
        }
        linker.link().expect("libbpf links the objects");
        output
    }

    /// Returns the faults of an object; none if it is right.
    fn faults(&self, object: &Path) -> Vec<String> {
        let mut faults = descriptions::faults(object);
        faults.extend(lab::attempt(Loader::Libbpf, object).err());
        if !faults.is_empty() {
            return faults;
        }
        for (program, expected) in &self.returns {
            let story = lab::run(Loader::Libbpf, object, program, &[Step::Packet(PACKET.to_vec())]);
            if story.returned() != [*expected] {
                faults.push(format!("{program} returns {:?}, not {expected}", story.returned()));
            }
        }
        faults
    }
}

/// Links a scenario in both orders; ours is right in both, libbpf's as the scenario says.
fn play(name: &str) {
    let scenario = Scenario::compile(name);
    let mut verdicts = Vec::new();
    for order in scenario.orders() {
        let ours = scenario.ours(&order);
        assert_eq!(scenario.faults(&ours), [""; 0], "{name} linked as {order:?}");
        let theirs = scenario.libbpfs(&order);
        verdicts.push(match &theirs {
            Err(_) => "refuses",
            Ok(theirs) if scenario.faults(theirs).is_empty() => "agrees",
            Ok(_) => "wrong",
        });
        // An error of this linker makes libbpf-rs panic in debug builds.
        let newer = (scenario.libbpf != "refuses").then(|| scenario.newer_libbpfs(&order));
        if let Some(newer) = &newer {
            descriptions::compare(&ours, newer);
        }
        relocatable::check(&scenario, &order, newer.as_deref());
    }
    let expected = scenario.libbpf.as_str();
    let is_met = match expected {
        "any" => true,
        // The fault may show in one order only.
        "wrong" => verdicts.contains(&expected),
        _ => verdicts.iter().all(|verdict| *verdict == expected),
    };
    assert!(is_met, "libbpf's linker: {verdicts:?}, not {expected:?}; does docs/upstream.md know?");
}

/// Declares a test for each scenario.
macro_rules! scenarios {
    ($($test:ident $file:literal;)*) => {
        $(#[test] fn $test() { play($file); })*

        #[test]
        fn every_scenario_is_played() {
            let folder = tools::workspace().join("tests/system/native_links");
            let mut files: Vec<String> = fs::read_dir(folder)
                .expect("the scenarios are there")
                .map(|entry| entry.expect("it is readable").file_name().display().to_string())
                .filter(|name| !name.ends_with(".rs"))
                .collect();
            files.sort();
            assert_eq!(files, [$($file),*]);
        }
    };
}

scenarios! {
    a_group_is_kept_once "a-group-is-kept-once.cc";
    a_map_is_shared "a-map-is-shared.c";
    a_strong_definition_overrides_a_weak_one "a-strong-definition-overrides-a-weak-one.c";
    a_table_of_pointers_links "a-table-of-pointers-links.c";
    aliases_are_definitions "aliases-are-definitions.c";
    an_arena_is_shared "an-arena-is-shared.c";
    kconfig_and_kernel_functions_are_listed_once "kconfig-and-kernel-functions-are-listed-once.c";
    statics_of_one_name_stay_apart "statics-of-one-name-stay-apart.c";
    struct_ops_of_two_files_load "struct-ops-of-two-files-load.c";
    type_numbers_in_code_follow_the_types "type-numbers-in-code-follow-the-types.c";
    types_of_two_files_become_one "types-of-two-files-become-one.c";
}

/// The kernel's selftests of static linking: pairs of files that declare what the other defines.
#[test]
fn linked_selftests_load_as_libbpf_links_them() {
    let corpora = tools::downloads().join("corpora");
    let schedulers = tools::downloads().join("schedulers");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["linked_funcs", "linked_maps", "linked_vars"] {
        let objects: Vec<PathBuf> = ["1", "2"]
            .map(|number| {
                let object = folder.path().join(format!("{name}{number}.o"));
                let source = corpora.join(format!("selftests/progs/{name}{number}.c"));
                let mut command = tools::bpf_clang();
                command.args(["-mcpu=v3", "-D__TARGET_ARCH_x86", "-c"]);
                command.arg(source).arg("-o").arg(&object);
                for headers in ["include/vmlinux/arch/x86", "libbpf"] {
                    command.arg("-I").arg(schedulers.join(headers));
                }
                run(command.arg("-I").arg(corpora.join("uapi")));
                object
            })
            .into();
        let (ours, theirs) = (folder.path().join("ours.o"), folder.path().join("theirs.o"));
        run(Command::new(linker()).arg("--btf").arg("-o").arg(&ours).args(&objects));
        run(Command::new("bpftool").args(["gen", "object"]).arg(&theirs).args(&objects));
        assert_eq!(descriptions::faults(&ours), [""; 0], "{name}");
        let programs = |object: &Path| {
            let story = lab::load(Loader::Libbpf, object);
            let mut names: Vec<String> = story.programs().into_iter().map(str::to_owned).collect();
            names.sort();
            names
        };
        let ours_loaded = programs(&ours);
        // libbpf's linker gives a map that was declared before it was defined the offset of the declaration.
        if lab::attempt(Loader::Libbpf, &theirs).is_ok() {
            assert_eq!(ours_loaded, programs(&theirs), "{name}");
        }
        descriptions::compare(&ours, &theirs);
    }
}
