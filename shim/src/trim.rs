//! Releases memory that the loader reads only once.
//!
//! To bind a libLLVM, the dynamic loader walks its symbol and relocation tables: 10 MB and more that are not needed
//! again. They are in a mapping of the file that is never written, so its pages can be dropped and read from the file
//! again on demand. A build runs many links in parallel.

use std::{fs, path::Path};

/// Releases the resident pages of the headers and tables of the library at `path`, a path without symbolic links.
///
/// Does nothing on systems without `/proc`, or if the mapping is not of the expected kind.
pub(crate) fn trim(path: &Path) {
    let Ok(maps) = fs::read_to_string("/proc/self/maps") else { return };
    for (start, length) in maps.lines().filter_map(|line| tables(line, path)) {
        let start = std::ptr::with_exposed_provenance_mut(start);
        // SAFETY: the range is a private mapping of a file without write permission, so its pages are those of the
        // file: dropping them loses nothing. A failure changes nothing either.
        unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) };
    }
}

/// Returns start and length of the mapping in `line` if it is the read-only one of the beginning of the file at `path`.
/// The loader's own writes (RELRO) are in later parts of the file; no libLLVM has text relocations.
fn tables(line: &str, path: &Path) -> Option<(usize, usize)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let (permissions, offset) = (fields.next()?, fields.next()?);
    if permissions != "r--p" || offset.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let file = fields.nth(2)?;
    let (start, end) =
        (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    (Path::new(file) == path).then_some((start, end.checked_sub(start)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_read_only_beginning_of_the_library_goes() {
        let path = Path::new("/usr/lib/libLLVM.so.22.1");
        let line = |permissions, offset| {
            format!("7f00-8f00 {permissions} {offset} 08:01 99      /usr/lib/libLLVM.so.22.1")
        };
        assert_eq!(tables(&line("r--p", "00000000"), path), Some((0x7f00, 0x1000)));
        assert_eq!(tables(&line("r-xp", "00000000"), path), None);
        assert_eq!(tables(&line("rw-p", "00000000"), path), None);
        assert_eq!(tables(&line("r--p", "00001000"), path), None);
        assert_eq!(tables(&line("r--p", "00000000"), Path::new("/usr/lib/other.so")), None);
        assert_eq!(tables("7f00-8f00 r--p 00000000 00:00 0", path), None);
    }
}
