//! The Rust types in which values of LLVM's C API are received.

use std::ffi::{c_char, c_int, c_longlong, c_uint, c_ulonglong, c_void};

use llvm_sys::{
    LLVMAtomicOrdering, LLVMAtomicRMWBinOp, LLVMDiagnosticSeverity, LLVMIntPredicate, LLVMLinkage,
    LLVMOpcode, LLVMTypeKind, LLVMVisibility, debuginfo::LLVMMetadataKind, error::LLVMErrorRef,
    prelude::*, target::LLVMTargetDataRef, target_machine::LLVMTargetMachineRef,
    transforms::pass_builder::LLVMPassBuilderOptionsRef,
};

/// A return type of LLVM's C API and the Rust type in which it is received.
pub trait FfiReturn {
    /// The type itself, or a plain integer for a C enum.
    type Abi;
}

macro_rules! crosses {
    (as_is: $($plain:ty),+; as_integer: $($listed:ty),+;) => {
        $(impl FfiReturn for $plain { type Abi = Self; })+
        $(
            impl FfiReturn for $listed { type Abi = c_int; }
            const _: () = assert!(size_of::<$listed>() == size_of::<c_int>());
        )+
    };
}

crosses! {
    as_is: (), c_int, c_uint, c_longlong, c_ulonglong, u16, usize, *const c_char, *const c_uint, *mut c_char, *mut c_void,
        LLVMAttributeRef, LLVMBasicBlockRef, LLVMBuilderRef, LLVMContextRef, LLVMDIBuilderRef, LLVMErrorRef, LLVMMemoryBufferRef,
        LLVMMetadataRef, LLVMModuleRef, LLVMPassBuilderOptionsRef, LLVMTargetDataRef, LLVMTargetMachineRef,
        LLVMTypeRef, LLVMUseRef, LLVMValueRef, *mut LLVMValueMetadataEntry;
    as_integer: LLVMAtomicOrdering, LLVMAtomicRMWBinOp, LLVMDiagnosticSeverity, LLVMIntPredicate, LLVMLinkage, LLVMMetadataKind,
        LLVMOpcode, LLVMTypeKind, LLVMVisibility;
}
