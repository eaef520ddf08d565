//! Formats types as text, as `bpftool btf dump file X format raw` does.

use std::fmt;

use super::{
    model::{Btf, Composite, Datasec, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Type},
    rules::kind_word,
    strings::StrOff,
};

impl fmt::Display for Btf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, ty) in self.iter() {
            write!(f, "[{}] {} '{}'", id.0, kind_word(&ty.kind), self.shown(ty.name))?;
            self.write_kind(f, ty)?;
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Btf {
    fn shown(&self, name: StrOff) -> std::borrow::Cow<'_, str> {
        if name.is_empty() { "(anon)".into() } else { self.strings.text(name) }
    }

    fn write_kind(&self, f: &mut fmt::Formatter<'_>, ty: &Type) -> fmt::Result {
        match &ty.kind {
            Kind::Int(int) => write_int(f, *int),
            Kind::Ptr(ty)
            | Kind::Typedef(ty)
            | Kind::Volatile(ty)
            | Kind::Const(ty)
            | Kind::Restrict(ty)
            | Kind::TypeTag { ty, .. } => write!(f, " type_id={}", ty.0),
            Kind::Array(array) => {
                write!(
                    f,
                    " type_id={} index_type_id={} nr_elems={}",
                    array.elem.0, array.index.0, array.len
                )
            }
            Kind::Struct(it) | Kind::Union(it) => self.write_composite(f, it),
            Kind::Enum(it) => self.write_enum(f, it, |f, value| match it.signed {
                true => write!(f, "{}", value as i32),
                false => write!(f, "{}", value as u32),
            }),
            Kind::Enum64(it) => self.write_enum(f, it, |f, value| match it.signed {
                true => write!(f, "{}LL", value as i64),
                false => write!(f, "{value}ULL"),
            }),
            Kind::Fwd(FwdKind::Struct) => write!(f, " fwd_kind=struct"),
            Kind::Fwd(FwdKind::Union) => write!(f, " fwd_kind=union"),
            Kind::Func { proto, linkage } => {
                write!(f, " type_id={} linkage={}", proto.0, word(*linkage))
            }
            Kind::FuncProto(it) => self.write_proto(f, it),
            Kind::Var { ty, linkage } => write!(f, " type_id={}, linkage={}", ty.0, word(*linkage)),
            Kind::Datasec(it) => self.write_datasec(f, it),
            Kind::Float(size) => write!(f, " size={size}"),
            Kind::DeclTag(tag) => {
                write!(f, " type_id={} component_idx={}", tag.ty.0, tag.component)
            }
        }
    }

    fn write_composite(&self, f: &mut fmt::Formatter<'_>, it: &Composite) -> fmt::Result {
        write!(f, " size={} vlen={}", it.size, it.members.len())?;
        for member in &it.members {
            let name = self.shown(member.name);
            write!(f, "\n\t'{name}' type_id={} bits_offset={}", member.ty.0, member.offset)?;
            if member.width != 0 {
                write!(f, " bitfield_size={}", member.width)?;
            }
        }
        Ok(())
    }

    fn write_enum(
        &self,
        f: &mut fmt::Formatter<'_>,
        it: &Enum,
        value: impl Fn(&mut fmt::Formatter<'_>, u64) -> fmt::Result,
    ) -> fmt::Result {
        let encoding = if it.signed { "SIGNED" } else { "UNSIGNED" };
        write!(f, " encoding={encoding} size={} vlen={}", it.size, it.variants.len())?;
        for variant in &it.variants {
            write!(f, "\n\t'{}' val=", self.shown(variant.name))?;
            value(f, variant.value)?;
        }
        Ok(())
    }

    fn write_proto(&self, f: &mut fmt::Formatter<'_>, it: &FuncProto) -> fmt::Result {
        write!(f, " ret_type_id={} vlen={}", it.ret.0, it.params.len())?;
        it.params.iter().try_for_each(|param| {
            write!(f, "\n\t'{}' type_id={}", self.shown(param.name), param.ty.0)
        })
    }

    fn write_datasec(&self, f: &mut fmt::Formatter<'_>, it: &Datasec) -> fmt::Result {
        write!(f, " size={} vlen={}", it.size, it.entries.len())?;
        for entry in &it.entries {
            write!(f, "\n\ttype_id={} offset={} size={}", entry.ty.0, entry.offset, entry.size)?;
            if let Some(var) = self.get(entry.ty) {
                write!(f, " ({} '{}')", kind_word(&var.kind), self.shown(var.name))?;
            }
        }
        Ok(())
    }
}

fn write_int(f: &mut fmt::Formatter<'_>, int: Int) -> fmt::Result {
    let encoding = match int.encoding {
        0 => "(none)",
        Int::SIGNED => "SIGNED",
        Int::CHAR => "CHAR",
        Int::BOOL => "BOOL",
        _ => "UNKN",
    };
    let Int { size, offset, bits, .. } = int;
    write!(f, " size={size} bits_offset={offset} nr_bits={bits} encoding={encoding}")
}

const fn word(linkage: Linkage) -> &'static str {
    match linkage {
        Linkage::Static => "static",
        Linkage::Global => "global",
        Linkage::Extern => "extern",
        Linkage::Unknown(_) => "(unknown)",
    }
}
