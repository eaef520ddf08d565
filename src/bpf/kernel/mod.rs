//! Table of the features of each kernel version that decide whether an object loads.
//!
//! - this module: features of instructions and programs;
//! - [`helpers`](helper), [`maps`](map_type): numbered lists, in the kernel's order;
//! - [`programs`](program_type): program types, by the sections that name them;
//! - [`releases`](parse_release): which versions exist.
//!
//! Versions are those of the kernel's own releases. Backports of distributions are not included.

mod functions;
mod helper_functions;
mod licenses;
mod maps;
mod programs;
mod releases;
mod resources;

pub use crate::btf::kernel::{Feature, Kernel};
#[cfg(any(test, feature = "internals"))]
pub use functions::FUNCTIONS;
pub use functions::{
    is_kernel_function, kernel_function_since, kernel_function_until, kernel_functions,
};
pub use helper_functions::{HELPERS, helper};
pub use licenses::{is_gpl_compatible, is_gpl_only};
pub use maps::{MAP_TYPES, map_field, map_type, struct_ops};
pub use programs::{PROGRAM_TYPES, ProgramType, program_type};
pub use releases::{FIRST_RELEASE, NEWEST_RELEASE, nearest_release, parse_release};
pub use resources::{Resource, acquired_by, helper_name, released_by};

use super::target::Cpu;

macro_rules! features {
    ($($name:ident = $major:literal, $minor:literal, $source:literal, $what:literal, $remedy:expr;)*) => {
        $(
            #[doc = concat!("Kernel ", $major, ".", $minor, ": ", $what, ".")]
            pub const $name: Feature = Feature {
                what: $what,
                since: Kernel($major, $minor),
                remedy: $remedy,
                source: $source,
            };
        )*
        /// All features.
        #[cfg(test)]
        pub const FEATURES: &[Feature] = &[$($name),*];
    };
}

const LOWER_CPU: &str = "leave --cpu out, and the kernel version chooses the instruction set";

features! {
    LESS_THAN = 4, 14, "92b31a9af73b", "jumps on less than (cpu v2)", LOWER_CPU;
    CALLS = 4, 16, "cc8b0b92a169", "calls from one BPF function to another",
        "--ignore-inline-never inlines all but recursion: make that a loop";
    NARROW_JUMPS = 5, 1, "092ed0968bb6", "jumps on 32 bits (cpu v3)", LOWER_CPU;
    GLOBAL_DATA = 5, 2, "d8eca5bbb2be", "global data",
        "keep it in a map or on the stack; tables of constants can vanish with --unroll-loops";
    LARGE_PROGRAMS = 5, 2, "c04c0d2b968a", "programs of more than 4096 instructions",
        "split it with tail calls, or optimize for size: -O s";
    LOOPS = 5, 3, "2589726d12a1", "loops",
        "--unroll-loops needs a number of rounds that is known when the program is compiled";
    TYPED_KSYMS = 5, 10, "4976b718c355", "variables of the kernel with a type",
        "declare it as `extern const void`, or find what it points to from a helper's result";
    TAIL_CALLS_BESIDE_CALLS = 5, 10, "e411901c0b77", "tail calls from programs that also call functions",
        "--ignore-inline-never inlines the functions";
    ATOMICS = 5, 12, "5ffa25502b5a", "atomic operations other than an addition whose old value is not used",
        "use only the addition, or bpf_spin_lock (5.1)";
    KERNEL_FUNCTIONS = 5, 13, "e6ac2450d6de", "calls of kernel functions",
        "use a helper, or declare the function weak and test whether it is there";
    CALLBACKS = 5, 13, "69c087ba6225", "addresses of BPF functions, for helpers that call back",
        "write the loop out, or go over the entries in user space";
    SIGN_EXTENDING_LOADS = 6, 6, "1f9a1ea821ff", "sign-extending loads (cpu v4)", LOWER_CPU;
    SIGN_EXTENDING_MOVES = 6, 6, "8100928c8814", "sign-extending moves (cpu v4)", LOWER_CPU;
    BYTE_SWAPS = 6, 6, "0845c3db7bf5", "unconditional byte swaps (cpu v4)", LOWER_CPU;
    SIGNED_DIVISION = 6, 6, "ec0e2da95f72", "signed division (cpu v4)", LOWER_CPU;
    LONG_JUMPS = 6, 6, "4cd58e9af8b9", "jumps over more than 32767 instructions (cpu v4)", LOWER_CPU;
    MAY_GOTO = 6, 9, "011832b97b31", "`may_goto`", "give the loop a bound that the verifier sees";
    ADDRESS_SPACES = 6, 9, "6082b6c328b5", "arenas", "use an array map";
    ACQUIRE_AND_RELEASE = 6, 15, "880442305a39", "loads that acquire and stores that release (cpu v4)",
        "--cpu v3, or relaxed atomics";
    INDIRECT_JUMPS = 6, 19, "493d9e0d6083", "jumps to what a register holds", LOWER_CPU;
    STACK_ARGUMENTS = 7, 2, "MAX_BPF_FUNC_ARGS", "more than five arguments, which need r11",
        "pass fewer, or a pointer to a structure that holds them; or let the function be inlined";
}

