//! The expansion of the [rows](crate::rows): a struct of function pointers, code that fills it, and a function for each
//! row.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};

#[cfg(not(feature = "static-llvm"))]
use libloading::os::unix::Library;
use llvm_sys::{
    LLVMAtomicOrdering, LLVMAtomicRMWBinOp, LLVMDiagnosticHandler, LLVMDiagnosticSeverity,
    LLVMInlineAsmDialect, LLVMIntPredicate, LLVMLinkage, LLVMModuleFlagBehavior, LLVMOpcode,
    LLVMTypeKind, LLVMVisibility,
    analysis::LLVMVerifierFailureAction,
    debuginfo::{LLVMDIFlags, LLVMMetadataKind},
    error::LLVMErrorRef,
    error_handling::LLVMFatalErrorHandler,
    prelude::*,
    target::LLVMTargetDataRef,
    target_machine::{
        LLVMCodeGenFileType, LLVMCodeGenOptLevel, LLVMCodeModel, LLVMRelocMode,
        LLVMTargetMachineRef, LLVMTargetRef,
    },
    transforms::pass_builder::LLVMPassBuilderOptionsRef,
};

use crate::{ffi_return::FfiReturn, open::table};

macro_rules! functions {
    (required { $($required:tt)* } optional { $($optional:tt)* } since_20 { $($later:tt)* }) => {
        functions! { required { $($required)* } optional { $($optional)* $($later)* } }
    };
    (
        required { $($module:ident $(:: $inner:ident)* $name:ident($($arg:ident: $type:ty),*) -> $ret:ty;)+ }
        optional { $($omodule:ident $(:: $oinner:ident)* $oname:ident($($oarg:ident: $otype:ty),*) -> $oret:ty;)* }
    ) => {
        /// The functions of one library.
        #[allow(non_snake_case)]
        pub(crate) struct Table {
            $($name: unsafe extern "C" fn($($type),*) -> <$ret as FfiReturn>::Abi,)+
            $($oname: Option<unsafe extern "C" fn($($otype),*) -> <$oret as FfiReturn>::Abi>,)*
        }

        #[cfg(not(feature = "static-llvm"))]
        impl Table {
            /// Looks up every row in `library`; missing required functions are added to `missing`.
            ///
            /// # Safety
            /// The library's functions have the signatures of the rows.
            pub(crate) unsafe fn resolve(library: &Library, missing: &mut Vec<&'static str>) -> Option<Self> {
                // All lookups come before the first return, so that one error names everything that is missing.
                $(
                    // SAFETY: the caller vouches for the signature.
                    #[allow(non_snake_case)]
                    let $name = unsafe { library.get(concat!(stringify!($name), "\0").as_bytes()) }.ok();
                    if $name.is_none() {
                        missing.push(stringify!($name));
                    }
                )+
                Some(Self {
                    $($name: *$name?,)+
                    // SAFETY: the caller vouches for the signature.
                    $($oname: unsafe { library.get(concat!(stringify!($oname), "\0").as_bytes()) }.ok().map(|symbol| *symbol),)*
                })
            }
        }

        #[cfg(feature = "static-llvm")]
        impl Table {
            /// Returns the functions that are linked into this program.
            #[expect(clippy::useless_transmute, reason = "most rows return no enum")]
            pub(crate) fn built_in() -> Self {
                Self {
                    $(
                        #[allow(deprecated)]
                        // SAFETY: the same function; a C enum that it returns is an integer of that size.
                        $name: unsafe {
                            std::mem::transmute::<
                                unsafe extern "C" fn($($type),*) -> $ret,
                                unsafe extern "C" fn($($type),*) -> <$ret as FfiReturn>::Abi,
                            >(llvm_sys::$module$(::$inner)*::$name)
                        },
                    )+
                    $(
                        // SAFETY: as above.
                        $oname: Some(unsafe {
                            std::mem::transmute::<
                                unsafe extern "C" fn($($otype),*) -> $oret,
                                unsafe extern "C" fn($($otype),*) -> <$oret as FfiReturn>::Abi,
                            >(llvm_sys::$omodule$(::$oinner)*::$oname)
                        }),
                    )*
                }
            }
        }

        // Proves that llvm-sys declares the same signature.
        $(#[allow(deprecated)] const _: unsafe extern "C" fn($($type),*) -> $ret = llvm_sys::$module$(::$inner)*::$name;)+
        $(const _: unsafe extern "C" fn($($otype),*) -> $oret = llvm_sys::$omodule$(::$oinner)*::$oname;)*

        $(
            #[doc = concat!("`", stringify!($name), "` of LLVM's C API.")]
            ///
            /// # Safety
            /// The requirements in LLVM's documentation apply.
            #[allow(non_snake_case, clippy::too_many_arguments)]
            #[inline]
            pub unsafe fn $name($($arg: $type),*) -> <$ret as FfiReturn>::Abi {
                // SAFETY: the caller keeps LLVM's contract.
                unsafe { (table().$name)($($arg),*) }
            }
        )+
        $(
            #[doc = concat!("`", stringify!($oname), "` of LLVM's C API, `None` where the library lacks it.")]
            ///
            /// # Safety
            /// The requirements in LLVM's documentation apply.
            #[allow(non_snake_case, clippy::too_many_arguments)]
            #[inline]
            pub unsafe fn $oname($($oarg: $otype),*) -> Option<<$oret as FfiReturn>::Abi> {
                // SAFETY: the caller keeps LLVM's contract.
                table().$oname.map(|function| unsafe { function($($oarg),*) })
            }
        )*
    };
}

rows!(functions);
