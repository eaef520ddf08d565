//! `--dependency-file`: the files that a link reads, as a rule for make, which ninja reads too.

use std::{collections::BTreeSet, path::Path};

use super::overwrite;
use crate::{
    LinkPlan, output,
    plan::{Destination, OutputKind},
    report::{Error, Result},
};

/// Writes the rule, if `plan` requests it: the output depends on every input. As compilers do, each input is also a
/// target without a rule, so that make goes on when one is removed.
///
/// # Errors
/// No output is a file, or the file cannot be written.
pub(super) fn write(plan: &LinkPlan, library: Option<&Path>) -> Result<()> {
    let Some(wanted) = &plan.reports.dependencies else { return Ok(()) };
    let files = plan.outputs.iter().filter_map(|output| match &output.destination {
        Destination::File(path) => Some((output.kind != OutputKind::Object, path)),
        Destination::Stdout | Destination::Memory => None,
    });
    // The object, or else the first output: ninja takes one target.
    let target = files.min_by_key(|(is_other, _)| *is_other).map(|(_, path)| path);
    let target = target.ok_or_else(|| {
        Error::usage("--dependency-file needs an output that is a file")
            .help("name one with `-o FILE`")
    })?;
    let mut seen = BTreeSet::new();
    let inputs = overwrite::inputs_of(plan).into_iter().chain(wanted.arguments.iter().cloned());
    let inputs = inputs.chain(library.map(Path::to_owned)).filter(|path| seen.insert(path.clone()));
    let inputs = inputs.map(|path| escaped(&path)).collect::<Vec<_>>();
    let mut text = escaped(target);
    text.extend_from_slice(b":");
    for input in &inputs {
        text.extend_from_slice(b" \\\n  ");
        text.extend_from_slice(input);
    }
    text.extend_from_slice(b"\n");
    for input in &inputs {
        text.extend_from_slice(b"\n");
        text.extend_from_slice(input);
        text.extend_from_slice(b":\n");
    }
    output::write(&wanted.file, &text)
}

/// Writes a path as make and ninja read it: a backslash before a space or `#`, which doubles backslashes before it, and
/// `$` twice.
fn escaped(path: &Path) -> Vec<u8> {
    let mut escaped = Vec::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b' ' | b'#' => {
                let slashes = escaped.iter().rev().take_while(|byte| **byte == b'\\').count();
                escaped.extend(std::iter::repeat_n(b'\\', slashes + 1));
            }
            b'$' => escaped.push(b'$'),
            _ => {}
        }
        escaped.push(*byte);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_make_reads_them() {
        for (path, text) in
            [("a.bc", "a.bc"), ("a b#c", "a\\ b\\#c"), ("$x", "$$x"), ("dir\\ b", "dir\\\\\\ b")]
        {
            assert_eq!(escaped(Path::new(path)), text.as_bytes(), "{path}");
        }
    }
}
