//! Compiles if every row of the shim's table has the signature that llvm-sys declares for it, in every LLVM from 19 on.
//!
//! The shim itself is built with one llvm-sys and used with any libLLVM, so its rows must mean the same in all of them.
//! Nothing here runs.

include!("../../src/rows.rs");

/// Leaves out what LLVM 19 lacks.
macro_rules! prove_oldest {
    (required { $($required:tt)* } optional { $($optional:tt)* } since_20 { $($later:tt)* }) => {
        prove! { required { $($required)* } optional { $($optional)* } }
    };
}

macro_rules! prove {
    (required { $($required:tt)* } optional { $($optional:tt)* } since_20 { $($later:tt)* }) => {
        prove! { required { $($required)* } optional { $($optional)* $($later)* } }
    };
    (
        required { $($module:ident $(:: $inner:ident)* $name:ident($($arg:ident: $type:ty),*) -> $ret:ty;)+ }
        optional { $($omodule:ident $(:: $oinner:ident)* $oname:ident($($oarg:ident: $otype:ty),*) -> $oret:ty;)* }
    ) => {
        $(#[allow(deprecated)] const _: unsafe extern "C" fn($($type),*) -> $ret = sys::$module$(::$inner)*::$name;)+
        $(#[allow(deprecated)] const _: unsafe extern "C" fn($($otype),*) -> $oret = sys::$omodule$(::$oinner)*::$oname;)*
    };
}

macro_rules! versions {
    ($($version:ident $sys:ident $prove:ident;)+) => {
        $(
            mod $version {
                use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};

                use $sys as sys;
                use sys::{
                    LLVMAtomicOrdering, LLVMAtomicRMWBinOp, LLVMDiagnosticHandler, LLVMDiagnosticSeverity, LLVMInlineAsmDialect, LLVMIntPredicate, LLVMLinkage, LLVMModuleFlagBehavior, LLVMOpcode,
                    LLVMTypeKind, LLVMVisibility,
                    analysis::LLVMVerifierFailureAction,
                    debuginfo::{LLVMDIFlags, LLVMMetadataKind},
                    error::LLVMErrorRef,
                    error_handling::LLVMFatalErrorHandler,
                    prelude::*,
                    target::LLVMTargetDataRef,
                    target_machine::{
                        LLVMCodeGenFileType, LLVMCodeGenOptLevel, LLVMCodeModel, LLVMRelocMode, LLVMTargetMachineRef,
                        LLVMTargetRef,
                    },
                    transforms::pass_builder::LLVMPassBuilderOptionsRef,
                };

                rows!($prove);
            }
        )+
    };
}

versions! {
    llvm_19 llvm_sys_19 prove_oldest;
    llvm_20 llvm_sys_20 prove;
    llvm_21 llvm_sys_21 prove;
    llvm_22 llvm_sys_22 prove;
    llvm_23 llvm_sys_23 prove;
}
