//! Queries: calls that the linker replaces.

/// A place in the source that makes a query. Each use of a macro defines its own type.
pub trait Site {
    /// The path after a dot, then the place in the source and the module, each preceded by a line break.
    ///
    /// The linker receives the address of a static, not of a constant: compilers merge constants, and then functions
    /// that differ in nothing else, although they query different types.
    const TEXT: &'static [u8];
}

/// Returns the bytes of `text`.
///
/// # Panics
/// Panics if the length of `text` is not `N`.
#[must_use]
pub const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let (mut bytes, mut index) = ([0; N], 0);
    while index < N {
        bytes[index] = text.as_bytes()[index];
        index += 1;
    }
    bytes
}

/// The kinds of queries: `enum bpf_core_relo_kind` of `include/uapi/linux/bpf.h`.
pub mod kind {
    /// The offset of a field in bytes.
    pub const FIELD_BYTE_OFFSET: u32 = 0;
    /// The size of a field in bytes.
    pub const FIELD_BYTE_SIZE: u32 = 1;
    /// The existence of a field: 0 or 1.
    pub const FIELD_EXISTS: u32 = 2;
    /// The signedness of a field: 0 or 1.
    pub const FIELD_SIGNED: u32 = 3;
    /// The left shift of a field within 64 bits that drops the bits above it.
    pub const FIELD_LSHIFT_U64: u32 = 4;
    /// The right shift that then drops the bits below it.
    pub const FIELD_RSHIFT_U64: u32 = 5;
    /// The id of a type in the program's BTF.
    pub const TYPE_ID_LOCAL: u32 = 6;
    /// The id of a type in the kernel's BTF.
    pub const TYPE_ID_TARGET: u32 = 7;
    /// The existence of a type: 0 or 1.
    pub const TYPE_EXISTS: u32 = 8;
    /// The size of a type in bytes.
    pub const TYPE_SIZE: u32 = 9;
    /// The existence of a value in an enumeration: 0 or 1.
    pub const ENUM_VALUE_EXISTS: u32 = 10;
    /// The number of a value in an enumeration.
    pub const ENUM_VALUE: u32 = 11;
    /// The match of the kernel's type with the program's: 0 or 1.
    pub const TYPE_MATCHES: u32 = 12;

    /// Returns the query for the existence of a field that is of kind `shape` instead of its Rust type.
    #[must_use]
    pub const fn field_exists_as(shape: u32) -> u32 {
        FIELD_EXISTS | shape << 8
    }

    /// The kinds that loaders tell apart (`bpf_core_fields_are_compat` of libbpf), from 1 on: integers, pointers,
    /// structures and unions, enumerations, and arrays of the first three.
    pub const SHAPES: u32 = 7;
}

/// Queries the loader; `here`, the answer outside BPF, is not called.
#[cfg(target_arch = "bpf")]
#[inline(always)]
pub fn ask<T: ?Sized, S: Site, const KIND: u32>(_: impl FnOnce() -> u64) -> u64 {
    query::<T, S, KIND>()
}

/// Marks a query. The linker recognizes this function by the one call in it, whose operands are all constants, and
/// turns every call of it into a CO-RE record. The queried type is in its debug information.
#[cfg(target_arch = "bpf")]
#[inline(never)]
fn query<T: ?Sized, S: Site, const KIND: u32>() -> u64 {
    unsafe extern "C" {
        /// Marks a query for the linker. Never defined: a linker without support leaves an undefined symbol.
        fn __btf_core_query_v1(kind: u32, text: *const u8, length: usize) -> u64;
    }
    // SAFETY: the linker replaces the call.
    unsafe { __btf_core_query_v1(KIND, const { S::TEXT.as_ptr() }, const { S::TEXT.len() }) }
}

/// Returns `here`, the answer from the compiler's layout, outside BPF.
#[cfg(not(target_arch = "bpf"))]
#[allow(clippy::extra_unused_type_parameters, reason = "BPF needs them")]
pub fn ask<T: ?Sized, S: Site, const KIND: u32>(here: impl FnOnce() -> u64) -> u64 {
    here()
}