/// The maximum number of instructions of a program, with its functions, before [`LARGE_PROGRAMS`].
pub const SMALL_PROGRAM: u64 = 4096;
/// The same for later kernels (`BPF_COMPLEXITY_LIMIT_INSNS`), for a loader with `CAP_BPF`.
pub const LARGE_PROGRAM: u64 = 1_000_000;

/// Returns the highest instruction set that `kernel` supports, except for [`ACQUIRE_AND_RELEASE`] and the rows after
/// it.
#[must_use]
pub fn highest_cpu(kernel: Kernel) -> Cpu {
    let rows = [(LONG_JUMPS, Cpu::V4), (NARROW_JUMPS, Cpu::V3), (LESS_THAN, Cpu::V2)];
    let known = rows.into_iter().find(|(feature, _)| kernel.knows(feature));
    known.map_or(Cpu::V1, |(_, cpu)| cpu)
}

/// Returns the name of entry `number` of a numbered list and the first kernel with it; lists begin with 1.
fn numbered(list: &[(Kernel, &'static str)], number: u32) -> Option<(&'static str, Kernel)> {
    let names = list
        .iter()
        .flat_map(|(kernel, names)| names.split_whitespace().map(|name| (name, *kernel)));
    names.zip(1..).find(|(_, at)| *at == number).map(|(found, _)| found)
}

/// Returns the number of entries of a numbered list that `kernel` supports.
#[must_use]
#[cfg(any(test, feature = "internals"))]
pub fn known_to(list: &[(Kernel, &str)], kernel: Kernel) -> usize {
    let known = list.iter().filter(|(since, _)| *since <= kernel);
    known.map(|(_, names)| names.split_whitespace().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_kernels_header() {
        assert_eq!(helper(1), Some(("map_lookup_elem", Kernel(3, 19))));
        assert_eq!(helper(130), Some(("ringbuf_output", Kernel(5, 8))));
        assert_eq!(helper(209), Some(("user_ringbuf_drain", Kernel(6, 1))));
        assert_eq!(helper(0), None);
        assert_eq!(map_type(27), Some(("ringbuf", Kernel(5, 8))));
    }

    #[test]
    fn lists_and_features_are_in_the_order_of_versions() {
        for list in [HELPERS, MAP_TYPES] {
            assert!(list.is_sorted_by_key(|(kernel, _)| *kernel));
        }
        assert!(FEATURES.is_sorted_by_key(|feature| feature.since));
    }

    #[test]
    fn instruction_sets_follow_from_the_features() {
        let levels = [(4, 9), (4, 14), (5, 0), (5, 1), (6, 5), (6, 6)];
        let levels = levels.map(|(major, minor)| highest_cpu(Kernel(major, minor)));
        assert_eq!(levels, [Cpu::V1, Cpu::V2, Cpu::V2, Cpu::V3, Cpu::V3, Cpu::V4]);
    }

    #[test]
    fn sections_name_program_types_as_libbpf_reads_them() {
        let since = |section| program_type(section).map(|row| row.since);
        assert_eq!(since("xdp"), Some(Kernel(4, 8)));
        assert_eq!(since("xdp/eth0"), Some(Kernel(4, 8)));
        assert_eq!(since("xdp.frags/devmap"), Some(Kernel(5, 18)));
        assert_eq!(since("kprobe.multi/tcp_*"), Some(Kernel(5, 18)));
        assert_eq!(since("cgroup/sock_release"), Some(Kernel(5, 9)));
        assert_eq!(since("xdpxdp"), None);
    }
}
