use std::fs;

use super::*;

#[test]
fn folders_come_before_extensions() {
    let folder = tempfile::tempdir().unwrap();
    let folders = ["one", "two"].map(|name| folder.path().join(name));
    for (dir, file) in [("one", "libx.rlib"), ("two", "libx.a"), ("two", "liby.a"), ("two", "z.o")]
    {
        fs::create_dir_all(folder.path().join(dir)).unwrap();
        fs::write(folder.path().join(dir).join(file), "").unwrap();
    }
    assert_eq!(locate(Path::new("x"), &folders).unwrap(), folders[0].join("libx.rlib"));
    assert_eq!(locate(Path::new("y"), &folders).unwrap(), folders[1].join("liby.a"));
    assert_eq!(locate_exact(Path::new("z.o"), &folders).unwrap(), folders[1].join("z.o"));
    let error = locate(Path::new("nosuch"), &folders).unwrap_err().to_string();
    assert!(
        error.starts_with("error: cannot find libnosuch.a or libnosuch.rlib for -lnosuch\n"),
        "{error}"
    );
    assert!(folders.iter().all(|folder| error.contains(&folder.display().to_string())), "{error}");
    let error = locate_exact(Path::new("z.o"), &[]).unwrap_err().to_string();
    assert!(error.contains("no folder is searched"), "{error}");
}
