//! Decodes `.BTF` to [`Btf`] and encodes it (`Documentation/bpf/btf.rst`, section 2).
//!
//! Decoding is total: any bytes give either a value whose string offsets and type numbers are all in range, or an
//! error. Reserved fields must be zero, as the kernel requires (`btf_check_all_metas`), so a value is complete and
//! encoding restores the same bytes. Only a header longer than ours loses its extension, a type of a kind that
//! only the [layout] describes loses its contents, and a function loses a prototype that no type has the number of.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::{
    cursor::{Reader, Writer, endian_of, malformed, region, too_large},
    layout::{self, Layout},
    model::{
        Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage,
        Member, Param, SecEntry, Type, TypeId, Variant,
    },
    strings::{StrOff, Strings},
    walk,
};
use crate::error::Result;

const HEADER_LEN: u32 = 24;

/// The maximum length of a list when writing: kernels before 2026 read 16 bits of the length, later ones 24.
pub const MAX_LIST: usize = 0xffff;

/// The bits of a type that hold the length of its list; before 2026 the upper 8 were zero.
const LENGTH_BITS: u32 = 0x00ff_ffff;

/// `BTF_KIND_*` of `include/uapi/linux/btf.h`.
mod number {
    pub(super) const INT: u32 = 1;
    pub(super) const PTR: u32 = 2;
    pub(super) const ARRAY: u32 = 3;
    pub(super) const STRUCT: u32 = 4;
    pub(super) const UNION: u32 = 5;
    pub(super) const ENUM: u32 = 6;
    pub(super) const FWD: u32 = 7;
    pub(super) const TYPEDEF: u32 = 8;
    pub(super) const VOLATILE: u32 = 9;
    pub(super) const CONST: u32 = 10;
    pub(super) const RESTRICT: u32 = 11;
    pub(super) const FUNC: u32 = 12;
    pub(super) const FUNC_PROTO: u32 = 13;
    pub(super) const VAR: u32 = 14;
    pub(super) const DATASEC: u32 = 15;
    pub(super) const FLOAT: u32 = 16;
    pub(super) const DECL_TAG: u32 = 17;
    pub(super) const TYPE_TAG: u32 = 18;
    pub(super) const ENUM64: u32 = 19;
}

impl Btf {
    /// Decodes a `.BTF` section.
    ///
    /// # Errors
    /// Returns an error if `bytes` is not BTF of version 1: it is truncated, sets a reserved field, or has an unknown
    /// kind or a string offset or type number out of range.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let endian = endian_of(bytes, ".BTF")?;
        let mut header = Reader::new(bytes, endian, "the header of .BTF");
        let (_magic, version_and_flags) = (header.u16()?, header.bytes(2)?);
        if version_and_flags != [1, 0] {
            return Err(malformed("only version 1 without flags is known"));
        }
        let header_len = header.u32()?;
        let (type_off, type_len) = (header.u32()?, header.u32()?);
        let (str_off, str_len) = (header.u32()?, header.u32()?);
        let body = match bytes.get(header_len as usize..) {
            Some(body) if header_len >= HEADER_LEN => body,
            _ => return Err(malformed(format!("a header of {header_len} bytes"))),
        };
        let layout = Layout::find(&mut header, header_len, body)?;
        let strings = region(body, str_off, str_len, "the strings")?.to_vec();
        let strings = Strings::from_bytes(strings)
            .ok_or_else(|| malformed("the strings do not start and end with a NUL"))?;
        let mut reader =
            Reader::new(region(body, type_off, type_len, "the types")?, endian, "a type");
        let mut types = Vec::new();
        while !reader.is_empty() {
            let id = types.len().saturating_add(1);
            types.push(
                decode_type(&mut reader, &layout)
                    .map_err(|error| error.within(format!("in type [{id}]")))?,
            );
        }
        let mut btf = Self { endian, types, strings };
        let last = btf.last_id();
        btf.forget_prototypes(|proto| proto > last);
        btf.check_references()?;
        Ok(btf)
    }

    /// Encodes a `.BTF` section: header, types, strings.
    ///
    /// # Errors
    /// Returns an error if the length of a list exceeds 24 bits, a bit offset does not fit its field, or the section
    /// would exceed 4 GiB.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut types = Writer::new(self.endian);
        for (id, ty) in self.iter() {
            encode_type(&mut types, ty)
                .map_err(|error| error.within(format!("in type [{}] `{}`", id.0, self.name(id))))?;
        }
        let types = types.finish();
        let strings = self.strings.as_bytes();
        let mut writer = Writer::new(self.endian);
        writer.u16(0xeb9f);
        writer.bytes(&[1, 0]);
        writer.u32(HEADER_LEN);
        writer.u32(0);
        writer.len(types.len(), "the type section")?;
        writer.len(types.len(), "the type section")?;
        writer.len(strings.len(), "the string table")?;
        writer.bytes(&types);
        writer.bytes(strings);
        Ok(writer.finish())
    }

    /// Replaces prototypes of functions that are not prototypes by `void`: LLVM writes a random number if the debug
    /// information of a function has lines but no signature.
    pub fn forget_random_prototypes(&mut self) {
        let signatures: Vec<bool> =
            self.types.iter().map(|ty| matches!(ty.kind, Kind::FuncProto(_))).collect();
        self.forget_prototypes(|proto| {
            let index = (proto.0 as usize).checked_sub(1);
            !index.and_then(|index| signatures.get(index)).is_some_and(|it| *it)
        });
    }

    fn forget_prototypes(&mut self, is_wrong: impl Fn(TypeId) -> bool) {
        for ty in &mut self.types {
            match &mut ty.kind {
                Kind::Func { proto, .. } if is_wrong(*proto) => *proto = TypeId::VOID,
                _ => {}
            }
        }
    }

    fn check_references(&self) -> Result<()> {
        let last = self.last_id();
        for (id, ty) in self.iter() {
            let mut fault = None;
            walk::refs(ty, |target| {
                if target > last {
                    fault = Some(format!(
                        "type [{}] refers to type [{}], but the last is [{}]",
                        id.0, target.0, last.0
                    ));
                }
            });
            walk::names(ty, |name| {
                if !self.strings.contains(name) {
                    fault = Some(format!("type [{}] has a name outside the string table", id.0));
                }
            });
            if let Some(fault) = fault {
                return Err(malformed(fault));
            }
        }
        Ok(())
    }
}

