//! Real programs, built by cargo and make with this linker, loaded into the running kernel by aya and libbpf, and run on
//! given input: they do what their source says.

use std::{fs, path::Path};

use crate::support::{
    elf::Elf,
    examples::{self, Build, Core, DebugInfo, Endian, Example, Profile},
    lab::{self, Loader, Step, Story},
    packets::{self, ICMP, Ipv4, TCP, UDP},
    tools,
};

const XDP_ABORTED: u32 = 0;
const XDP_DROP: u32 = 1;
const XDP_PASS: u32 = 2;
const XDP_TX: u32 = 3;

const STRANGER: [u8; 4] = [192, 0, 2, 1];
const BLOCKED: [u8; 4] = [192, 0, 2, 2];
const NO_SMTP: [u8; 4] = [192, 0, 2, 3];
const BOUNCED: [u8; 4] = [192, 0, 2, 4];
const SERVICE: [u8; 4] = [198, 51, 100, 1];

// The firewall.

#[test]
fn firewall_of_the_release_profile_and_prebuilt_core() {
    check_firewall(&Example::Firewall.usual().run(), Loader::Aya);
}

#[test]
fn firewall_of_the_dev_profile_and_prebuilt_core() {
    let build = Build { profile: Profile::Dev, ..Example::Firewall.usual() };
    check_firewall(&build.run(), Loader::Aya);
}

#[test]
fn firewall_of_the_release_profile_and_build_std() {
    let build = Build { core: Core::BuildStd, ..Example::Firewall.usual() };
    check_firewall(&build.run(), Loader::Aya);
}

#[test]
fn firewall_of_the_dev_profile_and_build_std() {
    let build = Build { profile: Profile::Dev, core: Core::BuildStd, ..Example::Firewall.usual() };
    check_firewall(&build.run(), Loader::Aya);
}

#[test]
fn firewall_without_btf_has_no_debug_information_and_works() {
    let build = Build { debug_info: DebugInfo::None, ..Example::Firewall.usual() };
    let object = build.run();
    check_firewall(&object, Loader::Aya);
    let sections = Elf::read(&object).sections();
    let debug: Vec<_> =
        sections.iter().filter(|name| name.contains("BTF") || name.contains("debug")).collect();
    assert_eq!(debug, [""; 0], "no --btf was given");
}

#[test]
fn firewall_keeps_its_subprograms_and_says_so_in_btf() {
    let object = Elf::read(&Example::Firewall.usual().run());
    let functions = object.functions();
    let firewall = functions.iter().find(|function| function.name == "firewall");
    let firewall = firewall.expect("the program is there by its name");
    assert_eq!(firewall.section, "xdp");
    assert!(
        firewall.instructions.iter().any(|instruction| instruction.is_local_call()),
        "action_for is #[inline(never)], so it is called",
    );
    for name in ["action_for", "count"] {
        assert!(
            functions.iter().any(|f| f.section == ".text" && f.name.contains(name)),
            "{name} is a function of .text",
        );
    }
    let sections = object.sections();
    assert!(sections.contains(".BTF") && sections.contains(".BTF.ext"), "{sections:?}");
    assert_eq!(object.undefined().len(), 0, "{:?}", object.undefined());
}

#[test]
fn firewall_with_btf_works_with_libbpf_although_its_maps_are_of_the_older_kind() {
    check_firewall(&Example::Firewall.usual().run(), Loader::Libbpf);
}

#[test]
fn firewall_takes_its_default_from_the_loader() {
    let object = Example::Firewall.usual().run();
    let globals = [("DEFAULT_ACTION", &XDP_DROP.to_ne_bytes()[..])];
    let packet = Step::Packet(ipv4(STRANGER, TCP, 80).bytes());
    let story = lab::run_with_globals(Loader::Aya, &object, "firewall", &globals, &[packet]);
    assert_eq!(story.returned(), [XDP_DROP]);
}

