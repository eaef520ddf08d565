//! The definition of a map: a struct whose members encode numbers as `int (*name)[number]` and types as pointers
//! (libbpf's `parse_btf_map_def` in `tools/lib/bpf/libbpf.c`; the macros `__uint` and `__type` of `bpf_helpers.h`).

use crate::model::{Btf, Composite, Kind, TypeId};

/// A map's definition.
#[derive(Clone, Copy, Debug)]
pub struct MapDef<'a> {
    btf: &'a Btf,
    /// The struct with its members.
    pub definition: &'a Composite,
}

impl<'a> MapDef<'a> {
    /// Returns the definition that `ty`, the type of a variable in `.maps`, is behind its modifiers; `None` if that is
    /// no struct.
    #[must_use]
    pub fn of(btf: &'a Btf, ty: TypeId) -> Option<Self> {
        match btf.unmodified(ty)? {
            Kind::Struct(definition) => Some(Self { btf, definition }),
            _ => None,
        }
    }

    /// Returns the number that the member called `name` encodes, such as `max_entries`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        encoded_number(self.btf, self.pointee(name)?)
    }

    /// Returns the type that the member called `name` points to, such as `key`, without its modifiers.
    #[must_use]
    pub fn pointee(&self, name: &str) -> Option<TypeId> {
        let named = |member: TypeId| match self.btf.unmodified(member)? {
            Kind::Ptr(to) => Some(self.btf.strip_modifiers(*to)),
            _ => None,
        };
        let mut members = self.definition.members.iter();
        named(members.find(|member| self.btf.strings.text(member.name) == name)?.ty)
    }
}

/// Returns the number that an array type encodes: its length.
#[must_use]
pub fn encoded_number(btf: &Btf, array: TypeId) -> Option<u32> {
    match btf.unmodified(array)? {
        Kind::Array(array) => Some(array.len),
        _ => None,
    }
}
