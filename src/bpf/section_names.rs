//! Section names with a meaning for loaders, and likely typos of them.
//!
//! Other names are not reported: loaders other than libbpf and aya choose a program's type by other means. Only a
//! near miss, one typo away from a known name, is worth a warning.

use super::kernel::PROGRAM_TYPES;

/// Names of programs' sections in addition to those of the kernel's program types: `section_defs` of libbpf 1.7
/// (`tools/lib/bpf/libbpf.c`) and the sections that aya 0.14 reads (`aya-obj/src/obj.rs`).
const MORE_PROGRAMS: &[&str] = &[
    "cgroup/dev",
    "cgroup_skb/egress",
    "cgroup_skb/ingress",
    "cgroup_skb/skb",
    "cgroup/skb/egress",
    "cgroup/skb/ingress",
    "cgroup/sock_release",
    "cgroup/sysctl",
    "fmod_ret.s",
    "fsession",
    "fsession.s",
    "iter.s",
    "lsm.s",
    "raw_tracepoint.w",
    "raw_tp.w",
    "sk_skb/stream_parser",
    "sk_skb/stream_verdict",
    "sk_skb/verdict",
    "struct_ops.s",
    "syscall",
    "tcx/egress",
    "tcx/ingress",
    "usdt.s",
    "xdp.frags/cpumap",
    "xdp.frags/devmap",
];

/// Sections of data and of properties of a program.
const DATA: &[&str] = &[
    ".addr_space.1",
    ".bss",
    ".data",
    ".jumptables",
    ".kconfig",
    ".ksyms",
    ".maps",
    ".rodata",
    ".struct_ops",
    ".struct_ops.link",
    "license",
    "maps",
    "version",
];

/// Sections whose data programs can use, also with more behind a dot or a slash: libbpf's `bpf_object__elf_collect` and
/// `bpf_object__shndx_is_data`; `maps/` is used by older loaders.
const READABLE: &[&str] = &[
    ".addr_space.1",
    ".bss",
    ".data",
    ".jumptables",
    ".kconfig",
    ".ksyms",
    ".maps",
    ".rodata",
    ".struct_ops",
    "?.struct_ops",
    "maps",
];

/// Returns true if loaders give programs access to the data of section `name`.
#[must_use]
pub fn is_readable(name: &str) -> bool {
    READABLE.iter().any(|known| {
        let rest = name.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    })
}

/// Returns true if aya, which looks at the beginning of names only, gives programs access to the data of section `name`.
#[must_use]
pub fn is_readable_by_aya(name: &str) -> bool {
    [".bss", ".data", ".rodata"].iter().any(|known| name.starts_with(known))
}

/// Returns true if libbpf or aya knows the type of programs in section `name`.
#[must_use]
pub fn is_program(name: &str) -> bool {
    let name = name.strip_prefix('?').unwrap_or(name);
    program_names().any(|known| continues(name, known))
}

/// Returns true if programs in section `name` implement a kernel operation (struct_ops), which may return nothing.
#[must_use]
pub fn is_operation(name: &str) -> bool {
    name.strip_prefix('?').unwrap_or(name).starts_with("struct_ops")
}

/// Returns the probable intended name of the function section `name`, if a known one is one typo away.
#[must_use]
pub fn near_program(name: &str) -> Option<String> {
    let (mark, plain) = name.strip_prefix('?').map_or(("", name), |plain| ("?", plain));
    if is_program(plain) || plain.starts_with(".text") {
        return None;
    }
    // A name may continue after a `/`: as many parts are compared as the known one has.
    let mut found: Vec<_> = program_names()
        .filter_map(|known| {
            let parts = known.split('/').count();
            let cut = plain.match_indices('/').nth(parts - 1).map_or(plain.len(), |(at, _)| at);
            let (head, rest) = plain.split_at_checked(cut)?;
            is_slip(head, known).then(|| format!("{mark}{known}{rest}"))
        })
        .collect();
    found.sort();
    found.into_iter().next()
}