/// Packets, what the source says of each, and the counters afterwards.
fn check_firewall(object: &Path, loader: Loader) {
    assert_eq!(lab::load(loader, object).programs(), ["firewall"]);

    let with_options = Ipv4 { options: 3, ..ipv4(NO_SMTP, TCP, 25) };
    let cut = |length: usize| ipv4(STRANGER, TCP, 80).bytes()[..length].to_vec();
    let cases = [
        ("a sender without a rule", ipv4(STRANGER, TCP, 80).bytes(), XDP_PASS),
        ("a blocked sender", ipv4(BLOCKED, TCP, 80).bytes(), XDP_DROP),
        ("a blocked sender without ports", ipv4(BLOCKED, ICMP, 0).bytes(), XDP_DROP),
        ("another port than the blocked one", ipv4(NO_SMTP, TCP, 80).bytes(), XDP_PASS),
        ("the blocked port", ipv4(NO_SMTP, TCP, 25).bytes(), XDP_DROP),
        ("the blocked port by UDP", ipv4(NO_SMTP, UDP, 25).bytes(), XDP_DROP),
        ("the blocked port behind options", with_options.bytes(), XDP_DROP),
        ("its bytes as an ICMP message", ipv4(NO_SMTP, ICMP, 25).bytes(), XDP_PASS),
        ("a sender to bounce", ipv4(BOUNCED, UDP, 53).bytes(), XDP_TX),
        ("IPv6", packets::ethernet([0x86, 0xdd], &[0x60; 46]), XDP_PASS),
        ("ARP", packets::ethernet([0x08, 0x06], &[0; 46]), XDP_PASS),
        ("a header that is too short", packets::ethernet([8, 0], &[0x44; 46]), XDP_ABORTED),
        ("not version 4", packets::ethernet([8, 0], &[0x65; 46]), XDP_ABORTED),
        ("an end inside the IPv4 header", cut(20), XDP_ABORTED),
        ("an end before the ports", cut(34), XDP_ABORTED),
    ];
    let mut steps =
        vec![rule(BLOCKED, XDP_DROP, 0), rule(NO_SMTP, XDP_DROP, 25), rule(BOUNCED, XDP_TX, 0)];
    steps.extend(cases.iter().map(|(_, packet, _)| Step::Packet(packet.clone())));
    let story = lab::run(loader, object, "firewall", &steps);

    for ((case, packet, action), (returned, after)) in
        cases.iter().zip(story.returned().into_iter().zip(story.packets()))
    {
        assert_eq!(returned, *action, "{case}");
        let mut expected = packet.clone();
        if *action == XDP_TX {
            expected[..6].copy_from_slice(&packets::FROM);
            expected[6..12].copy_from_slice(&packets::TO);
        }
        assert_eq!(after, expected, "{case}");
    }
    let counted = |action| cases.iter().filter(|(_, _, a)| *a == action).count() as u64;
    let counters = [XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX].map(|a| (key(a), counted(a)));
    assert_eq!(story.sums("ACTIONS"), counters);
}

fn ipv4(source: [u8; 4], protocol: u8, destination_port: u16) -> Ipv4 {
    Ipv4 {
        source,
        destination: SERVICE,
        protocol,
        source_port: 40_000,
        destination_port,
        options: 0,
    }
}

fn rule(source: [u8; 4], action: u32, port: u32) -> Step<'static> {
    let rule = [action.to_ne_bytes(), port.to_ne_bytes()].concat();
    Step::Put("BLOCKLIST", source.to_vec(), rule)
}

fn key(index: u32) -> Vec<u8> {
    index.to_ne_bytes().to_vec()
}

// The tracing programs.

#[test]
fn tracing_of_the_release_profile_and_prebuilt_core() {
    check_tracing(&Example::Tracing.usual().run());
}

#[test]
fn tracing_of_the_dev_profile_and_build_std() {
    let build = Build { profile: Profile::Dev, core: Core::BuildStd, ..Example::Tracing.usual() };
    check_tracing(&build.run());
}

