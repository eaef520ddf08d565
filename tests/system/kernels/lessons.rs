//! Five programs that an old kernel refuses as they are usually built, and takes when they are linked for it.

use std::fs;

use bpf_linker::{
    Kernel as Version,
    internals::{object::Object, report::Origin},
};

use super::sources::{self, Source};
use crate::support::{objects::check_kernel, packets};

/// A program, the kernel that refuses it, and why.
pub struct Lesson {
    /// The file in `tests/system/kernels/c`.
    pub source: &'static str,
    /// The function.
    pub program: &'static str,
    /// Options with which it is usually built.
    pub plain: &'static [&'static str],
    /// A kernel that refuses that.
    pub kernel: Version,
    /// The first one that takes it.
    pub since: Version,
    /// Error of the linker: the end of a cause.
    pub said: &'static str,
    /// Value returned for a packet.
    pub returns: fn(&[u8]) -> u32,
}

/// The five.
pub const LESSONS: [Lesson; 5] = [
    Lesson {
        source: "loop",
        program: "rounds",
        plain: &["--cpu", "v3"],
        kernel: Version(5, 2),
        since: Version(5, 3),
        said: "c/loop.c:10 needs loops: since kernel 5.3",
        returns: rounds,
    },
    Lesson {
        source: "calls",
        program: "hashed",
        plain: &["--cpu", "v3"],
        kernel: Version(4, 14),
        since: Version(4, 16),
        said: "c/calls.c:11 refers to function `mixed` and needs calls from one BPF function \
               to another: since kernel 4.16",
        returns: hashed,
    },
    Lesson {
        source: "table",
        program: "weighed",
        plain: &["--cpu", "v3"],
        kernel: Version(5, 1),
        since: Version(5, 2),
        said: "c/table.c:11 needs global data: since kernel 5.2",
        returns: weighed,
    },
    Lesson {
        source: "signs",
        program: "extended",
        plain: &["--cpu", "v4"],
        kernel: Version(5, 10),
        since: Version(6, 6),
        said: "c/signs.c:9 needs sign-extending loads (cpu v4): since kernel 6.6",
        returns: extended,
    },
    Lesson {
        source: "narrow",
        program: "clamped",
        plain: &["--cpu", "v3"],
        kernel: Version(4, 9),
        since: Version(5, 1),
        said: "needs jumps on 32 bits (cpu v3): since kernel 5.1",
        returns: clamped,
    },
];

impl Lesson {
    /// The words that link it for its kernel.
    pub fn fitting(&self) -> [String; 2] {
        ["--kernel".to_owned(), self.kernel.to_string()]
    }

    /// Refused by the rules as built plainly, with the message; accepted when linked for the kernel.
    pub fn check_rules(&self, source: &Source) {
        let check = |object: &std::path::Path| {
            let bytes = fs::read(object).expect("the linker wrote it");
            let object = Object::parse(&bytes, Origin::whole(object))?;
            check_kernel(&object, self.kernel)
        };
        let refused = check(&source.link("plain", self.plain)).expect_err(self.source);
        let causes = refused.causes();
        assert!(causes.iter().any(|cause| cause.ends_with(self.said)), "{refused}");
        assert!(!refused.help_lines().is_empty(), "{refused}");
        let fitting = self.fitting();
        let fitting: Vec<&str> = fitting.iter().map(String::as_str).collect();
        let fitting = source.link("fitting", &fitting);
        assert_eq!(check(&fitting), Ok(()), "{}", self.source);
    }
}

/// Packets for all of them, the signs of their numbers among the differences.
pub fn packets() -> Vec<Vec<u8>> {
    let packet = |payload: [u8; 50]| packets::ethernet([0x88, 0xb5], &payload);
    vec![
        packet([0; 50]),
        packet([0xff; 50]),
        packet(std::array::from_fn(|at| (at as u8).wrapping_mul(37))),
        packet(std::array::from_fn(|at| (at as u8 ^ 0x5a).wrapping_mul(91))),
    ]
}

fn word(packet: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(packet[at..at + 4].try_into().expect("four bytes"))
}

fn rounds(packet: &[u8]) -> u32 {
    let add = |sum: u32, byte: &u8| sum.wrapping_mul(31).wrapping_add(u32::from(*byte));
    packet[..48].iter().fold(0, add) & 0xffff
}

fn hashed(packet: &[u8]) -> u32 {
    let mixed = |value: u32, by: u32| (value ^ value >> by).wrapping_mul(0x85eb_ca6b);
    mixed(mixed(packet.len() as u32, 16), 13) & 0xffff
}

fn weighed(packet: &[u8]) -> u32 {
    const PRIMES: [u32; 24] = [
        2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
    ];
    PRIMES.iter().zip(packet).map(|(prime, byte)| prime * u32::from(*byte)).sum::<u32>() & 0xffff
}

fn extended(packet: &[u8]) -> u32 {
    let left = i64::from(i16::from_le_bytes([packet[12], packet[13]]));
    let right = i64::from(packet[14].cast_signed());
    let swapped = i64::from(packet[11].cast_signed());
    ((left * right + swapped) & 0xffff) as u32
}

fn clamped(packet: &[u8]) -> u32 {
    let (low, high) = (word(packet, 4).cast_signed(), word(packet, 8).cast_signed());
    let many = word(packet, 12);
    match (low < high, many) {
        (true, 0..0x0102_0304) => 1,
        (true, _) => 2,
        (false, 0xffff_fff1..) => 3,
        (false, _) => 4,
    }
}

/// The source of a lesson.
pub fn source(lesson: &Lesson, scratch: &std::path::Path) -> Source {
    sources::lesson(lesson.source, scratch)
}
