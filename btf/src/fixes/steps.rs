//! The steps of a path such as `.a.b[3].0`.

/// A step of a path.
pub(super) enum Part<'a> {
    Name(&'a str),
    Index(usize),
}

/// Returns the parts of a path such as `.a.b[3].0`.
pub(super) fn parts(path: &str) -> impl Iterator<Item = Result<Part<'_>, String>> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let fault = || Err(format!("`{path}` is no path of members and indices"));
        if let Some(behind) = rest.strip_prefix('[') {
            let Some((index, behind)) = behind.split_once(']') else {
                rest = "";
                return Some(fault());
            };
            rest = behind;
            return Some(index.trim().parse().map(Part::Index).or_else(|_| fault()));
        }
        if rest.is_empty() {
            return None;
        }
        let behind = rest.strip_prefix('.').unwrap_or(rest);
        let end = behind.find(['.', '[']).unwrap_or(behind.len());
        let (name, behind) = behind.split_at_checked(end).unwrap_or((behind, ""));
        rest = behind;
        let name = name.trim();
        Some(if name.is_empty() {
            fault()
        } else {
            Ok(Part::Name(name.strip_prefix("r#").unwrap_or(name)))
        })
    })
}