/// Two watched calls and one that is not; what was counted, and what came through the ring buffer.
fn check_tracing(object: &Path) {
    const EXECVE: u64 = 59;
    const OPENAT: u64 = 257;
    const GETPID: u64 = 39;
    for loader in [Loader::Aya, Loader::Libbpf] {
        assert_eq!(lab::load(loader, object).programs(), ["switch", "sys_enter"]);

        let watch = |call: u64| Step::Put("WATCHED", call.to_ne_bytes().to_vec(), vec![1]);
        let calls = [EXECVE, GETPID, OPENAT, EXECVE];
        let arguments = calls.map(|call| [0, call]);
        let mut steps = vec![watch(EXECVE), watch(OPENAT)];
        steps.extend(arguments.iter().map(|arguments| Step::Arguments(arguments)));
        let story = lab::run(loader, object, "sys_enter", &steps);

        assert_eq!(story.returned(), [0; 4]);
        assert_eq!(story.sums("COUNTERS"), [(key(0), 4)], "four calls, nothing lost");
        // Sorted by the bytes of the key.
        let seen = [(OPENAT, 1), (EXECVE, 2)].map(|(call, n)| (call.to_ne_bytes().to_vec(), n));
        assert_eq!(story.sums("SEEN"), seen);
        check_events(&story, &[EXECVE, OPENAT, EXECVE]);
    }
}

/// The events of these calls, in order, all of the loader's only thread.
fn check_events(story: &Story, calls: &[u64]) {
    let long = |record: &[u8], at: usize| {
        u64::from_ne_bytes(record[at..at + 8].try_into().expect("eight bytes"))
    };
    let word = |record: &[u8], at: usize| {
        u32::from_ne_bytes(record[at..at + 4].try_into().expect("four bytes"))
    };
    let events = story.records("EVENTS");
    assert_eq!(events.iter().map(|event| event.len()).collect::<Vec<_>>(), vec![40; calls.len()]);
    let times: Vec<u64> = events.iter().map(|event| long(event, 0)).collect();
    assert!(times[0] > 0 && times.is_sorted(), "{times:?}");
    assert_eq!(events.iter().map(|event| long(event, 8)).collect::<Vec<_>>(), calls);
    for event in &events {
        assert!(word(event, 16) > 0 && word(event, 16) == word(event, 20), "one thread: {event:?}");
        assert_eq!(&event[24..], b"bpf-lab\0\0\0\0\0\0\0\0\0");
    }
}

// C with a C library.

#[test]
fn balancer_forwards_flows_to_their_backends() {
    const BACKENDS: [[u8; 4]; 4] = [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3], [0; 4]];
    let object = examples::c_library(Endian::Little);
    let flows: Vec<Ipv4> =
        (1000..1032).map(|source_port| Ipv4 { source_port, ..ipv4(STRANGER, UDP, 53) }).collect();
    for loader in [Loader::Aya, Loader::Libbpf] {
        assert_eq!(lab::load(loader, &object).programs(), ["balance"]);

        let mut steps: Vec<Step<'_>> = (0..)
            .zip(BACKENDS)
            .map(|(index, address)| Step::Put("backends", key(index), address.to_vec()))
            .collect();
        steps.extend(flows.iter().map(|flow| Step::Packet(flow.bytes())));
        let globals = [("service", &SERVICE[..])];
        let story = lab::run_with_globals(loader, &object, "balance", &globals, &steps);

        let mut forwarded = [0; 4];
        let afterwards = story.returned().into_iter().zip(story.packets());
        for (flow, (returned, after)) in flows.iter().zip(afterwards) {
            let backend = flow_hash(flow) % 4;
            let address = BACKENDS[backend as usize];
            if address == [0; 4] {
                assert_eq!(returned, XDP_DROP, "a flow of the missing backend");
                assert_eq!(after, flow.bytes());
                continue;
            }
            forwarded[backend as usize] += 1;
            let mut expected = Ipv4 { destination: address, ..*flow }.bytes();
            expected[40..42].fill(0);
            assert_eq!((returned, after), (XDP_TX, expected), "port {}", flow.source_port);
        }
        assert!(forwarded[..3].iter().all(|count| *count > 0), "every backend had a flow");
        let counters: Vec<_> =
            (0..3).map(|backend| (key(backend), forwarded[backend as usize])).collect();
        assert_eq!(story.sums("packets"), counters);
    }
}

