//! The macros for programs.

/// Returns the offset of a field, in bytes from the start of its type; `None` if the running kernel has no such field.
///
/// ```
/// # #[repr(C)] struct file { f_flags: u32, f_pos: i64 }
/// let offset: Option<usize> = btf_core::field_byte_offset!(file, f_pos);
/// assert_eq!(offset, Some(8), "outside of BPF, the layout of the Rust type");
/// ```
///
/// A path that does not exist in the Rust type is a compile error:
/// ```compile_fail,E0609
/// # #[repr(C)] struct file { f_flags: u32 }
/// btf_core::field_byte_offset!(file, f_pos);
/// ```
#[macro_export]
macro_rules! field_byte_offset {
    ($carrier:ty, $($path:tt)+) => {
        $crate::__private::field_byte_offset::<$carrier, _, _>($crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// Returns the size of a field in bytes; `None` if the running kernel has no such field.
///
/// ```
/// # struct task_struct { comm: [u8; 16] }
/// assert_eq!(btf_core::field_byte_size!(task_struct, comm), Some(16));
/// ```
#[macro_export]
macro_rules! field_byte_size {
    ($carrier:ty, $($path:tt)+) => {
        $crate::__private::field_byte_size::<$carrier, _, _>($crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// Returns true if the running kernel has a field.
///
/// The kernel's verifier removes the branch that is not taken, including any relocation in it that could not be
/// resolved.
#[macro_export]
macro_rules! field_exists {
    ($carrier:ty, $($path:tt)+) => {
        $crate::__private::field_exists::<$carrier, _, _>($crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// Returns a pointer to a field of the pointer's or reference's target, as `*const F`, without checking that it exists.
///
/// Nothing is read. The kernel rejects a program that can reach this on a kernel without the field; check with
/// [`field_exists!`] first if that is possible. If the kernel's verifier knows the type of the base, as for arguments
/// of `fentry` and iterators, the pointer may be dereferenced directly.
///
/// ```
/// # struct task_struct { pid: i32 }
/// # let task = &task_struct { pid: 7 };
/// let pid: *const i32 = btf_core::field_ptr!(task, pid);
/// ```
#[macro_export]
macro_rules! field_ptr {
    ($base:expr, $($path:tt)+) => {
        $crate::__private::field_ptr($base, $crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// Returns true if the running kernel has a type of that name and kind.
#[macro_export]
macro_rules! type_exists {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_exists::<$carrier, _>($crate::__site!(.))
    };
}

/// Returns the size of a type in bytes; `None` if the running kernel has no such type.
#[macro_export]
macro_rules! type_size {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_size::<$carrier, _>($crate::__site!(.))
    };
}

/// Returns true if the running kernel has a type of that name whose fields match the Rust type.
///
/// libbpf supports this query since 1.0; aya does not yet.
#[macro_export]
macro_rules! type_matches {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_matches::<$carrier, _>($crate::__site!(.))
    };
}

/// Returns the id of a type in the program's own BTF, as a `u32`; 0 outside BPF.
#[macro_export]
macro_rules! type_id_local {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_id_local::<$carrier, _>($crate::__site!(.))
    };
}

/// Returns the id of a type in the running kernel's BTF; `None` if the kernel has no such type, `Some(0)` outside BPF.
#[macro_export]
macro_rules! type_id_target {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_id_target::<$carrier, _>($crate::__site!(.))
    };
}

/// Returns a value of an enumeration, as a `u64`; `None` if the running kernel has no such value.
///
/// ```
/// # #![allow(non_camel_case_types)]
/// #[repr(u32)]
/// enum bpf_map_type {
///     BPF_MAP_TYPE_HASH = 1,
/// }
/// assert_eq!(btf_core::enum_value!(bpf_map_type, BPF_MAP_TYPE_HASH), Some(1));
/// ```
#[macro_export]
macro_rules! enum_value {
    ($carrier:ty, $value:ident $(,)?) => {
        $crate::__private::enum_value::<$carrier, _>($crate::__value!($carrier, $value), $crate::__site!(.$value))
    };
}

/// Returns true if an enumeration of the running kernel has a value.
#[macro_export]
macro_rules! enum_value_exists {
    ($carrier:ty, $value:ident $(,)?) => {
        $crate::__private::enum_value_exists::<$carrier, _>($crate::__value!($carrier, $value), $crate::__site!(.$value))
    };
}

/// Reads a field of the kernel's memory, following pointers at each `->`: a `Result<F, ReadError>`.
///
/// C's `BPF_CORE_READ(task, real_parent, tgid)` is `core_read!(task, real_parent->tgid)`. The base is a pointer or a
/// reference to the object where the path starts. If the running kernel does not have a field, the result is
/// [`ReadError::Missing`](crate::ReadError::Missing), so no check is needed around it; if the field is of another kind
/// or size than in Rust, it is [`WrongKind`](crate::ReadError::WrongKind) or
/// [`WrongSize`](crate::ReadError::WrongSize).
///
/// # Safety
/// Any bytes must be a valid value of the field's type, as they are for numbers, pointers and arrays of them. Outside
/// BPF each pointer must be null or point to a valid object of its type.
///
/// ```
/// # struct task_struct { tgid: i32, real_parent: *const task_struct }
/// let init = task_struct { tgid: 1, real_parent: core::ptr::null() };
/// let task = task_struct { tgid: 7, real_parent: &init };
/// // SAFETY: any bytes are a number, and these are this process's own structures.
/// assert_eq!(unsafe { btf_core::core_read!(&task, real_parent->tgid) }, Ok(1));
/// ```
#[macro_export]
macro_rules! core_read {
    ($base:expr, $($path:tt)+) => {
        $crate::__walk!(read::<$crate::__private::Kernel>; $crate::__private::start($base); []; $($path)+)
    };
}

/// Reads like [`core_read!`], but from the memory of the process: C's `BPF_CORE_READ_USER`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_user {
    ($base:expr, $($path:tt)+) => {
        $crate::__walk!(read::<$crate::__private::User>; $crate::__private::start($base); []; $($path)+)
    };
}

/// Reads text into a buffer: a `Result<&[u8], ReadError>` without the terminating zero.
///
/// Use it as `core_read_str!(&mut buffer, task, comm)`. The field is an array of characters, or a pointer to
/// characters. Text longer than the buffer is truncated. C's `BPF_CORE_READ_STR_INTO`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_str {
    ($into:expr, $base:expr, $($path:tt)+) => {
        $crate::__walk!(text::<$crate::__private::Kernel>, $into; $crate::__private::start($base); []; $($path)+)
    };
}

/// Reads an integer of any width, or a bit field, as the integer type declared in Rust.
///
/// Rust has no bit fields: declare one as a sufficiently wide integer, under the kernel's name; if it is too narrow, the
/// result is [`ReadError::WrongSize`](crate::ReadError::WrongSize). C's `BPF_CORE_READ_BITFIELD_PROBED`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_bitfield {
    ($base:expr, $($path:tt)+) => {
        $crate::__walk!(bitfield::<$crate::__private::Kernel>; $crate::__private::start($base); []; $($path)+)
    };
}

/// Expands one step of a read: up to the next `->`, or to the end.
#[doc(hidden)]
#[macro_export]
macro_rules! __walk {
    ($last:ident::<$space:ty> $(, $into:expr)?; $from:expr; [$($path:tt)+]; -> $($rest:tt)+) => {
        $crate::__walk!(
            $last::<$space> $(, $into)?;
            $crate::__private::follow::<$space, _, _, _>($from, $crate::__path!($($path)+), $crate::__site!(.$($path)+));
            [];
            $($rest)+
        )
    };
    ($last:ident::<$space:ty> $(, $into:expr)?; $from:expr; [$($path:tt)*]; $next:tt $($rest:tt)*) => {
        $crate::__walk!($last::<$space> $(, $into)?; $from; [$($path)* $next]; $($rest)*)
    };
    ($last:ident::<$space:ty> $(, $into:expr)?; $from:expr; [$($path:tt)+];) => {
        $crate::__private::$last::<$space, _, _, _>($($into,)? $from, $crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// Expands to the path to a field, which the compiler checks.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($($path:tt)+) => {
        |object| {
            #[allow(unused_unsafe, clippy::undocumented_unsafe_blocks, reason = "never followed in BPF; valid elsewhere")]
            // SAFETY: outside BPF the object is there, and nothing is read.
            unsafe {
                &raw const (*object).$($path)+
            }
        }
    };
}

/// Expands to a value of an enumeration; the compiler checks that it is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __value {
    ($carrier:ty, $value:ident) => {
        || (::core::option::Option::Some(<$carrier>::$value), <$carrier>::$value as u64)
    };
}

/// Expands to a type that represents this place in the source.
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($($path:tt)+) => {{
        struct Site;
        impl $crate::__private::Site for Site {
            const TEXT: &'static [u8] = {
                const TEXT: &str = $crate::__private::concat!(
                    $crate::__private::stringify!($($path)+), "\n",
                    $crate::__private::file!(), ":", $crate::__private::line!(), ":", $crate::__private::column!(), "\n",
                    $crate::__private::module_path!(),
                );
                static BYTES: [u8; TEXT.len()] = $crate::__private::bytes(TEXT);
                &BYTES
            };
        }
        Site
    }};
}
