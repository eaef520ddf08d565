//! Names for unnamed parameters.
//!
//! The kernel requires a name for each parameter of a function it verifies (`btf_func_check`); Rust's `_` gives none.
//! Function pointers need none, and externs get theirs from the loader, so both remain unchanged.

use super::super::{
    Info,
    model::{Kind, Linkage, TypeId},
};

/// Names unnamed parameters of functions defined here `arg0`, `arg1`, ... by position.
pub fn name_args(info: &mut Info) {
    let btf = &mut info.btf;
    let protos: Vec<TypeId> = btf
        .types
        .iter()
        .filter_map(|ty| match ty.kind {
            Kind::Func { proto, linkage } if linkage != Linkage::Extern => Some(proto),
            _ => None,
        })
        .collect();
    for proto in protos {
        let Some(Kind::FuncProto(it)) =
            btf.types.get_mut((proto.0 as usize).wrapping_sub(1)).map(|ty| &mut ty.kind)
        else {
            continue;
        };
        for (index, param) in it.params.iter_mut().enumerate() {
            if param.name.is_empty() && !param.ty.is_void() {
                param.name = btf.strings.intern(format!("arg{index}").as_bytes());
            }
        }
    }
}
