//! Finds the large locals of functions whose frame is too large.
//!
//! Only code generation computes a frame, and lists it in remarks (`StackFrameLayoutAnalysisPass`, from LLVM 16 on),
//! which would slow down every link. So code is generated once more, with remarks, when a frame is too large.

use std::{collections::BTreeSet, fmt};

use super::super::session::Session;
use crate::{
    llvm::{FileType, Machine, Module, REMARKS, Severity},
    report::quoted,
};

/// The most locals of a function that are named, and their minimum size in bytes.
const SHOWN: usize = 4;
const LARGE: u64 = 32;

/// The frame of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// The symbol of the function.
    pub(super) function: String,
    /// The size in bytes.
    pub(super) size: u64,
    /// The largest locals, largest first.
    pub(super) locals: Vec<Local>,
}

/// A place in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// The size in bytes.
    size: u64,
    /// The names with file and line; several locals share a place when they do not live at once.
    names: Vec<String>,
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, names, .. } = self;
        match names.as_slice() {
            [] => write!(f, "a value without a name takes {size} bytes"),
            [name] => write!(f, "{name} takes {size} bytes"),
            names => write!(f, "{} share {size} bytes", names.join(" and ")),
        }
    }
}

/// Returns the frames of `functions` of `module`; returns none if they are unknown.
pub(super) fn frames(
    session: &Session<'_>,
    machine: &Machine,
    module: &Module<'_>,
    functions: &BTreeSet<String>,
) -> Vec<Frame> {
    if functions.is_empty() {
        return Vec::new();
    }
    let said = module.duplicate().and_then(|copy| {
        session.with_option(REMARKS, || {
            let _ = machine.emit(copy, FileType::Object);
            session.context.take_diagnostics()
        })
    });
    let said = said.unwrap_or_else(|error| {
        log::debug!("cannot tell which locals are large: {error}");
        Vec::new()
    });
    let remarks = said.iter().filter(|said| said.severity == Severity::Remark);
    let frames = remarks.filter_map(|remark| frame(&remark.text));
    frames.filter(|frame| functions.contains(&frame.function)).collect()
}

/// Parses the frame in a remark: `Function: NAME`, then `Offset: [SP-616], Type: Variable, Align: 1, Size: 600` for
/// each place in the frame, followed by `NAME @ FILE:LINE` for its locals.
fn frame(text: &str) -> Option<Frame> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("Function: "));
    let function = lines.next()?.strip_prefix("Function: ")?.to_owned();
    let mut frame = Frame { function, ..Frame::default() };
    for line in lines {
        if let Some(size) = number_after(line, "Size: ") {
            frame.size = frame.size.max(number_after(line, "[SP-").unwrap_or(0));
            frame.locals.push(Local { size, names: Vec::new() });
        } else if let (Some((name, place)), Some(local)) =
            (line.split_once(" @ "), frame.locals.last_mut())
        {
            let name = format!("local {} ({place})", quoted(name));
            if !local.names.contains(&name) {
                local.names.push(name);
            }
        }
    }
    frame.locals.retain(|local| local.size >= LARGE);
    frame.locals.sort_by_key(|local| std::cmp::Reverse(local.size));
    frame.locals.truncate(SHOWN);
    Some(frame)
}

fn number_after(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(word)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_lists_its_locals_by_size() {
        let text = "\nFunction: entry\nOffset: [SP-8], Type: Spill, Align: 8, Size: 8\n\
                    Offset: [SP-48], Type: Variable, Align: 1, Size: 40\n    small @ a.c:4\n\
                    Offset: [SP-648], Type: Variable, Align: 1, Size: 600\n    one @ a.c:5\n    two @ a.c:9\n";
        let frame = frame(text).unwrap_or_default();
        assert_eq!((frame.function.as_str(), frame.size), ("entry", 648));
        let shown = frame.locals.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            shown,
            [
                "local `one` (a.c:5) and local `two` (a.c:9) share 600 bytes",
                "local `small` (a.c:4) takes 40 bytes"
            ]
        );
    }

    #[test]
    fn another_remark_is_no_frame() {
        assert_eq!(frame("3 stack bytes in function 'entry'"), None);
    }
}
