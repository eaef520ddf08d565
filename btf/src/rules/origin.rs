//! The source line of a type's use.
//!
//! BTF has the lines of instructions, not of types. But a type is in BTF because some function takes it, returns it
//! or reaches it from there, and a person starts looking at the first line of that function.

use std::collections::HashSet;

use super::super::{
    Info,
    ext::LineInfo,
    model::{Btf, Kind, TypeId},
    strings::StrOff,
    walk,
};

/// Returns the use of type `id`, as `in function `f` at file:line`, or `None` if no function or variable reaches it.
#[must_use]
pub fn source_of(info: &Info, id: TypeId) -> Option<String> {
    let reaches = |root: TypeId| reaches(&info.btf, root, id);
    let functions = info.ext.iter().flat_map(|ext| &ext.func_info);
    for table in functions {
        if let Some(func) = table.records.iter().find(|func| reaches(func.ty)) {
            let name = info.btf.name(func.ty);
            return Some(match line_at(info, table.section, func.insn_off) {
                Some(line) => {
                    format!(
                        "in function `{name}` at {}:{}",
                        info.btf.strings.text(line.file),
                        line.line()
                    )
                }
                None => format!("in function `{name}`"),
            });
        }
    }
    let is_var = |kind: &Kind| matches!(kind, Kind::Var { .. });
    let mut vars = info.btf.iter().filter(|(_, ty)| is_var(&ty.kind));
    vars.find(|&(root, _)| reaches(root))
        .map(|(root, _)| format!("by variable `{}`", info.btf.name(root)))
}

/// Returns the line of the first instruction at or after `insn_off`.
fn line_at(info: &Info, section: StrOff, insn_off: u32) -> Option<LineInfo> {
    let strings = &info.btf.strings;
    let tables = &info.ext.as_ref()?.line_info;
    let table = tables.iter().find(|table| strings.get(table.section) == strings.get(section))?;
    table
        .records
        .iter()
        .copied()
        .filter(|line| line.insn_off >= insn_off)
        .min_by_key(|line| line.insn_off)
}

fn reaches(btf: &Btf, root: TypeId, target: TypeId) -> bool {
    let mut seen = HashSet::from([root]);
    let mut work = vec![root];
    while let Some(id) = work.pop() {
        if id == target {
            return true;
        }
        let Some(ty) = btf.get(id) else { continue };
        walk::refs(ty, |next| {
            if seen.insert(next) {
                work.push(next);
            }
        });
    }
    false
}
