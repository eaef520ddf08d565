//! As bindgen writes it, from the kernel's own BTF:
//!
//!     bpftool btf dump file /sys/kernel/btf/vmlinux format c > vmlinux.h
//!     bindgen --use-core --no-layout-tests --allowlist-type fs_struct vmlinux.h
//!
//! and cut down to what is read. Nameless members are those that bindgen numbers.
#![allow(dead_code, non_camel_case_types)]

#[repr(C)]
#[derive(Copy, Clone)]
pub struct fs_struct {
    pub users: ::core::ffi::c_int,
    pub root: path,
    pub pwd: path,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct path {
    pub mnt: *mut vfsmount,
    pub dentry: *mut dentry,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vfsmount {
    _unused: [u8; 0],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct dentry {
    pub d_flags: ::core::ffi::c_uint,
    pub d_parent: *mut dentry,
    pub d_name: qstr,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct qstr {
    pub __bindgen_anon_1: qstr__bindgen_ty_1,
    pub name: *const ::core::ffi::c_uchar,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union qstr__bindgen_ty_1 {
    pub __bindgen_anon_1: qstr__bindgen_ty_1__bindgen_ty_1,
    pub hash_len: u64,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct qstr__bindgen_ty_1__bindgen_ty_1 {
    pub hash: u32,
    pub len: u32,
}
