//! What a query is: a call that the linker replaces.

/// A place in the source that asks something. Each use of a macro makes a type of its own.
pub trait Site {
    /// The path behind a dot, then the place in the source and the module, with a line break before each.
    ///
    /// It is the address of a static, not of a constant: compilers merge constants, and then functions that differ in
    /// nothing else, although they ask about different types.
    const TEXT: &'static [u8];
}

/// The bytes of `text`.
///
/// # Panics
/// `text` has another length than `N`.
#[must_use]
pub const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let (mut bytes, mut index) = ([0; N], 0);
    while index < N {
        bytes[index] = text.as_bytes()[index];
        index += 1;
    }
    bytes
}

/// `enum bpf_core_relo_kind` of `include/uapi/linux/bpf.h`.
pub mod kind {
    /// Where a field starts, in bytes.
    pub const FIELD_BYTE_OFFSET: u32 = 0;
    /// Bytes of a field.
    pub const FIELD_BYTE_SIZE: u32 = 1;
    /// Whether there is a field.
    pub const FIELD_EXISTS: u32 = 2;
    /// Whether a field has a sign.
    pub const FIELD_SIGNED: u32 = 3;
    /// By how much to shift a field to the left within 64 bits, to drop what is above it.
    pub const FIELD_LSHIFT_U64: u32 = 4;
    /// By how much to shift it to the right then, to drop what is below it.
    pub const FIELD_RSHIFT_U64: u32 = 5;
    /// The number of a type in the program's BTF.
    pub const TYPE_ID_LOCAL: u32 = 6;
    /// The number of a type in the kernel's BTF.
    pub const TYPE_ID_TARGET: u32 = 7;
    /// Whether there is a type.
    pub const TYPE_EXISTS: u32 = 8;
    /// Bytes of a type.
    pub const TYPE_SIZE: u32 = 9;
    /// Whether an enumeration has a value.
    pub const ENUM_VALUE_EXISTS: u32 = 10;
    /// A value of an enumeration.
    pub const ENUM_VALUE: u32 = 11;
    /// Whether a type is what the program thinks it is.
    pub const TYPE_MATCHES: u32 = 12;
}

/// Asks the loader; `here`, the answer outside of BPF, is not called.
#[cfg(target_arch = "bpf")]
#[inline(always)]
pub fn ask<T: ?Sized, S: Site, const KIND: u32>(_: impl FnOnce() -> u64) -> u64 {
    query::<T, S, KIND>()
}

/// The linker knows this function by the one call in it, all of whose operands are constants, and makes a CO-RE record
/// of every call of it. What type it asks about is in its debug information.
#[cfg(target_arch = "bpf")]
#[inline(never)]
fn query<T: ?Sized, S: Site, const KIND: u32>() -> u64 {
    unsafe extern "C" {
        /// Never defined: a linker that does not know it leaves an undefined symbol.
        fn __btf_core_query_v1(kind: u32, text: *const u8, length: usize) -> u64;
    }
    // SAFETY: the linker replaces the call.
    unsafe { __btf_core_query_v1(KIND, const { S::TEXT.as_ptr() }, const { S::TEXT.len() }) }
}

/// Outside of BPF, what the compiler says of this machine's own types.
#[cfg(not(target_arch = "bpf"))]
#[allow(clippy::extra_unused_type_parameters, reason = "BPF needs them")]
pub fn ask<T: ?Sized, S: Site, const KIND: u32>(here: impl FnOnce() -> u64) -> u64 {
    here()
}
