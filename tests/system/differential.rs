//! The same link lines, as rustc writes them, through the incumbent and through this linker: what a loader sees is the
//! same.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    elf::Elf,
    examples::{Build, Core, Example, Profile},
    lab::{self, Loader, Step},
    packets::{self, Ipv4, TCP},
    tools,
};
use tempfile::TempDir;

/// Runs both linkers on the same words; only the name of the output differs.
const BOTH: &str = r#"#!/bin/sh -e
"$OURS" "$@"
previous=
for word do
    shift
    if [ "$previous" = -o ]; then set -- "$@" "$THEIR_OUTPUT"; else set -- "$@" "$word"; fi
    previous=$word
done
exec "$THEIRS" "$@"
"#;

#[test]
fn firewall_is_the_same_to_a_loader() {
    let pair = Pair::link(Example::Firewall.usual());
    pair.check_surface();
    pair.check_programs(&[Loader::Aya]);
    pair.check_firewall();
}

#[test]
#[ignore = "ci/long.sh runs it: it builds core anew"]
fn firewall_of_dev_and_build_std_is_the_same_to_a_loader() {
    let build = Build { profile: Profile::Dev, core: Core::BuildStd, ..Example::Firewall.usual() };
    let pair = Pair::link(build);
    pair.check_surface();
    pair.check_programs(&[Loader::Aya]);
    pair.check_firewall();
}

#[test]
fn tracing_is_the_same_to_a_loader() {
    let pair = Pair::link(Example::Tracing.usual());
    pair.check_surface();
    pair.check_programs(&[Loader::Aya, Loader::Libbpf]);
}

#[test]
#[ignore = "ci/long.sh runs it: it builds core anew"]
fn tracing_of_dev_and_build_std_is_the_same_to_a_loader() {
    let build = Build { profile: Profile::Dev, core: Core::BuildStd, ..Example::Tracing.usual() };
    let pair = Pair::link(build);
    pair.check_surface();
    pair.check_programs(&[Loader::Aya, Loader::Libbpf]);
}

/// Types that nothing needs, and DWARF that no kernel reads, are what makes objects large. Half of the BTF that is left is
/// the source text that the verifier's log quotes.
#[test]
fn firewall_is_a_fraction_in_size() {
    let pair = Pair::link(Example::Firewall.usual());
    let sizes = |path: &PathBuf| {
        let elf = Elf::read(path);
        (elf.size(), elf.section_size(".BTF") + elf.section_size(".BTF.ext"))
    };
    let (ours, theirs) = (sizes(&pair.ours), sizes(&pair.theirs));
    assert!(ours.1 > 0 && ours.1 * 2 <= theirs.1, "BTF: {} of {} bytes", ours.1, theirs.1);
    assert!(ours.0 * 10 <= theirs.0, "object: {} of {} bytes", ours.0, theirs.0);
}

/// A skeleton makes a C program of an object; `gen object` links it with others.
#[test]
fn bpftool_makes_objects_and_skeletons_of_the_examples() {
    let folder = TempDir::new().expect("a new folder");
    for example in [Example::Firewall, Example::Tracing, Example::RustWithC] {
        let object = example.usual().run();
        let joined = folder.path().join("joined.o");
        let bpftool = |words: &[&str], files: &[&Path]| {
            let output = tools::run(Command::new("bpftool").arg("gen").args(words).args(files));
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        bpftool(&["object"], &[&joined, &object]);
        let programs = |object: &Path| lab::load(Loader::Libbpf, object).programs().join(" ");
        assert_eq!(programs(&joined), programs(&object), "{example:?}");
        let skeleton = bpftool(&["skeleton"], &[&object]);
        for program in lab::load(Loader::Libbpf, &object).programs() {
            let line = format!("struct bpf_program *{program};");
            assert!(skeleton.contains(&line), "{example:?}: {line} in {skeleton}");
        }
    }
}

/// One link by both.
struct Pair {
    ours: PathBuf,
    theirs: PathBuf,
    _folder: TempDir,
}

impl Pair {
    fn link(build: Build) -> Self {
        let folder = TempDir::new().expect("a new folder");
        tools::write_script(&folder.path().join("bpf-linker"), BOTH);
        let theirs = folder.path().join("theirs.o");
        let variables = [
            ("OURS", &*tools::linker()),
            ("THEIRS", &*tools::incumbent()),
            ("THEIR_OUTPUT", &*theirs),
        ];
        let ours = build.run_with(folder.path(), &variables);
        Self { ours, theirs, _folder: folder }
    }

    /// Exported symbols, program sections and the sections that hold data for loaders.
    fn check_surface(&self) {
        let (ours, theirs) = (Elf::read(&self.ours), Elf::read(&self.theirs));
        assert_eq!(ours.exported(), theirs.exported());
        assert_eq!(ours.program_sections(), theirs.program_sections());
        let for_loaders = |elf: &Elf| -> BTreeSet<String> {
            let names = ["maps", ".maps", "license", ".BTF", ".BTF.ext", ".data", ".bss"];
            let sections = elf.sections().into_iter().filter(|name| names.contains(&name.as_str()));
            // This linker describes the maps of the older section in BTF, so that libbpf loads them.
            sections.map(|name| if name == "maps" { ".maps".to_owned() } else { name }).collect()
        };
        assert_eq!(for_loaders(&ours), for_loaders(&theirs));
        assert_eq!(ours.undefined(), theirs.undefined());
    }

    /// Both load, with the same programs and maps.
    fn check_programs(&self, loaders: &[Loader]) {
        for loader in loaders {
            let (ours, theirs) = (lab::load(*loader, &self.ours), lab::load(*loader, &self.theirs));
            assert_eq!(ours.programs(), theirs.programs());
            assert_eq!(ours.map_shapes(), theirs.map_shapes());
        }
    }

    /// Both firewalls do the same to the same packets.
    fn check_firewall(&self) {
        let packet = |source: u8, length: usize| {
            let mut bytes = Ipv4 {
                source: [192, 0, 2, source],
                destination: [198, 51, 100, 1],
                protocol: TCP,
                source_port: 40_000,
                destination_port: 25,
                options: source % 3,
            }
            .bytes();
            bytes.truncate(length);
            Step::Packet(bytes)
        };
        let rule = |source: u8, action: u32, port: u32| {
            let value = [action.to_ne_bytes(), port.to_ne_bytes()].concat();
            Step::Put("BLOCKLIST", vec![192, 0, 2, source], value)
        };
        let steps = || -> Vec<Step<'static>> {
            let mut steps = vec![rule(1, 1, 0), rule(2, 1, 25), rule(3, 1, 80), rule(4, 3, 0)];
            steps.extend((1..6).flat_map(|source| [60, 54, 36, 20].map(|n| packet(source, n))));
            steps.push(Step::Packet(packets::ethernet([0x86, 0xdd], &[0x60; 46])));
            steps
        };
        let run = |object| lab::run(Loader::Aya, object, "firewall", &steps());
        let (ours, theirs) = (run(&self.ours), run(&self.theirs));
        assert_eq!(ours.returned(), theirs.returned());
        assert_eq!(ours.packets(), theirs.packets());
        assert_eq!(ours.sums("ACTIONS"), theirs.sums("ACTIONS"));
    }
}
