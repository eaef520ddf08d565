use std::fs;

use super::*;

#[test]
fn windows_stay_within() {
    let memory = Region::memory(b"0123456789".as_slice().into(), Path::new("m"));
    let window = memory.window(2, 5).unwrap();
    assert_eq!(&*window.read().unwrap(), b"23456");
    assert_eq!(window.window(1, 2).unwrap().head(9).unwrap(), b"34");
    assert!(window.window(1, 5).is_none() && window.window(u64::MAX, 2).is_none());
    assert_eq!(&*memory.read().unwrap(), b"0123456789");
}

#[test]
fn a_file_that_shrinks_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinking.a");
    fs::write(&path, [7; 100]).unwrap();
    for open in [Region::open, Region::closed, |path: &Path| Ok(Region::open(path)?.close())] {
        fs::write(&path, [7; 100]).unwrap();
        let region = open(&path).unwrap();
        assert_eq!(region.read().unwrap().len(), 100);
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
        let error = region.read().unwrap_err().to_string();
        assert!(error.contains("shrinking.a") && error.contains("shorter than it was"), "{error}");
    }
}

#[test]
fn a_file_that_changes_between_reads_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changing.o");
    fs::write(&path, [7; 100]).unwrap();
    let region = Region::open(&path).unwrap().close();
    assert_eq!(&*region.read().unwrap(), [7; 100]);
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let error = region.read().unwrap_err().to_string();
    assert!(error.contains("changing.o") && error.contains("not what it was"), "{error}");
}

#[test]
fn what_is_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Region::open(folder.path()).unwrap_err();
    assert!(error.message().ends_with("is a folder, not an input"), "{error}");
    let missing = folder.path().join("missing.o");
    let error = Region::open(&missing).unwrap_err();
    assert_eq!(error.message(), format!("cannot find {}", missing.display()));
    assert!(
        Region::missing(&missing).head(4).is_err() && Region::missing(&missing).read().is_err()
    );
}
