//! The contract between the modules: what to link, and how.
//!
//! The plan is plain data and a function of the arguments and argument files alone. It does not depend on the syntax
//! of a command line, on LLVM, the environment or the clock.

use crate::{
    bpf::kernel,
    btf::{self, FixOptions},
    report::WarningKind,
};
mod exports;
mod limits;
mod panics;
mod reports;
mod symbols;
mod verify;

use std::{path::PathBuf, sync::Arc};

pub use crate::bpf::kernel::Kernel;
pub use crate::bpf::target::{Cpu, Endian, OptLevel, Target};
pub use exports::{Export, Exports, Presence, Requested, matches};
pub use limits::Limits;
pub use panics::{PanicValue, PanicWay, Panics, Returns, returns};
pub use reports::{Dependencies, Listing, Reports};
pub use symbols::{Definition, Symbols};
pub use verify::{Judge, Refused, Verify};

/// Everything a link depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkPlan {
    /// Inputs, in command-line order.
    pub inputs: Vec<Input>,
    /// Folders searched for `-l name`, in order.
    pub search_dirs: Vec<PathBuf>,
    /// Symbols that stay visible in the output.
    pub exports: Exports,
    /// The requested target; otherwise inferred from the inputs.
    pub target: Option<Target>,
    /// The requested CPU level; `None` or [`Cpu::Generic`] infers it from the inputs.
    pub cpu: Option<Cpu>,
    /// The oldest kernel that must accept the object.
    ///
    /// It limits the CPU level, and the object is checked against the features of that kernel. Its other consequences
    /// are already part of the other fields.
    pub kernel: Option<Kernel>,
    /// LLVM subtarget features, such as `+alu32,-dwarfris`; empty for none.
    pub cpu_features: String,
    /// Optimization level.
    pub opt_level: OptLevel,
    /// Outputs, at least one.
    pub outputs: Vec<Output>,
    /// Readers of the object: loaders, or a later link.
    pub mode: LinkMode,
    /// Symbols that may stay undefined.
    pub undefined: AllowUndefined,
    /// Changes to single symbols and constants.
    pub symbols: Symbols,
    /// Treatment of map definitions in the form of aya's `maps` section.
    pub maps: MapDefinitions,
    /// Treatment of debug information.
    pub debug_info: DebugInfo,
    /// Choices of optimization and code generation.
    pub codegen: Codegen,
    /// The requested libLLVM: a library file or a folder that holds one.
    pub llvm: Option<PathBuf>,
    /// Options for LLVM's own command line, verbatim.
    pub llvm_args: Vec<String>,
    /// Path for dumps of the IR before and after optimization: a folder, or a file if its name has an extension.
    pub dump_module: Option<PathBuf>,
    /// The folder with the results of earlier links.
    pub cache_dir: Option<PathBuf>,
    /// Effect of an error-level diagnostic of LLVM.
    pub llvm_errors: LlvmErrors,
    /// Treatment of warnings.
    pub warnings: WarningPolicy,
    /// Limits on the size of the program.
    pub limits: Limits,
    /// Kernels that must load the object before it is written.
    pub verify: Verify,
    /// Reports about the link, in addition to its output.
    pub reports: Reports,
}