/// Returns the probable intended name of the variable section `name`, if a known one is one typo away.
#[must_use]
pub fn near_data(name: &str) -> Option<&'static str> {
    if is_readable(name) || is_readable_by_aya(name) || DATA.contains(&name) {
        return None;
    }
    let dotted = |known: &&&str| known.strip_prefix('.') == Some(name);
    let slip = |known: &&&str| is_slip(name, known);
    if let Some(known) = DATA.iter().find(|known| name.strip_prefix('.') == Some(known)) {
        return Some(known);
    }
    DATA.iter().find(dotted).or_else(|| DATA.iter().find(slip)).copied()
}

fn program_names() -> impl Iterator<Item = &'static str> {
    PROGRAM_TYPES.iter().map(|row| row.section).chain(MORE_PROGRAMS.iter().copied())
}

fn continues(name: &str, known: &str) -> bool {
    name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns true if `name` is `known` with one typo: a different case, two letters swapped, or one letter wrong,
/// missing or extra. Correct names of up to four letters are too similar, so only typos that form no other word count
/// there.
fn is_slip(name: &str, known: &str) -> bool {
    if name == known {
        return false;
    }
    if name.eq_ignore_ascii_case(known) {
        return true;
    }
    let marks = |text: &str| text.bytes().filter(|byte| !byte.is_ascii_alphabetic()).count();
    // Names such as `xdp1` and `socket_2` are intentional.
    if strsim::damerau_levenshtein(name, known) != 1 || marks(name) > marks(known) {
        return false;
    }
    if known.len() > 4 {
        return true;
    }
    known.len() > 2 && (is_swapped(name, known) || is_doubled(name, known))
}

fn is_swapped(name: &str, known: &str) -> bool {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    sorted(name) == sorted(known)
}

/// Returns true if `name` only repeats a letter of `known`.
fn is_doubled(name: &str, known: &str) -> bool {
    let once = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.dedup();
        letters
    };
    name.len() > known.len() && once(name) == once(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_a_near_miss() {
        for (name, meant) in [
            ("xpd", "xdp"),
            ("XDP", "xdp"),
            ("xddp", "xdp"),
            ("?xpd", "?xdp"),
            ("kprob/foo", "kprobe/foo"),
            ("kprobes/foo", "kprobe/foo"),
            ("tracepiont/sched/sched_switch", "tracepoint/sched/sched_switch"),
            ("fentyr/do_nanosleep", "fentry/do_nanosleep"),
            ("clasifier", "classifier"),
            ("socekt", "socket"),
            ("cgroup/conect4", "cgroup/connect4"),
            ("tcx/ingres", "tcx/ingress"),
            ("lms/file_open", "lsm/file_open"),
        ] {
            assert_eq!(near_program(name).as_deref(), Some(meant), "{name}");
        }
        for (name, meant) in [
            ("licence", "license"),
            ("lisense", "license"),
            ("License", "license"),
            ("LICENSE", "license"),
            ("vesion", "version"),
            (".map", ".maps"),
            (".mpas", ".maps"),
            (".mapss", ".maps"),
            (".license", "license"),
            ("ksyms", ".ksyms"),
            ("kconfig", ".kconfig"),
        ] {
            assert_eq!(near_data(name), Some(meant), "{name}");
        }
    }

    #[test]
    fn known_names_and_names_of_somebodys_own_are_none() {
        for name in [
            "xdp",
            "xdp/prog",
            "?xdp",
            "xdp1",
            "xdp_prog",
            "udp",
            "tcp",
            "tx",
            "prog",
            "test",
            "from-container",
            "lwt_in",
            "classifier/2",
            "socket1",
            "socket_filter",
            "kprobe.multi/x",
            "tc",
            "tcx/egress",
            "raw_tp",
            "raw_tracepoint.w/x",
            "cgroup/skb",
            "cgroup_skb/ingress",
            "sk_skb",
            "sk_msg",
            "lsm.s/x",
            "struct_ops/x",
            "struct_ops.s/x",
            "iter/task",
            "uprobe",
            "uretprobe",
            "usdt",
            "action",
            "perf_event",
            ".text",
            ".text.unlikely",
            "inet",
            "sample",
        ] {
            assert_eq!(near_program(name), None, "{name}");
        }
        for name in [
            ".rodata",
            ".rodata.str1.1",
            ".data.mine",
            ".bss",
            "maps",
            "maps/hash",
            "mydata",
            "my_maps",
            "_license",
        ] {
            assert_eq!(near_data(name), None, "{name}");
        }
    }
}
