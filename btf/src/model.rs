//! The contents of `.BTF`: one Rust type for each kind of `Documentation/bpf/btf.rst`.

use super::strings::{StrOff, Strings};
use crate::endian::Endian;

/// The number of a type: its position in the type section, counted from 1; 0 is `void`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

impl TypeId {
    /// `void`.
    pub const VOID: Self = Self(0);

    /// Returns true for `void`.
    #[must_use]
    pub const fn is_void(self) -> bool {
        self.0 == 0
    }
}

/// A decoded `.BTF` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Btf {
    /// The byte order of its encoding.
    pub endian: Endian,
    /// The types; `types[0]` has id 1.
    pub types: Vec<Type>,
    /// The names.
    pub strings: Strings,
}

/// One type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The name, or [`StrOff::EMPTY`].
    pub name: StrOff,
    /// The kind with its data.
    pub kind: Kind,
}

/// The kind of a type. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An integer.
    Int(Int),
    /// A pointer to the type.
    Ptr(TypeId),
    /// An array.
    Array(Array),
    /// A struct.
    Struct(Composite),
    /// A union.
    Union(Composite),
    /// An enumeration of 32-bit values.
    Enum(Enum),
    /// A declared struct or union whose members are unknown.
    Fwd(FwdKind),
    /// Another name for the type.
    Typedef(TypeId),
    /// `volatile`.
    Volatile(TypeId),
    /// `const`.
    Const(TypeId),
    /// `restrict`.
    Restrict(TypeId),
    /// A function with its prototype.
    Func {
        /// The [`Kind::FuncProto`].
        proto: TypeId,
        /// The scope of the function.
        linkage: Linkage,
    },
    /// The parameters and return type of a function.
    FuncProto(FuncProto),
    /// A global variable.
    Var {
        /// The type.
        ty: TypeId,
        /// The scope of the variable.
        linkage: Linkage,
    },
    /// The variables of one ELF section.
    Datasec(Datasec),
    /// A floating-point number of a size in bytes.
    Float(u32),
    /// `__attribute__((btf_decl_tag(name)))`.
    DeclTag(DeclTag),
    /// `__attribute__((btf_type_tag(name)))`.
    TypeTag {
        /// The tagged type.
        ty: TypeId,
        /// True if the name is a whole attribute (kernel 6.14, kflag).
        attribute: bool,
    },
    /// An enumeration of 64-bit values.
    Enum64(Enum),
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Int {
    /// The size of its storage, in bytes.
    pub size: u32,
    /// The flags [`Int::SIGNED`], [`Int::CHAR`] and [`Int::BOOL`].
    pub encoding: u8,
    /// The first bit within the storage.
    pub offset: u8,
    /// The number of bits.
    pub bits: u8,
}

impl Int {
    /// `BTF_INT_SIGNED`.
    pub const SIGNED: u8 = 1;
    /// `BTF_INT_CHAR`.
    pub const CHAR: u8 = 2;
    /// `BTF_INT_BOOL`.
    pub const BOOL: u8 = 4;
}

/// An array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Array {
    /// The element type.
    pub elem: TypeId,
    /// The type of the index; only tools read it.
    pub index: TypeId,
    /// The number of elements.
    pub len: u32,
}

/// A struct or union.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Composite {
    /// The size in bytes.
    pub size: u32,
    /// True if member offsets contain a bit-field width (kflag).
    pub bitfields: bool,
    /// The members, in stored order.
    pub members: Vec<Member>,
}

/// A member of a struct or union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The name; anonymous structs and unions have none.
    pub name: StrOff,
    /// The type.
    pub ty: TypeId,
    /// The offset in bits from the start of the composite.
    pub offset: u32,
    /// The width of a bit field, 0 for an ordinary member; only with [`Composite::bitfields`].
    pub width: u8,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    /// The size in bytes.
    pub size: u32,
    /// True if values are signed (kflag).
    pub signed: bool,
    /// The values, in stored order.
    pub variants: Vec<Variant>,
}

/// A value of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The name.
    pub name: StrOff,
    /// The bits; for [`Kind::Enum`] the low 32.
    pub value: u64,
}

/// The kind of type that a forward declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FwdKind {
    /// `struct x;`
    Struct,
    /// `union x;`
    Union,
}