/// The three words that every type starts with.
struct Head {
    name: StrOff,
    kind: u32,
    vlen: usize,
    kflag: bool,
    /// The size or type, depending on the kind.
    word: u32,
}

impl Head {
    fn decode(reader: &mut Reader<'_>) -> Result<Self> {
        let name = StrOff(reader.u32()?);
        let info = reader.u32()?;
        let word = reader.u32()?;
        let (kind, vlen) = ((info >> 24) & 0x7f, (info & LENGTH_BITS) as usize);
        Ok(Self { name, kind, vlen, kflag: info >> 31 == 1, word })
    }

    /// Refuses fields that this kind does not use.
    fn plain(&self, vlen: Vlen, kflag: Kflag, word: Word) -> Result<()> {
        if matches!(vlen, Vlen::Zero) && self.vlen != 0 {
            return Err(malformed("a kind without a list has a list length"));
        }
        if matches!(kflag, Kflag::Clear) && self.kflag {
            return Err(malformed("a kind without a flag has its flag set"));
        }
        if matches!(word, Word::Zero) && self.word != 0 {
            return Err(malformed("a kind without a size has a size"));
        }
        Ok(())
    }

    const fn ty(&self) -> TypeId {
        TypeId(self.word)
    }
}

enum Vlen {
    Zero,
    Used,
}

enum Kflag {
    Clear,
    Used,
}

enum Word {
    Zero,
    Used,
}

