//! The first pass: rules for a type alone (`btf_check_all_metas` and its `*_check_meta`).

use super::{
    super::{
        model::{Array, Btf, Composite, Datasec, DeclTag, Enum, Int, Kind, Linkage, Type, TypeId},
        strings::StrOff,
    },
    Blame, Rule, Violation,
    kernel::{DOTTED_NAMES, LONG_NAMES, PRINTABLE_SECTIONS, needs},
    names::{self, Place},
};
use crate::kernel::Kernel;

const EMPTY: Rule = Rule::new("there is no type", "btf_parse_type_sec");
const TOO_MANY: Rule = Rule::new("there are more than 1048575 types", "btf_add_type");
const STRINGS: Rule = Rule::new("the string table is over 16 MiB", "btf_parse_str_sec");
const UNKNOWN: Rule = Rule::new("this kernel does not know it", "btf_check_meta");
const NAME: Rule = Rule::new("the name is not one the kernel takes", "btf_name_valid_identifier");
const NAMED: Rule = Rule::new("a kind without a name has one", "btf_ref_type_check_meta");
const INT_BITS: Rule = Rule::new("more bits than its size holds", "btf_int_check_meta");
const INT_ENCODING: Rule = Rule::new("more than one encoding", "btf_int_check_meta");
const ARRAY_VOID: Rule = Rule::new("an array of void, or indexed by void", "btf_array_check_meta");
const MEMBER_VOID: Rule = Rule::new("a member of type void", "btf_struct_check_meta");
const UNION_OFFSET: Rule = Rule::new("a union member not at offset 0", "btf_struct_check_meta");
const DESCENDING: Rule = Rule::new("members are not sorted by offset", "btf_struct_check_meta");
const BEYOND: Rule = Rule::new("a member starts behind the end", "btf_struct_check_meta");
const ENUM_SIZE: Rule = Rule::new("an enum not of 1, 2, 4 or 8 bytes", "btf_enum_check_meta");
const FLOAT_SIZE: Rule =
    Rule::new("a float not of 2, 4, 8, 12 or 16 bytes", "btf_float_check_meta");
const FUNC_LINKAGE: Rule =
    Rule::new("a linkage other than static and global", "btf_func_check_meta");
const VAR_LINKAGE: Rule = Rule::new("a linkage other than static and global", "btf_var_check_meta");
const VAR_VOID: Rule = Rule::new("a variable of type void", "btf_var_check_meta");
const SECTION_SIZE: Rule = Rule::new("a section of size 0", "btf_datasec_check_meta");
const ENTRY_VOID: Rule = Rule::new("a variable of type void", "btf_datasec_check_meta");
const ENTRY_OFFSET: Rule =
    Rule::new("variables overlap, are unsorted or outside", "btf_datasec_check_meta");
const ENTRY_SIZE: Rule =
    Rule::new("a variable of size 0, or larger than its section", "btf_datasec_check_meta");
const ENTRY_END: Rule = Rule::new("a variable ends behind its section", "btf_datasec_check_meta");
const TAG_VALUE: Rule = Rule::new("a tag without text", "btf_decl_tag_check_meta");
const TAG_COMPONENT: Rule = Rule::new("a component number below -1", "btf_decl_tag_check_meta");

/// `BTF_MAX_TYPE` and `BTF_MAX_NAME_OFFSET` of include/uapi/linux/btf.h.
const MAX_TYPE: usize = 0x000f_ffff;
const MAX_NAME_OFFSET: usize = 0x00ff_ffff;

pub(super) fn violations(btf: &Btf, kernel: Kernel) -> Vec<Violation> {
    let mut pass = Pass { blame: Blame::new(btf), btf, kernel, id: TypeId::VOID };
    if btf.types.is_empty() {
        pass.fault(None, EMPTY);
    }
    if btf.types.len() > MAX_TYPE {
        pass.fault(None, TOO_MANY);
    }
    if btf.strings.as_bytes().len() > MAX_NAME_OFFSET + 1 {
        pass.fault(None, STRINGS);
    }
    for (id, ty) in btf.iter() {
        pass.id = id;
        pass.check(ty);
    }
    pass.blame.found
}

struct Pass<'a> {
    blame: Blame<'a>,
    btf: &'a Btf,
    kernel: Kernel,
    id: TypeId,
}

