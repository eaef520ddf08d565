//! Function signatures, as far as registers matter.

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMType, LLVMTypeKind},
};

use super::global::Global;
use crate::bpf::signature::{Scalar, Signature};

impl Global<'_> {
    /// Returns the signature of a function; `None` for a variable.
    #[must_use]
    pub fn signature(self) -> Option<Signature> {
        // SAFETY: the global is alive.
        let own = unsafe { llvm::LLVMGlobalGetValueType(self.as_raw()) };
        if kind(own) != LLVMTypeKind::LLVMFunctionTypeKind as i32 {
            return None;
        }
        // SAFETY: it is a function type.
        let returned = unsafe { llvm::LLVMGetReturnType(own) };
        let types = parameter_types(own);
        let returns =
            (kind(returned) != LLVMTypeKind::LLVMVoidTypeKind as i32).then(|| scalar(returned));
        Some(Signature { returns, parameters: types.into_iter().map(scalar).collect() })
    }
}

/// Returns the types of the parameters of `own`, a function type.
pub(super) fn parameter_types(own: *mut LLVMType) -> Vec<*mut LLVMType> {
    // SAFETY: it is a function type.
    let count = unsafe { llvm::LLVMCountParamTypes(own) };
    let mut types = vec![std::ptr::null_mut(); count as usize];
    // SAFETY: there is room for `count` types.
    unsafe { llvm::LLVMGetParamTypes(own, types.as_mut_ptr()) };
    types
}

fn kind(of: *mut LLVMType) -> i32 {
    // SAFETY: types live as long as their context.
    unsafe { llvm::LLVMGetTypeKind(of) }
}

fn scalar(of: *mut LLVMType) -> Scalar {
    if kind(of) != LLVMTypeKind::LLVMIntegerTypeKind as i32 {
        return Scalar::Pointer;
    }
    // SAFETY: it is an integer type.
    Scalar::Integer(unsafe { llvm::LLVMGetIntTypeWidth(of) })
}
