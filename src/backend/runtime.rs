//! Routines that code generation may call: their names, and given modules that define some.

use std::collections::BTreeSet;

use crate::{
    input::Bitcode,
    llvm::{Global, Linkage, Module},
    plan::{LinkPlan, Presence},
};

/// The memory routines that `--disable-memory-builtins` leaves alone.
pub const MEMORY: [&str; 5] = ["bcmp", "memcmp", "memcpy", "memmove", "memset"];

/// A given module that defines routines for code generation to call. They may be optimised away before it does, so the
/// module is kept: archives can be asked again, and so can this.
#[derive(Debug)]
pub struct Routines {
    pub(super) names: BTreeSet<String>,
    pub(super) bitcode: Bitcode,
}

impl Routines {
    /// Those that `module`, read from `bitcode`, defines; `None` if there are none.
    pub(super) fn of(module: &Module<'_>, bitcode: &Bitcode) -> Option<Self> {
        let defined = module.functions().filter(|function| is_offered(*function)).map(Global::name);
        let names = defined.filter(|name| is_routine(name)).collect::<BTreeSet<_>>();
        (!names.is_empty()).then(|| Self { names, bitcode: bitcode.clone() })
    }
}

/// Whether code generation might call `name`: the names of compiler-rt look like `__muldf3` (`RuntimeLibcalls.td`).
fn is_routine(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let rest = name.strip_prefix("__");
    MEMORY.contains(&name) || rest.is_some_and(|rest| rest.bytes().all(plain))
}

/// rustc lists the memory routines of aya-ebpf among a program's exports. Nobody looks them up in
/// an object, unused ones only take room, and the kernel would verify a global `memcpy` on its own,
/// with pointers that may be anything.
pub(super) fn is_listed_builtin(name: &str, plan: &LinkPlan) -> bool {
    let listed = plan.exports.named(name).map(|export| export.presence);
    listed == Some(Presence::Optional) && MEMORY.contains(&name)
}

/// Whether others may use the definition.
pub(super) fn is_offered(global: Global<'_>) -> bool {
    let shared = matches!(
        global.linkage(),
        Linkage::External | Linkage::Weak | Linkage::LinkOnce | Linkage::Common
    );
    shared && !global.is_declaration() && !global.is_llvm_own()
}
