//! The contract between the rooms: what is to be linked and how.
//!
//! Plain data, a function of the arguments and argument files alone. Nothing here knows how it was spelled on a
//! command line, and nothing here touches LLVM, the environment or the clock.

use crate::{bpf::kernel, btf::FixOptions, report::WarningKind};
mod exports;
mod limits;
mod panics;
mod reports;

use std::{path::PathBuf, sync::Arc};

pub use crate::bpf::kernel::Kernel;
pub use crate::bpf::target::{Cpu, Endian, OptLevel, Target};
pub use exports::{Export, Exports, Presence, Requested, matches};
pub use limits::Limits;
pub use panics::{PanicValue, PanicWay, Panics, Returns, returns};
pub use reports::{Listing, Reports};

/// Everything a link needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkPlan {
    /// Inputs, in command-line order.
    pub inputs: Vec<Input>,
    /// Where `-l name` looks, in order.
    pub search_dirs: Vec<PathBuf>,
    /// What stays visible in the output.
    pub exports: Exports,
    /// The target asked for; otherwise inferred from the inputs.
    pub target: Option<Target>,
    /// The CPU level asked for; `None` or [`Cpu::Generic`] lets the inputs decide.
    pub cpu: Option<Cpu>,
    /// The oldest kernel that must take the object.
    ///
    /// It limits the CPU level; the object is checked against what that kernel knows. What else it decides is in the
    /// other fields already.
    pub kernel: Option<Kernel>,
    /// LLVM subtarget features, such as `+alu32,-dwarfris`; empty for none.
    pub cpu_features: String,
    /// How hard to optimise.
    pub opt_level: OptLevel,
    /// What to write, at least one.
    pub outputs: Vec<Output>,
    /// Which symbols may stay undefined.
    pub undefined: AllowUndefined,
    /// What happens to map definitions in the form of aya's `maps` section.
    pub maps: MapDefinitions,
    /// What happens to debug information.
    pub debug_info: DebugInfo,
    /// Choices of optimisation and code generation.
    pub codegen: Codegen,
    /// The libLLVM asked for: a library file or a folder that holds one.
    pub llvm: Option<PathBuf>,
    /// Options for LLVM's own command line, verbatim.
    pub llvm_args: Vec<String>,
    /// Where IR before and after optimisation is dumped: a folder, or a file when its name has an extension.
    pub dump_module: Option<PathBuf>,
    /// What an error-level diagnostic of LLVM does.
    pub llvm_errors: LlvmErrors,
    /// What happens to warnings.
    pub warnings: WarningPolicy,
    /// How large the program may get.
    pub limits: Limits,
    /// What the link tells about itself besides its output.
    pub reports: Reports,
}

impl LinkPlan {
    /// The same link, for a kernel that may be old: loops are unrolled and functions inlined where it knows no better,
    /// and unless the plan says which BTF it reads, it is as old as the kernel.
    #[must_use]
    pub fn suited_to(mut self, kernel: Kernel) -> Self {
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

    /// Whether an output can show all debug information: DWARF does, and IR, of which somebody may make DWARF.
    #[must_use]
    pub fn shows_dwarf(&self) -> bool {
        let is_ir = |kind| matches!(kind, OutputKind::Ir | OutputKind::Bitcode);
        self.debug_info.dwarf == Dwarf::Keep || self.outputs.iter().any(|output| is_ir(output.kind))
    }
}

/// One input of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it comes from.
    pub source: Source,
    /// Whether every member of an archive is linked, or only those needed.
    pub members: Members,
}

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// `-l name`: `libname.a` or `libname.rlib` in a search folder.
    Library(PathBuf),
    /// `-l :file`: `file` itself in a search folder.
    ExactLibrary(PathBuf),
    /// Bytes that an embedder hands over, with a name for messages.
    Buffer {
        /// Named in messages.
        name: String,
        /// The file's contents.
        bytes: Arc<[u8]>,
    },
}

/// Which members of an archive are linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Members {
    /// Those that define something undefined.
    #[default]
    Needed,
    /// All of them (`--whole-archive`).
    All,
}

/// One file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// What is written.
    pub kind: OutputKind,
    /// Where to.
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
    /// All, in the order `--help` lists them.
    pub const ALL: [Self; 4] = [Self::Object, Self::Assembly, Self::Ir, Self::Bitcode];

    /// Its name for `--emit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitcode => "llvm-bc",
            Self::Ir => "llvm-ir",
            Self::Assembly => "asm",
            Self::Object => "obj",
        }
    }

    /// The option that asks for it alone.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Bitcode => "--emit llvm-bc",
            Self::Ir => "--emit llvm-ir",
            Self::Assembly => "--emit asm",
            Self::Object => "--emit obj",
        }
    }

    /// The usual extension of its file, without the dot.
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

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A file, replaced as a whole.
    File(PathBuf),
    /// Standard output (`-o -`).
    Stdout,
    /// Memory, for embedders.
    Memory,
}

