//! Routines that code generation may call: their names, and the given modules that define some of them.

use std::collections::BTreeSet;

use crate::{
    input::Bitcode,
    llvm::{Global, Linkage, Module},
    plan::{LinkPlan, Presence},
};

/// The memory routines that `--disable-memory-builtins` leaves alone.
pub const MEMORY: [&str; 5] = ["bcmp", "memcmp", "memcpy", "memmove", "memset"];

/// A given module that defines routines that code generation may call. They may be optimized away before that, so the
/// module is kept to be linked from again, like an archive.
#[derive(Debug)]
pub struct Routines {
    pub(super) names: BTreeSet<String>,
    pub(super) bitcode: Bitcode,
}

impl Routines {
    /// Returns the routines that `module`, read from `bitcode`, defines; `None` if there are none.
    pub(super) fn of(module: &Module<'_>, bitcode: &Bitcode) -> Option<Self> {
        let defined = module.functions().filter(|function| is_offered(*function)).map(Global::name);
        let names = defined.filter(|name| is_routine(name)).collect::<BTreeSet<_>>();
        (!names.is_empty()).then(|| Self { names, bitcode: bitcode.clone() })
    }
}

/// Returns true if code generation might call `name`: names in compiler-rt look like `__muldf3` (`RuntimeLibcalls.td`).
fn is_routine(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let rest = name.strip_prefix("__");
    MEMORY.contains(&name) || rest.is_some_and(|rest| rest.bytes().all(plain))
}

/// Returns true for a memory routine that only rustc's list exports. rustc lists aya-ebpf's routines among a program's
/// exports, but nothing looks them up in an object, unused ones only take space, and the kernel would verify a global
/// `memcpy` on its own, with arbitrary pointers.
pub(super) fn is_listed_builtin(name: &str, plan: &LinkPlan) -> bool {
    let listed = plan.exports.named(name).map(|export| export.presence);
    listed == Some(Presence::Optional) && MEMORY.contains(&name)
}

/// Returns true if other modules may use the definition.
pub(super) fn is_offered(global: Global<'_>) -> bool {
    let shared = matches!(
        global.linkage(),
        Linkage::External | Linkage::Weak | Linkage::LinkOnce | Linkage::Common
    );
    shared && !global.is_declaration() && !global.is_llvm_own()
}
