//! Types in the syntax of C, for messages.

use super::pool::Pool;
use crate::{
    model::{Composite, FuncProto, FwdKind, Kind, TypeId},
    strings::StrOff,
};

/// The levels of types to show; deeper ones become `...`.
const DEPTH: usize = 12;
/// The number of members of an anonymous struct to show.
const MEMBERS: usize = 8;

/// Returns the type numbered `id` in the syntax of C, without the name of what has it: `struct sock *(int)`.
pub(super) fn of(pool: &Pool, id: TypeId) -> String {
    show(pool, id, String::new(), DEPTH)
}

/// Shows `id` around `inner`, a declarator without its base type.
fn show(pool: &Pool, id: TypeId, inner: String, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return spaced("...", &inner) };
    let Some(ty) = pool.get(id) else { return spaced("void", &inner) };
    let name = pool.strings.text(ty.name);
    match &ty.kind {
        Kind::Ptr(to) => {
            let to_kind = pool.get(*to).map(|ty| &ty.kind);
            let is_wrapped = matches!(to_kind, Some(Kind::FuncProto(_) | Kind::Array(_)));
            let inner = if is_wrapped { format!("(*{inner})") } else { format!("*{inner}") };
            show(pool, *to, inner, depth)
        }
        Kind::Array(array) => show(pool, array.elem, format!("{inner}[{}]", array.len), depth),
        Kind::FuncProto(proto) => {
            let params = params(pool, proto, depth);
            show(pool, proto.ret, format!("{inner}({params})"), depth)
        }
        Kind::Const(to) => qualified(pool, "const", *to, inner, depth),
        Kind::Volatile(to) => qualified(pool, "volatile", *to, inner, depth),
        Kind::Restrict(to) => qualified(pool, "restrict", *to, inner, depth),
        Kind::TypeTag { ty: to, .. } => show(pool, *to, inner, depth),
        Kind::Struct(it) => spaced(&composite(pool, "struct", ty.name, it, depth), &inner),
        Kind::Union(it) => spaced(&composite(pool, "union", ty.name, it, depth), &inner),
        Kind::Fwd(FwdKind::Struct) => spaced(&format!("struct {name}"), &inner),
        Kind::Fwd(FwdKind::Union) => spaced(&format!("union {name}"), &inner),
        Kind::Enum(_) | Kind::Enum64(_) => spaced(format!("enum {name}").trim_end(), &inner),
        Kind::Func { proto: to, .. } | Kind::Var { ty: to, .. } => show(pool, *to, inner, depth),
        Kind::Int(_) | Kind::Float(_) | Kind::Typedef(_) | Kind::Datasec(_) | Kind::DeclTag(_) => {
            spaced(&name, &inner)
        }
    }
}

fn spaced(base: &str, inner: &str) -> String {
    let gap = if inner.is_empty() || inner.starts_with('[') { "" } else { " " };
    format!("{base}{gap}{inner}")
}

/// A qualifier of a pointer stands behind its star, any other before its type.
fn qualified(pool: &Pool, word: &str, to: TypeId, inner: String, depth: usize) -> String {
    if matches!(pool.get(to).map(|ty| &ty.kind), Some(Kind::Ptr(_))) {
        return show(pool, to, spaced(word, &inner), depth);
    }
    format!("{word} {}", show(pool, to, inner, depth))
}

fn params(pool: &Pool, proto: &FuncProto, depth: usize) -> String {
    let last = proto.params.len().saturating_sub(1);
    let shown = proto.params.iter().enumerate().map(|(index, param)| {
        if index == last && param.ty.is_void() {
            return "...".to_owned();
        }
        show(pool, param.ty, String::new(), depth)
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() { "void".to_owned() } else { shown.join(", ") }
}

fn composite(pool: &Pool, word: &str, name: StrOff, it: &Composite, depth: usize) -> String {
    if !name.is_empty() {
        return format!("{word} {}", pool.strings.text(name));
    }
    let mut text = format!("{word} {{ ");
    for member in it.members.iter().take(MEMBERS) {
        let name = pool.strings.text(member.name).into_owned();
        text.push_str(&show(pool, member.ty, name, depth));
        text.push_str("; ");
    }
    text.push_str(if it.members.len() > MEMBERS { "... }" } else { "}" });
    text
}
