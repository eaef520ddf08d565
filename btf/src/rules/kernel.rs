//! The kinds of BTF that each kernel version can read.

use super::super::model::{Btf, Enum, Kind, Linkage, Type};
pub use crate::kernel::{Feature, Kernel};

macro_rules! features {
    ($($name:ident = $what:literal, $major:literal, $minor:literal;)*) => {
        $(
            #[doc = concat!("`", $what, "`.")]
            pub const $name: Feature = Feature {
                what: $what,
                since: Kernel($major, $minor),
                remedy: "",
                source: "kernel/bpf/btf.c",
            };
        )*
    };
}

features! {
    FUNC = "FUNC and FUNC_PROTO", 4, 20;
    BITFIELDS = "bit-field members (kind flag)", 5, 0;
    DATASEC = "VAR and DATASEC", 5, 2;
    FUNC_LINKAGE = "linkage of FUNC", 5, 6;
    SMALL_ENUM = "ENUM of other than 4 bytes", 5, 6;
    EMPTY_DATASEC = "DATASEC without variables", 5, 12;
    FLOAT = "FLOAT", 5, 13;
    DECL_TAG = "DECL_TAG", 5, 16;
    TYPE_TAG = "TYPE_TAG", 5, 17;
    ENUM64 = "ENUM64", 6, 0;
    SIGNED_ENUM = "signed ENUM (kind flag)", 6, 0;
    LONG_NAMES = "names over 128 bytes", 6, 1;
    DOTTED_NAMES = "names with a dot", 6, 5;
    PRINTABLE_SECTIONS = "section names other than identifiers", 6, 9;
    ATTRIBUTE_TAG = "tags that are attributes (kind flag)", 6, 14;
}

/// Returns the kernel features that `ty` requires beyond the first BTF of 4.18, apart from names.
pub fn needs(ty: &Type) -> Vec<Feature> {
    match &ty.kind {
        Kind::Func { linkage, .. } => {
            let plain = *linkage == Linkage::Static;
            if plain { vec![FUNC] } else { vec![FUNC, FUNC_LINKAGE] }
        }
        Kind::FuncProto(_) => vec![FUNC],
        Kind::Struct(it) | Kind::Union(it) if it.bitfields => vec![BITFIELDS],
        Kind::Fwd(fwd) if *fwd == super::super::model::FwdKind::Union => vec![BITFIELDS],
        Kind::Enum(it) => enum_needs(it),
        Kind::Var { .. } => vec![DATASEC],
        Kind::Datasec(it) if it.entries.is_empty() => vec![DATASEC, EMPTY_DATASEC],
        Kind::Datasec(_) => vec![DATASEC],
        Kind::Float(_) => vec![FLOAT],
        Kind::DeclTag(tag) if tag.attribute => vec![DECL_TAG, ATTRIBUTE_TAG],
        Kind::DeclTag(_) => vec![DECL_TAG],
        Kind::TypeTag { attribute: true, .. } => vec![TYPE_TAG, ATTRIBUTE_TAG],
        Kind::TypeTag { .. } => vec![TYPE_TAG],
        Kind::Enum64(_) => vec![ENUM64],
        _ => Vec::new(),
    }
}

fn enum_needs(it: &Enum) -> Vec<Feature> {
    let size = (it.size != 4).then_some(SMALL_ENUM);
    let sign = it.signed.then_some(SIGNED_ENUM);
    size.into_iter().chain(sign).collect()
}

/// Returns the oldest kernel that supports every kind in `btf`, apart from names.
#[must_use]
pub fn oldest(btf: &Btf) -> Kernel {
    btf.types.iter().flat_map(needs).map(|feature| feature.since).max().unwrap_or(Kernel(4, 18))
}
