//! The releases of the kernel, and how people write their versions.

use super::Kernel;

/// The newest release that the tables describe.
pub const NEWEST_RELEASE: Kernel = Kernel(7, 3);

/// The first release with BPF programs (`bpf(2)`).
pub const FIRST_RELEASE: Kernel = Kernel(3, 18);

/// The last release of each major version that has ended (<https://www.kernel.org/category/releases.html>).
const LAST: [Kernel; 4] = [Kernel(3, 19), Kernel(4, 20), Kernel(5, 19), Kernel(6, 19)];

/// Reads the major and minor number of a version such as `5.4`, `v6.1.55` or `6.1.0-13-amd64`, which `uname -r` prints.
#[must_use]
pub fn parse_release(version: &str) -> Option<Kernel> {
    let (major, rest) = version.strip_prefix('v').unwrap_or(version).split_once('.')?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, rest) = rest.split_at_checked(end)?;
    let is_suffix = rest.is_empty() || rest.starts_with(['.', '-', '+', '_', '~']);
    if !is_suffix || !major.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Kernel(major.parse().ok()?, minor.parse().ok()?))
}

/// Returns the nearest release with BPF if `kernel` was never released; otherwise `None`. Any version after the
/// newest known release may exist one day.
#[must_use]
pub fn nearest_release(kernel: Kernel) -> Option<Kernel> {
    if kernel < FIRST_RELEASE {
        return Some(FIRST_RELEASE);
    }
    LAST.into_iter().find(|last| last.0 == kernel.0 && kernel > *last)
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};

    #[test]
    fn what_uname_prints_is_read() {
        for (text, kernel) in [
            ("5.4", Kernel(5, 4)),
            ("6.1.0-13-amd64", Kernel(6, 1)),
            ("v6.12-rc3", Kernel(6, 12)),
            ("4.18.0-553.el8_10.x86_64", Kernel(4, 18)),
            ("6.6.87.2-microsoft-standard-WSL2", Kernel(6, 6)),
            ("5.10+", Kernel(5, 10)),
        ] {
            assert_eq!(parse_release(text), Some(kernel), "{text}");
        }
        for text in ["", "6", "6.", ".1", "x.1", "5.4a", "5 4", "+5.4", "5.99999", "-5.4"] {
            assert_eq!(parse_release(text), None, "{text}");
        }
    }

    #[test]
    fn a_release_that_never_was_has_a_nearest_one() {
        assert_eq!(nearest_release(Kernel(5, 40)), Some(Kernel(5, 19)));
        assert_eq!(nearest_release(Kernel(2, 6)), Some(Kernel(3, 18)));
        assert_eq!(nearest_release(Kernel(4, 20)), None);
        assert_eq!(nearest_release(Kernel(99, 1)), None);
    }

    #[test]
    fn no_table_knows_a_newer_release() {
        let lists = [HELPERS, MAP_TYPES].into_iter().flatten().map(|(since, _)| *since);
        let features = FEATURES.iter().map(|feature| feature.since);
        let programs = PROGRAM_TYPES.iter().map(|program| program.since);
        let newest = lists.chain(features).chain(programs).max();
        assert!(newest <= Some(NEWEST_RELEASE), "{newest:?}: set NEWEST_RELEASE");
    }
}
