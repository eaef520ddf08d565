//! Reads of memory that may not be mapped.

use core::fmt;

use crate::{
    layout::{self, Integer, Path},
    memory::{self, Space},
    query::Site,
};

/// The reason that a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The field or its type does not exist in the running kernel.
    Missing,
    /// The kernel has a field of that name, but of another kind than in Rust: a pointer and not a number, for example.
    WrongKind,
    /// The kernel's field has another size than in Rust; for a bit field, more bits.
    WrongSize,
    /// The memory cannot be read: the helper's error, usually `-EFAULT`.
    Fault(i64),
}

impl ReadError {
    /// Returns the error as a helper would return it: `-ENOENT` for a missing field, `-EINVAL` for one of another kind
    /// or size.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Missing => -2,
            Self::WrongKind | Self::WrongSize => -22,
            Self::Fault(code) => code,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the kernel has no such field"),
            Self::WrongKind => f.write_str("the kernel's field is of another kind"),
            Self::WrongSize => f.write_str("the kernel's field has another size"),
            Self::Fault(code) => write!(f, "the memory cannot be read: {code}"),
        }
    }
}

impl core::error::Error for ReadError {}

impl From<ReadError> for i64 {
    fn from(error: ReadError) -> Self {
        error.code()
    }
}

impl From<ReadError> for i32 {
    fn from(error: ReadError) -> Self {
        error.code() as Self
    }
}

/// The base of a read: a pointer or a reference.
pub trait Base {
    /// The type it points to.
    type Target;
    /// Returns the address it holds.
    fn address(self) -> *const Self::Target;
}

/// A pointer that `->` follows.
pub trait Pointer {
    /// The type it points to.
    type Target;
    /// Returns the address it holds.
    fn address(self) -> *const Self::Target;
}

macro_rules! pointers {
    ($($trait:ident for $pointer:ty, $this:ident => $address:expr;)+) => {$(
        impl<T> $trait for $pointer {
            type Target = T;
            #[inline(always)]
            fn address($this) -> *const T {
                $address
            }
        }
    )+};
}

pointers! {
    Base for *const T, self => self;
    Base for *mut T, self => self.cast_const();
    Base for &T, self => self;
    Base for &mut T, self => self;
    Pointer for *const T, self => self;
    Pointer for *mut T, self => self.cast_const();
    Pointer for Option<&T>, self => self.map_or(core::ptr::null(), |target| target);
    Pointer for Option<core::ptr::NonNull<T>>, self => self.map_or(core::ptr::null(), |target| target.as_ptr().cast_const());
}

/// A field that holds text: an array of characters, or a pointer to characters.
pub trait Text {
    /// Returns the address of the characters.
    ///
    /// # Safety
    /// The requirements of `memory::read` apply.
    unsafe fn characters<M: Space>(field: *const Self) -> Result<*const u8, ReadError>;
}

macro_rules! texts {
    ($($character:ty),+) => {$(
        impl<const N: usize> Text for [$character; N] {
            #[inline(always)]
            unsafe fn characters<M: Space>(field: *const Self) -> Result<*const u8, ReadError> {
                Ok(field.cast())
            }
        }
        impl Text for *const $character {
            #[inline(always)]
            unsafe fn characters<M: Space>(field: *const Self) -> Result<*const u8, ReadError> {
                // SAFETY: the caller's promise is the same.
                Ok(unsafe { memory::read::<M, Self>(field) }?.cast())
            }
        }
        impl Text for *mut $character {
            #[inline(always)]
            unsafe fn characters<M: Space>(field: *const Self) -> Result<*const u8, ReadError> {
                // SAFETY: the caller's promise is the same.
                Ok(unsafe { memory::read::<M, Self>(field) }?.cast_const().cast())
            }
        }
    )+};
}

texts! { u8, i8 }

/// Returns the address where a read starts.
#[inline(always)]
pub fn start<B: Base>(base: B) -> Result<*const B::Target, ReadError> {
    Ok(base.address())
}

/// Returns the address of the field, without checking that it exists.
#[inline(always)]
pub fn field_ptr<B: Base, F, S: Site>(base: B, path: impl Path<B::Target, F>, _: S) -> *const F {
    at(base.address(), layout::offset::<B::Target, F, S>(path))
}

/// Returns the address of the field, if the kernel has it.
#[inline(always)]
pub fn locate<T, F, S: Site>(
    from: Result<*const T, ReadError>,
    path: impl Path<T, F>,
    site: S,
) -> Result<*const F, ReadError> {
    let from = from?;
    match layout::field_byte_offset(path, site) {
        Some(offset) => Ok(at(from, offset)),
        None => Err(absence::<T, S>()),
    }
}

/// Returns the reason that a loader finds no such field: it matches fields by name and kind.
#[cold]
#[inline(always)]
fn absence<T, S: Site>() -> ReadError {
    if layout::exists_as_another::<T, S>() { ReadError::WrongKind } else { ReadError::Missing }
}

#[inline(always)]
fn at<T, F>(from: *const T, offset: usize) -> *const F {
    from.cast::<u8>().wrapping_add(offset).cast()
}

/// Reads the field.
///
/// # Safety
/// The requirements of `memory::read` apply.
#[inline(always)]
pub unsafe fn read<M: Space, T, F, S: Site>(
    from: Result<*const T, ReadError>,
    path: impl Path<T, F>,
    site: S,
) -> Result<F, ReadError> {
    let field = locate(from, path, site)?;
    if layout::size::<T, F, S>() != size_of::<F>() {
        return Err(ReadError::WrongSize);
    }
    // SAFETY: the caller's promise is the same.
    unsafe { memory::read::<M, F>(field) }
}

/// Reads a pointer field and returns the address it holds.
///
/// # Safety
/// The requirements of `memory::read` apply.
#[inline(always)]
pub unsafe fn follow<M: Space, T, F: Pointer, S: Site>(
    from: Result<*const T, ReadError>,
    path: impl Path<T, F>,
    site: S,
) -> Result<*const F::Target, ReadError> {
    // SAFETY: the caller's promise is the same.
    let pointer = unsafe { read::<M, T, F, S>(from, path, site) }?;
    Ok(pointer.address())
}

/// Reads the text in the field, without the terminating zero.
///
/// # Safety
/// The requirements of `memory::read` apply.
#[inline(always)]
pub unsafe fn text<M: Space, T, F: Text, S: Site>(
    into: &mut [u8],
    from: Result<*const T, ReadError>,
    path: impl Path<T, F>,
    site: S,
) -> Result<&[u8], ReadError> {
    let field = locate(from, path, site)?;
    // SAFETY: the caller's promise is the same.
    let characters = unsafe { F::characters::<M>(field) }?;
    // SAFETY: as above.
    unsafe { memory::text::<M>(into, characters) }
}

/// Reads the bit field, or an integer of any width in the kernel.
///
/// # Safety
/// The requirements of `memory::read` apply.
#[inline(always)]
pub unsafe fn bitfield<M: Space, T, F: Integer, S: Site>(
    from: Result<*const T, ReadError>,
    path: impl Path<T, F>,
    _: S,
) -> Result<F, ReadError> {
    let from = from?;
    if !layout::exists::<T, S>() {
        return Err(absence::<T, S>());
    }
    let bits = layout::bits::<T, F, S>(&path);
    if !bits.fit::<F>() {
        return Err(ReadError::WrongSize);
    }
    let field = at::<T, u8>(from, layout::offset::<T, F, S>(path));
    // SAFETY: the caller's promise is the same.
    let memory = unsafe { memory::word::<M>(field, bits.size) }?;
    Ok(F::cut(bits.extract(memory)))
}
