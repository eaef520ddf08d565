//! The effect of a panic, and the values that a program may return.

use std::ops::RangeInclusive;

use super::kernel::program_type;

/// The effect of a panic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panics {
    /// The way a program ends.
    pub way: PanicWay,
    /// Values to return in place of the default of the program's type; later ones win.
    pub values: Vec<PanicValue>,
}

/// The way a panic ends a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PanicWay {
    /// Return from the program.
    #[default]
    Exit,
    /// End it by `bpf_throw` if kernel, program type and call site support it; otherwise return.
    Throw,
    /// Fail the link if a panic remains.
    Error,
    /// Keep the compiler's code, for targets other than the kernel.
    Keep,
}

impl PanicWay {
    /// All ways, in the order of the help text.
    pub const ALL: [Self; 4] = [Self::Exit, Self::Throw, Self::Error, Self::Keep];

    /// Returns the name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exit => "exit",
            Self::Throw => "throw",
            Self::Error => "error",
            Self::Keep => "keep",
        }
    }
}

/// The value a program returns when it panics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicValue {
    /// The section of the programs, or the part of it before a `/`; all programs if `None`.
    pub section: Option<String>,
    /// The value.
    pub value: i64,
}

impl Panics {
    /// Returns the value for programs of `section`: the last one given for that section, otherwise the last one given
    /// for all, otherwise the default.
    #[must_use]
    pub fn value(&self, section: &str) -> i64 {
        let names = |wish: &&PanicValue| {
            let rest = wish.section.as_deref().and_then(|name| section.strip_prefix(name));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let general = |wish: &&PanicValue| wish.section.is_none();
        let mut wishes = self.values.iter().rev();
        let wish = wishes.clone().find(names).or_else(|| wishes.find(general));
        wish.map_or_else(|| returns(section).default(), |wish| wish.value)
    }
}

/// The range of values that the verifier lets programs of a type return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns(RangeInclusive<i64>);

impl Returns {
    const ANYTHING: Self = Self(i64::MIN..=i64::MAX);

    /// Returns true if `value` is accepted.
    #[must_use]
    pub fn accepts(&self, value: i64) -> bool {
        self.0.contains(&value)
    }

    /// Returns 0 if it is accepted, otherwise the smallest value.
    #[must_use]
    pub fn default(&self) -> i64 {
        if self.accepts(0) { 0 } else { *self.0.start() }
    }

    /// Returns the lowest and the highest value.
    #[must_use]
    pub fn bounds(&self) -> (i64, i64) {
        (*self.0.start(), *self.0.end())
    }
}

/// Ranges by section, as `check_return_code` and `return_retval_range` in `kernel/bpf/verifier.c` set them by type and
/// place of attachment. Sections that are not listed may return anything.
///
/// Most LSM hooks are `int` and return 0 or a negative error (`bpf_lsm_get_retval_range`). A `void` hook attached to a
/// cgroup accepts 1 alone; the list of those follows `include/linux/lsm_hook_defs.h`.
const RANGES: &[(&str, i64, i64)] = &[
    ("cgroup/skb", 0, 1),
    ("cgroup_skb/ingress", 0, 1),
    ("cgroup_skb/egress", 0, 3),
    ("cgroup/sock", 0, 1),
    ("cgroup/sock_create", 0, 1),
    ("cgroup/sock_release", 0, 1),
    ("cgroup/post_bind4", 0, 1),
    ("cgroup/post_bind6", 0, 1),
    ("cgroup/bind4", 0, 3),
    ("cgroup/bind6", 0, 3),
    ("cgroup/connect4", 0, 1),
    ("cgroup/connect6", 0, 1),
    ("cgroup/connect_unix", 0, 1),
    ("cgroup/sendmsg4", 0, 1),
    ("cgroup/sendmsg6", 0, 1),
    ("cgroup/sendmsg_unix", 0, 1),
    ("cgroup/recvmsg4", 1, 1),
    ("cgroup/recvmsg6", 1, 1),
    ("cgroup/recvmsg_unix", 1, 1),
    ("cgroup/getpeername4", 1, 1),
    ("cgroup/getpeername6", 1, 1),
    ("cgroup/getpeername_unix", 1, 1),
    ("cgroup/getsockname4", 1, 1),
    ("cgroup/getsockname6", 1, 1),
    ("cgroup/getsockname_unix", 1, 1),
    ("cgroup/dev", 0, 1),
    ("cgroup/sysctl", 0, 1),
    ("cgroup/getsockopt", 0, 1),
    ("cgroup/setsockopt", 0, 1),
    ("sockops", 0, 1),
    ("sk_lookup", 0, 1),
    ("netfilter", 0, 1),
    ("fentry", 0, 0),
    ("fentry.s", 0, 0),
    ("fexit", 0, 0),
    ("fexit.s", 0, 0),
    ("iter", 0, 1),
    ("iter.s", 0, 1),
    ("kprobe.session", 0, 1),
    ("uprobe.session", 0, 1),
    ("uprobe.session.s", 0, 1),
    ("lsm", -4095, 0),
    ("lsm.s", -4095, 0),
    ("lsm_cgroup", 0, 1),
    ("lsm_cgroup/sk_free_security", 1, 1),
    ("lsm_cgroup/sk_clone_security", 1, 1),
    ("lsm_cgroup/sk_getsecid", 1, 1),
    ("lsm_cgroup/sock_graft", 1, 1),
    ("lsm_cgroup/inet_csk_clone", 1, 1),
    ("lsm_cgroup/inet_conn_established", 1, 1),
    ("lsm_cgroup/req_classify_flow", 1, 1),
    ("lsm_cgroup/secmark_refcount_inc", 1, 1),
    ("lsm_cgroup/secmark_refcount_dec", 1, 1),
    ("lsm_cgroup/sctp_sk_clone", 1, 1),
];

/// Returns the range of values that programs in `section` may return.
#[must_use]
pub fn returns(section: &str) -> Returns {
    // libbpf marks programs that it does not load automatically with a question mark.
    let section = section.strip_prefix('?').unwrap_or(section);
    let fits = |row: &&(&str, i64, i64)| {
        let rest = section.strip_prefix(row.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let row = RANGES.iter().filter(fits).max_by_key(|row| row.0.len());
    // `cgroup/skb` is a type and `cgroup/skbx` is not, so look up the names of types first.
    let known = program_type(section).is_some();
    row.filter(|_| known).map_or(Returns::ANYTHING, |row| Returns(row.1..=row.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_unless_the_kernel_takes_only_one() {
        for section in ["xdp", "classifier", "?cgroup/connect4", "lsm/file_open", "unheard-of"] {
            assert_eq!(returns(section).default(), 0, "{section}");
        }
        for section in ["cgroup/recvmsg4", "cgroup/getsockname_unix", "lsm_cgroup/sock_graft"] {
            assert_eq!(returns(section).default(), 1, "{section}");
        }
    }

    #[test]
    fn the_section_wins_over_all_programs() {
        let wish = |section: Option<&str>, value| PanicValue {
            section: section.map(str::to_owned),
            value,
        };
        let values = vec![wish(Some("xdp"), 1), wish(None, 2), wish(Some("tc"), 3)];
        let panics = Panics { way: PanicWay::Exit, values };
        assert_eq!(panics.value("xdp"), 1);
        assert_eq!(panics.value("xdp/devmap"), 1);
        assert_eq!(panics.value("tc"), 3);
        assert_eq!(panics.value("socket"), 2);
        assert_eq!(Panics::default().value("cgroup/recvmsg6"), 1);
    }
}