fn decode_type(reader: &mut Reader<'_>, layout: &Layout<'_>) -> Result<Type> {
    let head = Head::decode(reader)?;
    if head.kind > number::ENUM64 {
        if let Some(length) = layout.length(head.kind, head.vlen) {
            reader.bytes(length)?;
            return Ok(layout::unknown());
        }
    }
    check_head(&head)?;
    let kind = match head.kind {
        number::INT => Kind::Int(decode_int(&head, reader)?),
        number::PTR => Kind::Ptr(head.ty()),
        number::ARRAY => Kind::Array(Array {
            elem: TypeId(reader.u32()?),
            index: TypeId(reader.u32()?),
            len: reader.u32()?,
        }),
        number::STRUCT => Kind::Struct(decode_composite(&head, reader)?),
        number::UNION => Kind::Union(decode_composite(&head, reader)?),
        number::ENUM => Kind::Enum(decode_enum(&head, reader)?),
        number::FWD => Kind::Fwd(if head.kflag { FwdKind::Union } else { FwdKind::Struct }),
        number::TYPEDEF => Kind::Typedef(head.ty()),
        number::VOLATILE => Kind::Volatile(head.ty()),
        number::CONST => Kind::Const(head.ty()),
        number::RESTRICT => Kind::Restrict(head.ty()),
        number::FUNC => {
            Kind::Func { proto: head.ty(), linkage: Linkage::from_raw(head.vlen as u32) }
        }
        number::FUNC_PROTO => Kind::FuncProto(FuncProto {
            ret: head.ty(),
            params: list(&head, reader, 8, |reader| {
                Ok(Param { name: StrOff(reader.u32()?), ty: TypeId(reader.u32()?) })
            })?,
        }),
        number::VAR => Kind::Var { ty: head.ty(), linkage: Linkage::from_raw(reader.u32()?) },
        number::DATASEC => Kind::Datasec(decode_datasec(&head, reader)?),
        number::FLOAT => Kind::Float(head.word),
        number::DECL_TAG => Kind::DeclTag(DeclTag {
            ty: head.ty(),
            component: reader.u32()? as i32,
            attribute: head.kflag,
        }),
        number::TYPE_TAG => Kind::TypeTag { ty: head.ty(), attribute: head.kflag },
        number::ENUM64 => Kind::Enum64(decode_enum64(&head, reader)?),
        other => return Err(malformed(format!("unknown kind {other}"))),
    };
    Ok(Type { name: head.name, kind })
}

fn check_head(head: &Head) -> Result<()> {
    match head.kind {
        number::STRUCT | number::UNION | number::ENUM | number::ENUM64 => {
            head.plain(Vlen::Used, Kflag::Used, Word::Used)
        }
        number::FUNC | number::FUNC_PROTO | number::DATASEC => {
            head.plain(Vlen::Used, Kflag::Clear, Word::Used)
        }
        number::DECL_TAG | number::TYPE_TAG => head.plain(Vlen::Zero, Kflag::Used, Word::Used),
        number::FWD => head.plain(Vlen::Zero, Kflag::Used, Word::Zero),
        number::ARRAY => head.plain(Vlen::Zero, Kflag::Clear, Word::Zero),
        _ => head.plain(Vlen::Zero, Kflag::Clear, Word::Used),
    }
}

/// Reads `vlen` records of `record_len` bytes; the length is checked before memory is reserved.
fn list<'a, T>(
    head: &Head,
    reader: &mut Reader<'a>,
    record_len: usize,
    record: impl Fn(&mut Reader<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    if reader.remaining() < head.vlen.saturating_mul(record_len) {
        return Err(malformed("a list reaches past the type section"));
    }
    let mut records = Vec::with_capacity(head.vlen);
    for _ in 0..head.vlen {
        records.push(record(reader)?);
    }
    Ok(records)
}

fn decode_int(head: &Head, reader: &mut Reader<'_>) -> Result<Int> {
    let word = reader.u32()?;
    if word & 0xf000_ff00 != 0 {
        return Err(malformed("reserved bits of an integer are set"));
    }
    let [bits, _, offset, encoding] = word.to_le_bytes();
    Ok(Int { size: head.word, encoding, offset, bits })
}

fn decode_composite(head: &Head, reader: &mut Reader<'_>) -> Result<Composite> {
    let members = list(head, reader, 12, |reader| {
        let (name, ty, word) = (StrOff(reader.u32()?), TypeId(reader.u32()?), reader.u32()?);
        let (offset, width) =
            if head.kflag { (word & 0x00ff_ffff, (word >> 24) as u8) } else { (word, 0) };
        Ok(Member { name, ty, offset, width })
    })?;
    Ok(Composite { size: head.word, bitfields: head.kflag, members })
}

fn decode_enum(head: &Head, reader: &mut Reader<'_>) -> Result<Enum> {
    let variants = list(head, reader, 8, |reader| {
        Ok(Variant { name: StrOff(reader.u32()?), value: u64::from(reader.u32()?) })
    })?;
    Ok(Enum { size: head.word, signed: head.kflag, variants })
}

fn decode_enum64(head: &Head, reader: &mut Reader<'_>) -> Result<Enum> {
    let variants = list(head, reader, 12, |reader| {
        let (name, low, high) = (StrOff(reader.u32()?), reader.u32()?, reader.u32()?);
        Ok(Variant { name, value: u64::from(high) << 32 | u64::from(low) })
    })?;
    Ok(Enum { size: head.word, signed: head.kflag, variants })
}

fn decode_datasec(head: &Head, reader: &mut Reader<'_>) -> Result<Datasec> {
    let entries = list(head, reader, 12, |reader| {
        Ok(SecEntry { ty: TypeId(reader.u32()?), offset: reader.u32()?, size: reader.u32()? })
    })?;
    Ok(Datasec { size: head.word, entries })
}

