//! All warnings, by the names that `-W` takes.

use std::fmt;

/// Declares the warnings: a variant, its name, and its description.
macro_rules! warnings {
    ($($kind:ident = $name:literal, $about:literal;)*) => {
        /// The kind of a warning. `--help` and the list of warnings in docs/diagnostics.md follow this list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum WarningKind {
            $(#[doc = concat!("`", $name, "`: ", $about, ".")] $kind,)*
        }

        impl WarningKind {
            /// All kinds, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Returns the stable name, in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// Returns a short description.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$kind => $about,)*
                }
            }
        }
    };
}

warnings! {
    AboveCpu = "above-cpu", "an instruction above the level of `--cpu`";
    BadLicense = "bad-license", "a license that loaders cannot read";
    CallDepth = "call-depth", "a chain of more functions than older kernels allow";
    CallsLeft = "calls-left", "a call that should be inlined";
    CpuMismatch = "cpu-mismatch", "`--cpu` below the level that a function was compiled for";
    EmptyInput = "empty-input", "an input that neither defines nor refers to anything";
    EmptyOutput = "empty-output", "an output without programs and data";
    ForeignMember = "foreign-member", "a member of an archive that cannot be linked";
    ForeignTarget = "foreign-target", "an input compiled for another machine";
    GplHelper = "gpl-helper", "a program that requires a GPL license, without one";
    IgnoredFeature = "ignored-feature", "an item of `--cpu-features` without effect";
    KernelGuarded = "kernel-guarded", "a guarded use of a feature that the kernel of `--kernel` lacks";
    KernelRefuses = "kernel-refuses", "code that the kernel would reject, with `--fatal-errors false`";
    LegacyMaps = "legacy-maps", "definitions in section `maps` that are not converted";
    Llvm = "llvm", "a warning from LLVM";
    LlvmErrors = "llvm-errors", "an error from LLVM, with `--fatal-errors false`";
    LocalProgram = "local-program", "a program that is static, or not exported";
    MissingDebugInfo = "missing-debug-info", "`--btf` although the inputs, or a program, have no debug info";
    NativeInput = "native-input", "a native object, with an option that affects only bitcode";
    NeedsBtf = "needs-btf", "maps, externs, callbacks or CO-RE records in an object without BTF";
    NewerKernel = "newer-kernel", "a kernel newer than the newest known one";
    NotReproducible = "not-reproducible", "members of a thin archive that `--reproduce` does not copy";
    RolledLoops = "rolled-loops", "a loop that remains although the kernel does not support loops";
    StackArguments = "stack-arguments", "more than five arguments, which only newer kernels allow";
    StackChain = "stack-chain", "a chain of calls that needs more stack than some kernels allow";
    Trap = "trap", "a trap, which every kernel rejects";
    UnknownMapMember = "unknown-map-member", "a member of a map definition that libbpf does not know";
    UnknownSection = "unknown-section", "a section whose name is probably misspelled";
    UnknownWidths = "unknown-widths", "a call from code of GCC to a function whose types are unknown";
    UntestedLlvm = "untested-llvm", "a libLLVM newer than all tested versions";
}

impl WarningKind {
    /// Names of removed warnings, which command lines may still silence.
    pub const RETIRED: [&str; 0] = [];

    /// Former names of warnings, which stay valid.
    const RENAMED: [(&str, Self); 1] = [("no-debug-info", Self::MissingDebugInfo)];

    /// Returns the kind called `name`, now or in the past.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let renamed = Self::RENAMED.iter().find(|(former, _)| *former == name);
        let kinds = Self::ALL.iter().copied();
        renamed
            .map(|(_, kind)| *kind)
            .or_else(|| kinds.into_iter().find(|kind| kind.name() == name))
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::WarningKind;

    #[test]
    fn names_are_sorted_kebab_case_and_lead_back() {
        let names: Vec<_> = WarningKind::ALL.iter().map(|kind| kind.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for kind in WarningKind::ALL {
            assert_eq!(WarningKind::from_name(kind.name()), Some(*kind));
            assert!(kind.name().bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()));
        }
        assert_eq!(WarningKind::from_name("no-such"), None);
    }
}
