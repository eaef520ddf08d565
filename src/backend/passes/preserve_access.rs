//! Guards CO-RE accesses that a front end left for LLVM to lower.
//!
//! LLVM's pass keeps the globals that it creates for them in a process-wide map (`GEPGlobals` of
//! `BPFAbstractMemberAccess.cpp`), under names that do not identify the module. The next module with such an access
//! gets a global of the previous module, which is freed: a crash at best. So only one link per process may have them
//! lowered. Remove when LLVM no longer does so, or accesses no longer reach it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    llvm::Module,
    report::{Error, Result},
};

static LOWERED: AtomicBool = AtomicBool::new(false);

/// The prefixes of the intrinsics for accesses, types, fields and enumerators (`IntrinsicsBPF.td`, and `Intrinsics.td`
/// for the first).
pub(in crate::backend) const PREFIXES: [&str; 2] = ["llvm.preserve.", "llvm.bpf.preserve."];

/// Claims the process for `module` if it has such accesses.
///
/// # Errors
/// A previous link had them too.
pub(in crate::backend) fn lower_once_per_process(module: &Module<'_>) -> Result<()> {
    let is_access = |name: String| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let has_accesses =
        module.functions().any(|function| is_access(function.name()) && function.is_used());
    if has_accesses && LOWERED.swap(true, Ordering::Relaxed) {
        return Err(Error::llvm("cannot lower CO-RE accesses a second time in this process")
            .because("LLVM keeps pointers into the module it lowered them in before")
            .help("link in a process of its own, or let the compiler lower them (clang does from -O1 on)"));
    }
    Ok(())
}
