//! Behavior of programs, run by the kernel for a test (`BPF_PROG_TEST_RUN`).

use std::path::Path;

use super::judgement::tail;
use crate::support::{
    kernels::Kernel,
    lab::{Loader, Request, Step},
    packets::{self, Ipv4},
};

/// Result of running a program of two objects.
pub enum Runs {
    /// Both did the same.
    Same,
    /// The kernel cannot run it, or not with what it is given.
    NotRun,
    /// It does not even do the same twice.
    Fickle,
    /// Results of our object and of clang's.
    Differ(String, String),
}

/// Result of one object: returned values, packets afterwards, and the contents of its maps; or why it was not run.
type Given = Result<(Vec<u32>, Vec<Vec<u8>>, String), String>;

/// Runs the program `name` of `theirs` and `ours` on the same, if the kernel runs programs of that `kind` at all.
pub fn compare(kind: &str, name: &str, theirs: &Path, ours: &Path) -> Runs {
    let steps = steps_of(kind);
    if steps.is_empty() {
        return Runs::NotRun;
    }
    let give = |object: &Path| given(object, name, &steps);
    let (first, own) = (give(theirs), give(ours));
    if first == own {
        return if first.is_ok() { Runs::Same } else { Runs::NotRun };
    }
    // A second time, what depends on the moment shows itself.
    let (again, own_again) = (give(theirs), give(ours));
    if first != again || own != own_again {
        return Runs::Fickle;
    }
    Runs::Differ(format!("{own:?}"), format!("{first:?}"))
}

/// Returns the input for test runs of a program of that `kind`, by libbpf-rs's names; none without test runs.
fn steps_of(kind: &str) -> Vec<Step<'static>> {
    match kind {
        "Xdp" | "SchedCls" | "SchedAct" | "CgroupSkb" | "SocketFilter" | "LwtIn" | "LwtOut"
        | "LwtXmit" | "LwtSeg6local" | "FlowDissector" => {
            frames().into_iter().map(Step::Packet).collect()
        }
        // Twelve arguments, the most there are: nothing, and pointers to nothing.
        "RawTracepoint" => vec![
            Step::Arguments(&[0; 12]),
            Step::Arguments(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ],
        "Syscall" => vec![Step::Arguments(&[0; 32])],
        "SkLookup" => vec![Step::Arguments(&LOOKUP)],
        _ => Vec::new(),
    }
}

/// A `struct bpf_sk_lookup` (include/uapi/linux/bpf.h): IPv4, TCP, from 10.0.0.1:1234 to 10.0.0.2:80.
const LOOKUP: [u64; 9] = {
    let (family, protocol) = (2, 6 << 32);
    let from = u32::from_le_bytes([10, 0, 0, 1]) as u64;
    let to = (u32::from_le_bytes([10, 0, 0, 2]) as u64) << 32;
    let from_port = (1234_u16.to_be() as u64) << 32;
    [0, family | protocol, from, 0, from_port, to >> 32, 0, 80 << 32, 1]
};

/// Frames of TCP with and without options, UDP, a protocol nobody knows, IPv6, and ARP.
fn frames() -> Vec<Vec<u8>> {
    let ipv4 = |protocol, options| {
        let packet = Ipv4 {
            source: [10, 0, 0, 1],
            destination: [10, 0, 0, 2],
            protocol,
            source_port: 1234,
            destination_port: 80,
            options,
        };
        packet.bytes()
    };
    vec![
        ipv4(packets::TCP, 0),
        ipv4(packets::TCP, 3),
        ipv4(packets::UDP, 0),
        ipv4(253, 0),
        packets::ethernet([0x86, 0xdd], &ipv6(packets::TCP)),
        packets::ethernet([0x08, 0x06], &[0; 46]),
    ]
}

/// An IPv6 packet of 64 bytes, from 2001:db8::1 to 2001:db8::2.
fn ipv6(protocol: u8) -> Vec<u8> {
    const PAYLOAD: u8 = 24;
    let address = |last| [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let mut packet = vec![0x60, 0, 0, 0, 0, PAYLOAD, protocol, 64];
    packet.extend(address(1));
    packet.extend(address(2));
    packet.extend([1234_u16, 80].map(u16::to_be_bytes).concat());
    packet.resize(40 + usize::from(PAYLOAD), 0);
    packet
}

fn given(object: &Path, program: &str, steps: &[Step<'_>]) -> Given {
    let request = Request::run(Loader::Libbpf, object, program, &[], steps);
    let story = Kernel::Running.ask(&[request]).pop().expect("one request has one answer");
    match story.refusal() {
        Some(refusal) => Err(tail(&refusal).replace(&*object.to_string_lossy(), "")),
        None => Ok((story.returned(), story.packets(), story.declared_maps())),
    }
}