impl Pass<'_> {
    fn fault(&mut self, member: Option<usize>, rule: Rule) {
        self.blame.add(self.id, member, rule);
    }

    fn require(&mut self, holds: bool, member: Option<usize>, rule: Rule) {
        if !holds {
            self.fault(member, rule);
        }
    }

    fn check(&mut self, ty: &Type) {
        for feature in needs(ty) {
            if !self.kernel.knows(&feature) {
                self.blame.add_lifted(
                    self.id,
                    None,
                    Rule { fact: feature.what, ..UNKNOWN },
                    feature.since,
                );
            }
        }
        self.check_name(ty);
        match &ty.kind {
            Kind::Int(int) => self.check_int(*int),
            Kind::Array(array) => self.check_array(*array),
            Kind::Struct(it) => self.check_members(it, Shape::Struct),
            Kind::Union(it) => self.check_members(it, Shape::Union),
            Kind::Enum(it) | Kind::Enum64(it) => self.check_enum(it),
            Kind::Func { linkage, .. } => {
                self.require(is_defined(*linkage), None, FUNC_LINKAGE);
            }
            Kind::Var { ty, linkage } => {
                self.require(!ty.is_void(), None, VAR_VOID);
                self.require(is_defined(*linkage), None, VAR_LINKAGE);
            }
            Kind::Datasec(it) => self.check_datasec(it),
            Kind::Float(size) => {
                self.require(matches!(size, 2 | 4 | 8 | 12 | 16), None, FLOAT_SIZE);
            }
            Kind::DeclTag(tag) => self.check_decl_tag(tag),
            _ => {}
        }
    }

    fn check_name(&mut self, ty: &Type) {
        match &ty.kind {
            // Integers and floats may have any name.
            Kind::Int(_) | Kind::Float(_) => {}
            Kind::Ptr(_)
            | Kind::Volatile(_)
            | Kind::Const(_)
            | Kind::Restrict(_)
            | Kind::Array(_)
            | Kind::FuncProto(_) => self.require(ty.name.is_empty(), None, NAMED),
            Kind::Struct(_) | Kind::Union(_) | Kind::Enum(_) | Kind::Enum64(_) => {
                self.optional_name(None, ty.name)
            }
            Kind::Fwd(_) | Kind::Typedef(_) | Kind::Func { .. } => {
                self.name(None, ty.name, Place::Identifier);
            }
            Kind::Var { .. } => self.name(None, ty.name, Place::Variable),
            Kind::Datasec(_) => self.name(None, ty.name, Place::Section),
            Kind::DeclTag(_) | Kind::TypeTag { .. } => {
                self.require(!self.btf.strings.get(ty.name).is_empty(), None, TAG_VALUE);
            }
        }
    }

    fn optional_name(&mut self, member: Option<usize>, name: StrOff) {
        if !name.is_empty() {
            self.name(member, name, Place::Identifier);
        }
    }

    fn name(&mut self, member: Option<usize>, name: StrOff, place: Place) {
        let bytes = self.btf.strings.get(name);
        if names::valid(bytes, place, self.kernel) {
            return;
        }
        let lifted = [LONG_NAMES, DOTTED_NAMES, PRINTABLE_SECTIONS].into_iter().find(|feature| {
            !self.kernel.knows(feature) && names::valid(bytes, place, feature.since)
        });
        match lifted {
            Some(feature) => self.blame.add_lifted(self.id, member, NAME, feature.since),
            None => self.fault(member, NAME),
        }
    }

    fn check_int(&mut self, int: Int) {
        let bits = u32::from(int.bits) + u32::from(int.offset);
        self.require(bits <= 128 && bits.div_ceil(8) <= int.size, None, INT_BITS);
        self.require(
            matches!(int.encoding, 0 | Int::SIGNED | Int::CHAR | Int::BOOL),
            None,
            INT_ENCODING,
        );
    }

    fn check_array(&mut self, array: Array) {
        self.require(!array.elem.is_void() && !array.index.is_void(), None, ARRAY_VOID);
    }

    fn check_members(&mut self, it: &Composite, shape: Shape) {
        let mut last = 0;
        for (index, member) in it.members.iter().enumerate() {
            let index = Some(index);
            self.optional_name(index, member.name);
            self.require(!member.ty.is_void(), index, MEMBER_VOID);
            self.require(shape == Shape::Struct || member.offset == 0, index, UNION_OFFSET);
            self.require(last <= member.offset, index, DESCENDING);
            self.require(member.offset.div_ceil(8) <= it.size, index, BEYOND);
            last = member.offset;
        }
    }

    fn check_enum(&mut self, it: &Enum) {
        self.require(matches!(it.size, 1 | 2 | 4 | 8), None, ENUM_SIZE);
        for (index, variant) in it.variants.iter().enumerate() {
            self.name(Some(index), variant.name, Place::Identifier);
        }
    }

    fn check_datasec(&mut self, it: &Datasec) {
        self.require(it.size != 0, None, SECTION_SIZE);
        let mut end = 0;
        for (index, entry) in it.entries.iter().enumerate() {
            let index = Some(index);
            self.require(!entry.ty.is_void(), index, ENTRY_VOID);
            self.require(
                u64::from(entry.offset) >= end && entry.offset < it.size,
                index,
                ENTRY_OFFSET,
            );
            self.require(entry.size != 0 && entry.size <= it.size, index, ENTRY_SIZE);
            end = u64::from(entry.offset) + u64::from(entry.size);
            self.require(end <= u64::from(it.size), index, ENTRY_END);
        }
    }

    fn check_decl_tag(&mut self, tag: &DeclTag) {
        self.require(tag.component >= -1, None, TAG_COMPONENT);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Struct,
    Union,
}

const fn is_defined(linkage: Linkage) -> bool {
    matches!(linkage, Linkage::Static | Linkage::Global)
}
