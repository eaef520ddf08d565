//! What programs write.

/// Where a field starts, in bytes from the start of its type; `None` if the running kernel has no such field.
///
/// ```
/// # #[repr(C)] struct file { f_flags: u32, f_pos: i64 }
/// let offset: Option<usize> = btf_core::field_byte_offset!(file, f_pos);
/// assert_eq!(offset, Some(8), "outside of BPF, the layout of the Rust type");
/// ```
///
/// A path that the type does not have is an error of the compiler:
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

/// The bytes of a field; `None` if the running kernel has no such field.
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

/// Whether the running kernel has a field: a `bool`.
///
/// The kernel's verifier drops the branch that is not taken, and with it what could not be filled in.
#[macro_export]
macro_rules! field_exists {
    ($carrier:ty, $($path:tt)+) => {
        $crate::__private::field_exists::<$carrier, _, _>($crate::__path!($($path)+), $crate::__site!(.$($path)+))
    };
}

/// A pointer to a field of what a pointer or reference leads to, without a guard: `*const F`.
///
/// Nothing is read. A program that reaches it on a kernel without the field is refused by the kernel; ask
/// [`field_exists!`] first where that can be. Where the kernel's verifier knows the type of the base, as for arguments of
/// `fentry` and iterators, the pointer may be read directly.
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

/// Whether the running kernel has a type of that name and kind: a `bool`.
#[macro_export]
macro_rules! type_exists {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_exists::<$carrier, _>($crate::__site!(.))
    };
}

/// The bytes of a type; `None` if the running kernel has no such type.
#[macro_export]
macro_rules! type_size {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_size::<$carrier, _>($crate::__site!(.))
    };
}

/// Whether the running kernel has a type of that name whose fields are as the Rust type says: a `bool`.
///
/// libbpf knows this query from 1.0 on, aya does not yet.
#[macro_export]
macro_rules! type_matches {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_matches::<$carrier, _>($crate::__site!(.))
    };
}

/// The number of a type in the program's own BTF: a `u32`, 0 outside of BPF.
#[macro_export]
macro_rules! type_id_local {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_id_local::<$carrier, _>($crate::__site!(.))
    };
}

/// The number of a type in the running kernel's BTF; `None` if the kernel has no such type, `Some(0)` outside of BPF.
#[macro_export]
macro_rules! type_id_target {
    ($carrier:ty $(,)?) => {
        $crate::__private::type_id_target::<$carrier, _>($crate::__site!(.))
    };
}

/// A value of an enumeration, as a `u64`; `None` if the running kernel has no such value.
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

/// Whether an enumeration of the running kernel has a value: a `bool`.
#[macro_export]
macro_rules! enum_value_exists {
    ($carrier:ty, $value:ident $(,)?) => {
        $crate::__private::enum_value_exists::<$carrier, _>($crate::__value!($carrier, $value), $crate::__site!(.$value))
    };
}

/// Reads a field of the kernel's memory, following pointers at each `->`: a `Result<F, ReadError>`.
///
/// What C writes as `BPF_CORE_READ(task, real_parent, tgid)` is `core_read!(task, real_parent->tgid)`. The base is a
/// pointer or a reference to what the path starts from. A field that the running kernel does not have gives
/// [`ReadError::Missing`](crate::ReadError::Missing), so no guard is needed around it.
///
/// # Safety
/// It is `unsafe`: what is read must be valid whatever its bytes are, as numbers, pointers and arrays of them are.
/// Outside of BPF each pointer must be null or lead to the type it says.
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

/// As [`core_read!`], from the memory of the process: C's `BPF_CORE_READ_USER`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_user {
    ($base:expr, $($path:tt)+) => {
        $crate::__walk!(read::<$crate::__private::User>; $crate::__private::start($base); []; $($path)+)
    };
}

/// Reads text into a buffer: a `Result<&[u8], ReadError>` without the zero that ends it.
///
/// `core_read_str!(&mut buffer, task, comm)`. The field is an array of characters, or a pointer to some. Text that is
/// longer than the buffer is cut. C's `BPF_CORE_READ_STR_INTO`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_str {
    ($into:expr, $base:expr, $($path:tt)+) => {
        $crate::__walk!(text::<$crate::__private::Kernel>, $into; $crate::__private::start($base); []; $($path)+)
    };
}

/// Reads an integer of whatever width, or a bit field, as the integer that the Rust type declares.
///
/// Rust has no bit fields: declare one as an integer that is wide enough, under the kernel's name. C's
/// `BPF_CORE_READ_BITFIELD_PROBED`.
///
/// # Safety
/// See [`core_read!`].
#[macro_export]
macro_rules! core_read_bitfield {
    ($base:expr, $($path:tt)+) => {
        $crate::__walk!(bitfield::<$crate::__private::Kernel>; $crate::__private::start($base); []; $($path)+)
    };
}

/// One step of a read: up to the next `->`, or to the end.
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

/// The way to a field; the compiler checks it.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($($path:tt)+) => {
        |object| {
            #[allow(unused_unsafe, clippy::undocumented_unsafe_blocks, reason = "never followed in BPF; valid elsewhere")]
            // SAFETY: outside of BPF the object is there, and nothing is read.
            unsafe {
                &raw const (*object).$($path)+
            }
        }
    };
}

/// A value of an enumeration; the compiler checks that it is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __value {
    ($carrier:ty, $value:ident) => {
        || (::core::option::Option::Some(<$carrier>::$value), <$carrier>::$value as u64)
    };
}

/// A type that stands for this place in the source.
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