impl LinkPlan {
    /// Adapts the plan to `kernel`: if the kernel lacks support for them, loops are unrolled and functions inlined.
    /// Unless the plan sets `btf_compat`, the BTF is made for this kernel too.
    #[must_use]
    pub fn for_kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = Some(kernel);
        if !kernel.knows(&kernel::LOOPS) {
            self.codegen.loops = Loops::Unroll;
        }
        if !kernel.knows(&kernel::CALLS) {
            self.codegen.inline_never = InlineNever::Ignore;
        }
        self.debug_info.btf_compat.get_or_insert((kernel.0, kernel.1));
        self
    }

    /// Returns true if loops are to be unrolled although the kernel, if any is named, runs them.
    #[must_use]
    pub fn unrolls_by_request(&self) -> bool {
        self.codegen.loops == Loops::Unroll && !self.kernel_lacks(&kernel::LOOPS)
    }

    /// Returns true if `noinline` is to be ignored although the kernel, if any is named, runs calls.
    #[must_use]
    pub fn inlines_by_request(&self) -> bool {
        self.codegen.inline_never == InlineNever::Ignore && !self.kernel_lacks(&kernel::CALLS)
    }

    /// Returns what decides which symbols stay visible: the exports, unless the output is to be linked again. As in other
    /// linkers, `-r` then leaves everything visible that is not static.
    #[must_use]
    pub fn visibility(&self) -> Requested {
        match self.mode {
            LinkMode::Final => self.exports.requested,
            LinkMode::Relocatable => Requested::Inferred,
        }
    }

    fn kernel_lacks(&self, feature: &kernel::Feature) -> bool {
        self.kernel.is_some_and(|kernel| !kernel.knows(feature))
    }

    /// Returns true if an output can carry all debug information: DWARF, or IR, which can be compiled to DWARF.
    #[must_use]
    pub fn shows_dwarf(&self) -> bool {
        let is_ir = |kind| matches!(kind, OutputKind::Ir | OutputKind::Bitcode);
        self.debug_info.dwarf == Dwarf::Keep || self.outputs.iter().any(|output| is_ir(output.kind))
    }
}

/// One input of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Origin of the input.
    pub source: Source,
    /// Members to link if the input is an archive.
    pub members: Members,
}

/// The origin of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// `-l name`: `libname.a` or `libname.rlib` in a search folder.
    Library(PathBuf),
    /// `-l :file`: `file` itself in a search folder.
    ExactLibrary(PathBuf),
    /// Bytes passed by an embedder, with a name for messages.
    Buffer {
        /// Name for messages.
        name: String,
        /// The file's contents.
        bytes: Arc<[u8]>,
    },
}

/// The members of an archive to link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Members {
    /// Members that define an undefined symbol.
    #[default]
    Needed,
    /// All members (`--whole-archive`).
    All,
}

/// One file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Kind of output.
    pub kind: OutputKind,
    /// Destination of the output.
    pub destination: Destination,
}

/// The forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutputKind {
    /// LLVM bitcode, after optimisation.
    Bitcode,
    /// Textual LLVM IR, after optimisation.
    Ir,
    /// BPF assembly.
    Assembly,
    /// A relocatable ELF object.
    Object,
}

impl OutputKind {
    /// All kinds, in the order of `--help`.
    pub const ALL: [Self; 4] = [Self::Object, Self::Assembly, Self::Ir, Self::Bitcode];

    /// Returns the name for `--emit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitcode => "llvm-bc",
            Self::Ir => "llvm-ir",
            Self::Assembly => "asm",
            Self::Object => "obj",
        }
    }

    /// Returns the option that requests this kind alone.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Bitcode => "--emit llvm-bc",
            Self::Ir => "--emit llvm-ir",
            Self::Assembly => "--emit asm",
            Self::Object => "--emit obj",
        }
    }

    /// Returns the usual extension of the file, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Bitcode => "bc",
            Self::Ir => "ll",
            Self::Assembly => "s",
            Self::Object => "o",
        }
    }
}

/// The kind of link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkMode {
    /// The object is for loaders: what nothing reaches is dropped, what is not exported is local, and the object is
    /// checked.
    #[default]
    Final,
    /// The object is linked again (`--relocatable`): all of it is kept, and symbols may stay undefined.
    Relocatable,
}

/// The destination of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A file, replaced atomically.
    File(PathBuf),
    /// Standard output (`-o -`).
    Stdout,
    /// Memory, for embedders.
    Memory,
}

/// The treatment of debug information.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebugInfo {
    /// Treatment of `.BTF` and `.BTF.ext`.
    pub btf: Btf,
    /// Treatment of `.debug_*` sections.
    pub dwarf: Dwarf,
    /// Text of the source lines in `.BTF`.
    pub source_lines: SourceLines,
    /// `OLD=NEW` prefixes replaced in the paths in `.BTF`; the last match wins, as in rustc.
    pub remap_path_prefix: Vec<(String, String)>,
    /// The oldest kernel, as (major, minor), whose BTF rules the output follows.
    pub btf_compat: Option<(u16, u16)>,
}