/// What happens to debug information.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebugInfo {
    /// Whether `.BTF` and `.BTF.ext` are in the object.
    pub btf: Btf,
    /// Whether `.debug_*` sections are in the object.
    pub dwarf: Dwarf,
    /// Which text of source lines `.BTF` carries.
    pub source_lines: SourceLines,
    /// `OLD=NEW` prefixes replaced in the paths that `.BTF` carries; the last one that fits wins, as in rustc.
    pub remap_path_prefix: Vec<(String, String)>,
    /// The oldest kernel, as (major, minor), whose BTF rules the output follows.
    pub btf_compat: Option<(u16, u16)>,
}

impl DebugInfo {
    /// Returns what this means for the types.
    #[must_use]
    pub fn fix_options(&self) -> FixOptions<'_> {
        FixOptions {
            kernel: self.btf_compat.map_or(Kernel::NEWEST, |(major, minor)| Kernel(major, minor)),
            source_lines: match self.source_lines {
                SourceLines::Read | SourceLines::Embedded => crate::btf::SourceLines::Keep,
                SourceLines::None => crate::btf::SourceLines::Drop,
            },
            remap_path_prefix: &self.remap_path_prefix,
        }
    }
}

/// Which symbols may stay undefined, besides weak ones and externs of `.ksyms` and `.kconfig`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowUndefined {
    /// None.
    #[default]
    Nothing,
    /// Those named.
    Named(Vec<String>),
    /// All.
    Anything,
}

/// What happens to map definitions in the form of aya's `maps` section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapDefinitions {
    /// Turned into BTF-defined maps in `.maps`, which aya and libbpf read; without BTF, left alone.
    #[default]
    Btf,
    /// Left alone: only aya reads them, for libbpf 1.0 and later refuse the section.
    Keep,
}

/// Whether BTF is emitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Btf {
    /// No `.BTF` in the object.
    #[default]
    Omit,
    /// `.BTF` and `.BTF.ext`, fit for the kernel.
    Emit,
}

/// Whether DWARF is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dwarf {
    /// No `.debug_*` section: the verifier never reads one.
    #[default]
    Strip,
    /// Kept as LLVM emits it.
    Keep,
}

/// The text of source lines that BTF carries, and the verifier's log quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceLines {
    /// Text that debug information embeds, else that of the source files, where they can be read.
    #[default]
    Read,
    /// Only text that debug information embeds: the object depends on the inputs alone.
    Embedded,
    /// No text.
    None,
}

/// Choices of optimisation and code generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codegen {
    /// How memory intrinsics of constant size are expanded.
    pub memcpy: MemcpyExpansion,
    /// Whether the memory builtins may be linked and kept.
    pub memory_builtins: MemoryBuiltins,
    /// Whether loops are unrolled hard.
    pub loops: Loops,
    /// Whether `noinline` is honoured.
    pub inline_never: InlineNever,
    /// Whether unreachable code may call `__bpf_trap`.
    pub traps: Traps,
    /// What a panic does.
    pub panics: Panics,
}

/// How memory intrinsics of constant size are expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemcpyExpansion {
    /// Loads and stores in ascending address order, which the verifier follows best.
    #[default]
    InOrder,
    /// As LLVM likes.
    AnyOrder,
}

/// Whether memory builtins (`memcpy`, `memset`, ...) are provided where a call remains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemoryBuiltins {
    /// Taken from the inputs or from the linker's own.
    #[default]
    Provide,
    /// Left alone (`--disable-memory-builtins`).
    Leave,
}

/// Loop unrolling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loops {
    /// As the optimiser likes.
    #[default]
    AsOptimized,
    /// Every loop with a known bound is unrolled, for kernels before 5.3.
    Unroll,
}

/// What `noinline` means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InlineNever {
    /// Honoured.
    #[default]
    Honor,
    /// Dropped, for kernels before 4.16 that know no BPF-to-BPF call.
    Ignore,
}

/// Traps in unreachable code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traps {
    /// No call of `__bpf_trap`, which needs kernel support.
    #[default]
    Disallow,
    /// `--allow-bpf-trap`.
    Allow,
}

/// What an error-level diagnostic of LLVM does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LlvmErrors {
    /// The link fails.
    #[default]
    Fatal,
    /// It is shown and the link goes on (`--fatal-errors false`).
    Tolerate,
}

/// What happens to warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WarningPolicy {
    /// Those that nobody wants to see, sorted, each once.
    pub silenced: Vec<WarningKind>,
    /// What any other does.
    pub others: LinkerWarnings,
}

/// What a warning of the linker does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkerWarnings {
    /// It is shown and the link goes on.
    #[default]
    Tolerate,
    /// The link fails (`--fatal-warnings`).
    Fatal,
}
