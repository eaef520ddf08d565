//! Resolution of an access string through the types of this object.

use super::super::{Btf, CoreRelo, Kind, TypeId, rules};

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
        let text = btf.strings.text(relo.access);
        let mut numbers = text.split(':').map(|number| number.parse::<u32>().ok());
        let first = u64::from(numbers.next()??);
        let start = if first == 0 { 0 } else { first * rules::size_of(btf, relo.ty)? * 8 };
        let index = if first == 0 { String::new() } else { format!("[{first}]") };
        let spec = Self { bits: start, ty: relo.ty, path: index };
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