/// Writes one type: its three words, then its records.
fn encode_type(writer: &mut Writer, ty: &Type) -> Result<()> {
    let (kind, vlen, kflag, word) = head_of(&ty.kind);
    let vlen = u32::try_from(vlen)
        .ok()
        .filter(|vlen| *vlen <= LENGTH_BITS)
        .ok_or_else(|| too_large(format!("a list of {vlen} entries")))?;
    writer.u32(ty.name.0);
    writer.u32(u32::from(kflag) << 31 | kind << 24 | vlen);
    writer.u32(word);
    encode_records(writer, &ty.kind)
}

fn head_of(kind: &Kind) -> (u32, usize, bool, u32) {
    match kind {
        Kind::Int(int) => (number::INT, 0, false, int.size),
        Kind::Ptr(ty) => (number::PTR, 0, false, ty.0),
        Kind::Array(_) => (number::ARRAY, 0, false, 0),
        Kind::Struct(it) => (number::STRUCT, it.members.len(), it.bitfields, it.size),
        Kind::Union(it) => (number::UNION, it.members.len(), it.bitfields, it.size),
        Kind::Enum(it) => (number::ENUM, it.variants.len(), it.signed, it.size),
        Kind::Fwd(fwd) => (number::FWD, 0, matches!(fwd, FwdKind::Union), 0),
        Kind::Typedef(ty) => (number::TYPEDEF, 0, false, ty.0),
        Kind::Volatile(ty) => (number::VOLATILE, 0, false, ty.0),
        Kind::Const(ty) => (number::CONST, 0, false, ty.0),
        Kind::Restrict(ty) => (number::RESTRICT, 0, false, ty.0),
        Kind::Func { proto, linkage } => (number::FUNC, linkage.raw() as usize, false, proto.0),
        Kind::FuncProto(it) => (number::FUNC_PROTO, it.params.len(), false, it.ret.0),
        Kind::Var { ty, .. } => (number::VAR, 0, false, ty.0),
        Kind::Datasec(it) => (number::DATASEC, it.entries.len(), false, it.size),
        Kind::Float(size) => (number::FLOAT, 0, false, *size),
        Kind::DeclTag(tag) => (number::DECL_TAG, 0, tag.attribute, tag.ty.0),
        Kind::TypeTag { ty, attribute } => (number::TYPE_TAG, 0, *attribute, ty.0),
        Kind::Enum64(it) => (number::ENUM64, it.variants.len(), it.signed, it.size),
    }
}

fn encode_records(writer: &mut Writer, kind: &Kind) -> Result<()> {
    match kind {
        Kind::Int(int) => {
            writer.u32(u32::from_le_bytes([int.bits, 0, int.offset, int.encoding & 0xf]));
        }
        Kind::Array(array) => {
            [array.elem.0, array.index.0, array.len].into_iter().for_each(|word| writer.u32(word));
        }
        Kind::Struct(it) | Kind::Union(it) => encode_members(writer, it)?,
        Kind::Enum(it) => it.variants.iter().for_each(|variant| {
            writer.u32(variant.name.0);
            writer.u32(variant.value as u32);
        }),
        Kind::Enum64(it) => it.variants.iter().for_each(|variant| {
            writer.u32(variant.name.0);
            writer.u32(variant.value as u32);
            writer.u32((variant.value >> 32) as u32);
        }),
        Kind::FuncProto(it) => it.params.iter().for_each(|param| {
            writer.u32(param.name.0);
            writer.u32(param.ty.0);
        }),
        Kind::Var { linkage, .. } => writer.u32(linkage.raw()),
        Kind::Datasec(it) => it.entries.iter().for_each(|entry| {
            [entry.ty.0, entry.offset, entry.size].into_iter().for_each(|word| writer.u32(word));
        }),
        Kind::DeclTag(tag) => writer.u32(tag.component as u32),
        _ => {}
    }
    Ok(())
}

fn encode_members(writer: &mut Writer, composite: &Composite) -> Result<()> {
    for member in &composite.members {
        let fits =
            if composite.bitfields { member.offset <= 0x00ff_ffff } else { member.width == 0 };
        if !fits {
            return Err(too_large(format!("a member at bit {}", member.offset)));
        }
        writer.u32(member.name.0);
        writer.u32(member.ty.0);
        writer.u32(u32::from(member.width) << 24 | member.offset);
    }
    Ok(())
}