impl DebugInfo {
    /// Returns the corresponding options of the BTF crate.
    #[must_use]
    pub fn fix_options(&self) -> FixOptions<'_> {
        FixOptions {
            kernel: self.btf_compat.map_or(Kernel::NEWEST, |(major, minor)| Kernel(major, minor)),
            source_lines: match self.source_lines {
                SourceLines::Read | SourceLines::Embedded => btf::SourceLines::Keep,
                SourceLines::None => btf::SourceLines::Drop,
            },
            remap_path_prefix: &self.remap_path_prefix,
        }
    }
}

/// Symbols that may stay undefined, in addition to weak ones and externs of `.ksyms` and `.kconfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowUndefined {
    /// No symbol.
    #[default]
    Nothing,
    /// The named symbols.
    Named(Vec<String>),
    /// All symbols.
    Anything,
}

/// The treatment of map definitions in the form of aya's `maps` section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapDefinitions {
    /// Converted to BTF-defined maps in `.maps`, which aya and libbpf read; left alone without BTF.
    #[default]
    Btf,
    /// Left alone: only aya reads them, since libbpf 1.0 and later refuse the section.
    Keep,
}

/// The treatment of BTF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Btf {
    /// No `.BTF` in the object.
    #[default]
    Omit,
    /// `.BTF` and `.BTF.ext`, adapted to the kernel.
    Emit,
}

/// The treatment of DWARF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dwarf {
    /// No `.debug_*` section: the verifier never reads one.
    #[default]
    Strip,
    /// Kept as LLVM emits it.
    Keep,
}

/// The text of source lines in BTF, which the verifier's log quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceLines {
    /// Text embedded in debug information, otherwise read from the source files if they are readable.
    #[default]
    Read,
    /// Only text embedded in debug information, so that the object depends on the inputs alone.
    Embedded,
    /// No text.
    None,
}

/// Choices of optimization and code generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codegen {
    /// Expansion of memory intrinsics of constant size.
    pub memcpy: MemcpyExpansion,
    /// Treatment of the memory builtins.
    pub memory_builtins: MemoryBuiltins,
    /// Treatment of loops.
    pub loops: Loops,
    /// Functions whose loops with a known bound are unrolled, whatever `loops` says.
    pub unrolled: Vec<String>,
    /// Treatment of `noinline`.
    pub inline_never: InlineNever,
    /// Functions that are inlined at every call, whatever `inline_never` says.
    pub inlined: Vec<String>,
    /// Treatment of traps in unreachable code.
    pub traps: Traps,
    /// Effect of a panic.
    pub panics: Panics,
}

/// The expansion of memory intrinsics of constant size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemcpyExpansion {
    /// Loads and stores in ascending address order, which the verifier follows best.
    #[default]
    InOrder,
    /// LLVM's own order.
    AnyOrder,
}

/// The treatment of calls of memory builtins (`memcpy`, `memset`, ...) that remain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemoryBuiltins {
    /// Provided by the inputs or by the linker itself.
    #[default]
    Provide,
    /// Left alone (`--disable-memory-builtins`).
    Leave,
}

/// Loop unrolling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loops {
    /// Left to the optimizer.
    #[default]
    AsOptimized,
    /// Full unrolling of every loop with a known bound, for kernels before 5.3.
    Unroll,
}

/// The treatment of `noinline`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlineNever {
    /// Honored.
    #[default]
    Honor,
    /// Ignored, for kernels before 4.16, which do not support BPF-to-BPF calls.
    Ignore,
}

/// The treatment of traps in unreachable code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traps {
    /// No call of `__bpf_trap`, which needs kernel support.
    #[default]
    Disallow,
    /// Calls of `__bpf_trap` (`--allow-bpf-trap`).
    Allow,
}

/// The effect of an error-level diagnostic of LLVM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LlvmErrors {
    /// Failure of the link.
    #[default]
    Fatal,
    /// Message only; the link continues (`--fatal-errors false`).
    Tolerate,
}

/// The treatment of warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WarningPolicy {
    /// Silenced warnings, sorted, each once.
    pub silenced: Vec<WarningKind>,
    /// Effect of the other warnings.
    pub others: LinkerWarnings,
}

/// The effect of a warning of the linker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkerWarnings {
    /// Message only; the link continues.
    #[default]
    Tolerate,
    /// Failure of the link (`--fatal-warnings`).
    Fatal,
}