#[test]
fn balancer_lets_other_packets_pass() {
    let object = examples::c_library(Endian::Little);
    let elsewhere = Ipv4 { destination: BLOCKED, ..ipv4(STRANGER, UDP, 53) };
    let with_options = Ipv4 { options: 1, ..ipv4(STRANGER, UDP, 53) };
    let packets = [
        ipv4(STRANGER, TCP, 53).bytes(),
        elsewhere.bytes(),
        with_options.bytes(),
        packets::ethernet([0x86, 0xdd], &[0x60; 46]),
        ipv4(STRANGER, UDP, 53).bytes()[..41].to_vec(),
    ];
    let steps: Vec<_> = packets.iter().cloned().map(Step::Packet).collect();
    let globals = [("service", &SERVICE[..])];
    for loader in [Loader::Aya, Loader::Libbpf] {
        let story = lab::run_with_globals(loader, &object, "balance", &globals, &steps);
        assert_eq!(story.returned(), [XDP_PASS; 5]);
        assert_eq!(story.packets(), packets);
    }
}

/// lib/flow.c, for a little-endian machine.
fn flow_hash(flow: &Ipv4) -> u32 {
    let ports = u32::from(flow.source_port.swap_bytes()) << 16
        | u32::from(flow.destination_port.swap_bytes());
    let words = [u32::from_le_bytes(flow.source), u32::from_le_bytes(flow.destination), ports];
    let add = |hash: u32, word: u32| (hash ^ word).wrapping_mul(16_777_619);
    let mut hash = words.into_iter().fold(2_166_136_261, add);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

// Rust with a C library.

#[test]
fn limiter_of_the_release_profile_and_prebuilt_core() {
    check_limiter(&Example::RustWithC.usual().run());
}

#[test]
fn limiter_of_the_dev_profile_and_build_std() {
    let build = Build { profile: Profile::Dev, core: Core::BuildStd, ..Example::RustWithC.usual() };
    check_limiter(&build.run());
}

/// A bucket of four tokens that gains two a second; a packet of 46 bytes costs one, of 246 bytes four. (A socket filter
/// sees a packet without its Ethernet header.)
fn check_limiter(object: &Path) {
    const SECOND: u64 = 1_000_000_000;
    let packet = |length: usize| {
        let mut packet = ipv4(STRANGER, TCP, 80).bytes();
        packet.resize(14 + length, 0);
        Step::Packet(packet)
    };
    let clock = |nanoseconds: u64| Step::Put("CLOCK", key(0), nanoseconds.to_ne_bytes().to_vec());
    // tokens, updated, per_second and burst
    let bucket = [&SECOND.to_ne_bytes()[..], &[0; 8], &2u32.to_ne_bytes(), &4u32.to_ne_bytes()];
    for loader in [Loader::Aya, Loader::Libbpf] {
        assert_eq!(lab::load(loader, object).programs(), ["limit"]);

        let steps = [
            Step::Put("BUCKET", key(0), bucket.concat()),
            packet(46), // takes the only token
            packet(46), // too many
            clock(SECOND / 2),
            packet(46), // half a second brought one token
            packet(46), // too many
            clock(60 * SECOND),
            packet(246), // the bucket was full: four tokens
            packet(46),  // too many
        ];
        let story = lab::run(loader, object, "limit", &steps);
        assert_eq!(story.returned(), [46, 0, 46, 0, 246, 0], "{loader:?}");
        let after = &story.entries("BUCKET")[0].1;
        assert_eq!(after[..8], [0; 8], "no token is left");
        assert_eq!(after[8..16], (60 * SECOND).to_ne_bytes(), "filled at that moment");
    }
}

/// A machine may have another libbpf, with headers and a static library (package libbpf-dev).
#[test]
fn the_loader_holds_the_libbpf_of_its_crate() {
    let locked = fs::read_to_string(tools::workspace().join("Cargo.lock")).expect("Cargo.lock");
    let (_, package) = locked.split_once("name = \"libbpf-sys\"\n").expect("a dependency");
    let version = package.lines().find_map(|line| line.strip_prefix("version = \""));
    let held = lab::libbpf_version();
    let version = version.expect("a package has a version");
    assert!(version.starts_with(&format!("{held}.")), "libbpf-sys {version}, libbpf {held}");
}
