//! Resolution of an access string through the types of this object.

use super::super::{Btf, CoreRelo, Kind, Member, TypeId, rules};

/// The target of an access string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSpec {
    /// Bits from the start of the root.
    pub bits: u64,
    /// The type there.
    pub ty: TypeId,
    /// The path in C syntax, after the name of the root: `.se.load.weight`, `.slots[3]`.
    pub path: String,
}

impl AccessSpec {
    /// Resolves the access string of a field's record; returns `None` if it is invalid.
    pub fn of(btf: &Btf, relo: CoreRelo) -> Option<Self> {
        Self::resolve(btf, relo.ty, &btf.strings.text(relo.access))
    }

    fn resolve(btf: &Btf, root: TypeId, access: &str) -> Option<Self> {
        let mut numbers = access.split(':').map(|number| number.parse::<u32>().ok());
        let first = u64::from(numbers.next()??);
        let start = if first == 0 { 0 } else { first * rules::size_of(btf, root)? * 8 };
        let index = if first == 0 { String::new() } else { format!("[{first}]") };
        let spec = Self { bits: start, ty: root, path: index };
        numbers.try_fold(spec, |spec, number| spec.step(btf, number?))
    }

    fn step(self, btf: &Btf, number: u32) -> Option<Self> {
        let Self { bits, ty, mut path } = self;
        match &btf.get(rules::base_of(btf, ty))?.kind {
            Kind::Struct(it) | Kind::Union(it) => {
                let member = it.members.get(number as usize)?;
                if !member.name.is_empty() {
                    path = format!("{path}.{}", btf.strings.text(member.name));
                }
                Some(Self { bits: bits + u64::from(member.offset), ty: member.ty, path })
            }
            Kind::Array(array) => {
                let size = rules::size_of(btf, array.elem)?;
                let bits = bits + u64::from(number) * size * 8;
                Some(Self { bits, ty: array.elem, path: format!("{path}[{number}]") })
            }
            _ => None,
        }
    }
}

/// Returns the member that the access string of a field's record ends with.
pub fn last_member(btf: &Btf, relo: CoreRelo) -> Option<&Member> {
    let access = btf.strings.text(relo.access);
    let (outer, last) = access.rsplit_once(':')?;
    let outer = AccessSpec::resolve(btf, relo.ty, outer)?;
    match &btf.get(rules::base_of(btf, outer.ty))?.kind {
        Kind::Struct(it) | Kind::Union(it) => it.members.get(last.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Returns the enumerator that a record refers to: its name, and its value in 64 bits.
pub fn enumerator(btf: &Btf, relo: CoreRelo) -> Option<(String, u64)> {
    let number: usize = btf.strings.text(relo.access).parse().ok()?;
    match &btf.get(rules::base_of(btf, relo.ty))?.kind {
        Kind::Enum(it) | Kind::Enum64(it) => {
            let variant = it.variants.get(number)?;
            Some((btf.strings.text(variant.name).into_owned(), variant.value))
        }
        _ => None,
    }
}