/// The scope of a function or variable (`BTF_FUNC_*`, `BTF_VAR_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Linkage {
    /// Visible in its file only.
    Static,
    /// Visible everywhere.
    Global,
    /// Defined elsewhere: kfunc, ksym or kconfig.
    Extern,
    /// A number unknown to all kernels.
    Unknown(u32),
}

impl Linkage {
    /// Returns the linkage numbered `raw`.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        match raw {
            0 => Self::Static,
            1 => Self::Global,
            2 => Self::Extern,
            other => Self::Unknown(other),
        }
    }

    /// Returns its number.
    #[must_use]
    pub const fn raw(self) -> u32 {
        match self {
            Self::Static => 0,
            Self::Global => 1,
            Self::Extern => 2,
            Self::Unknown(other) => other,
        }
    }
}

/// The parameters and return type of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FuncProto {
    /// The return type.
    pub ret: TypeId,
    /// The parameters; a last one without name and type marks a variadic function.
    pub params: Vec<Param>,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// The name.
    pub name: StrOff,
    /// The type.
    pub ty: TypeId,
}

/// The variables of one ELF section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Datasec {
    /// The size of the section, in bytes.
    pub size: u32,
    /// The variables, by offset.
    pub entries: Vec<SecEntry>,
}

/// A variable in its section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecEntry {
    /// The [`Kind::Var`], or the [`Kind::Func`] of an extern function.
    pub ty: TypeId,
    /// The offset in bytes from the start of the section.
    pub offset: u32,
    /// The size in bytes.
    pub size: u32,
}

/// A declaration tag; its text is the type's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeclTag {
    /// The tagged type.
    pub ty: TypeId,
    /// The tagged member or parameter, or -1 for the whole.
    pub component: i32,
    /// True if the name is a whole attribute (kernel 6.14, kflag).
    pub attribute: bool,
}

impl Kind {
    /// Returns the type that a typedef, qualifier or type tag modifies.
    #[must_use]
    pub const fn modified(&self) -> Option<TypeId> {
        match self {
            Self::Typedef(ty)
            | Self::Volatile(ty)
            | Self::Const(ty)
            | Self::Restrict(ty)
            | Self::TypeTag { ty, .. } => Some(*ty),
            _ => None,
        }
    }
}

impl Btf {
    /// Creates a `.BTF` without types.
    #[must_use]
    pub fn new(endian: Endian) -> Self {
        Self { endian, types: Vec::new(), strings: Strings::default() }
    }

    /// Returns the type numbered `id`, or `None` for `void` and beyond the last.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Option<&Type> {
        self.types.get((id.0 as usize).checked_sub(1)?)
    }

    /// Returns a mutable reference to the type numbered `id`.
    pub fn get_mut(&mut self, id: TypeId) -> Option<&mut Type> {
        self.types.get_mut((id.0 as usize).checked_sub(1)?)
    }

    /// Appends a type and returns its number.
    pub fn push(&mut self, name: StrOff, kind: Kind) -> TypeId {
        self.types.push(Type { name, kind });
        self.last_id()
    }

    /// Returns the number of the last type, or `void` if there is none.
    #[must_use]
    pub fn last_id(&self) -> TypeId {
        TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX))
    }

    /// Returns the type behind all typedefs, qualifiers and type tags of `id` (libbpf's `skip_mods_and_typedefs`), or
    /// `void` if they form a circle.
    #[must_use]
    pub fn strip_modifiers(&self, mut id: TypeId) -> TypeId {
        // Each step reaches another type, so there are no more steps than types.
        for _ in 0..=self.types.len() {
            match self.get(id).and_then(|ty| ty.kind.modified()) {
                Some(next) => id = next,
                None => return id,
            }
        }
        TypeId::VOID
    }

    /// Returns the kind of the type behind all modifiers of `id`; `None` for `void`.
    #[must_use]
    pub fn unmodified(&self, id: TypeId) -> Option<&Kind> {
        Some(&self.get(self.strip_modifiers(id))?.kind)
    }

    /// Returns all types with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        (1..).map(TypeId).zip(&self.types)
    }

    /// Returns the name of type `id`; empty for `void` and anonymous types.
    #[must_use]
    pub fn name(&self, id: TypeId) -> std::borrow::Cow<'_, str> {
        self.strings.text(self.get(id).map_or(StrOff::EMPTY, |ty| ty.name))
    }
}
