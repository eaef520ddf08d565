//! Options of an embedder's links.

use std::path::PathBuf;

use crate::{
    bpf::{
        kernel::{Kernel, nearest_release},
        target::{Cpu, OptLevel, Target},
    },
    plan::{
        AllowUndefined, Btf, Codegen, DebugInfo, InlineNever, Limits, LinkMode, LinkPlan, Loops,
        MemcpyExpansion, MemoryBuiltins, PanicWay, Panics, Reports, SourceLines, Symbols, Traps,
    },
    report::{Error, Result},
};

/// The options of a [`Linker`](super::Linker); the defaults are those of the command line.
///
/// Set the fields you need and take the rest from `..LinkerOptions::default()`, since later versions add fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkerOptions {
    /// The target; `None` infers it from the inputs, which must agree.
    pub target: Option<Target>,
    /// The level of the instruction set; [`Cpu::Generic`] infers it from the inputs.
    pub cpu: Cpu,
    /// The oldest kernel that must accept the object; unsupported features are errors.
    pub kernel: Option<Kernel>,
    /// LLVM subtarget features, such as `+alu32,-dwarfris`; empty for none.
    pub cpu_features: String,
    /// Optimization level.
    pub optimize: OptLevel,
    /// Unrolling of every loop of known length, for kernels before 5.3.
    pub unroll_loops: bool,
    /// Inlining of functions marked never to inline, for kernels before 4.16.
    pub ignore_inline_never: bool,
    /// Options for LLVM's own command line, such as `-bpf-stack-size=4096`, applied for the duration of the link. LLVM
    /// ignores unknown names.
    pub llvm_args: Vec<String>,
    /// Permission for LLVM to reorder the loads and stores of a `memcpy`.
    pub disable_expand_memcpy_in_order: bool,
    /// No definitions for calls of `memcpy` and similar functions, which stay undefined.
    pub disable_memory_builtins: bool,
    /// Permission for unreachable code to call `__bpf_trap`, which needs a recent kernel.
    pub allow_bpf_trap: bool,
    /// Emission of BTF; the inputs need debug info.
    pub btf: bool,
    /// Text of the source lines in BTF. The default reads source files; [`SourceLines::Embedded`] makes the object
    /// depend on the inputs alone.
    pub btf_source_lines: SourceLines,
    /// The kind of link: for loaders, or for a later link.
    pub mode: LinkMode,
    /// Symbols that may stay undefined, for a loader that resolves them.
    pub undefined: AllowUndefined,
    /// Names defined for references, symbols to wrap, and values of constants.
    pub symbols: Symbols,
    /// Limits on the size of programs.
    pub limits: Limits,
    /// Reports to write or print in addition to the output.
    pub reports: Reports,
    /// Path for dumps of the IR before and after optimization: a folder, or a file if its name has an extension.
    pub dump_module: Option<PathBuf>,
    /// The libLLVM to use, a library or a folder that holds one; `None` searches as the command does.
    pub llvm: Option<PathBuf>,
}

impl Default for LinkerOptions {
    fn default() -> Self {
        Self {
            target: None,
            cpu: Cpu::Generic,
            kernel: None,
            cpu_features: String::new(),
            optimize: OptLevel::default(),
            unroll_loops: false,
            ignore_inline_never: false,
            llvm_args: Vec::new(),
            disable_expand_memcpy_in_order: false,
            disable_memory_builtins: false,
            allow_bpf_trap: false,
            btf: false,
            btf_source_lines: SourceLines::default(),
            mode: LinkMode::default(),
            undefined: AllowUndefined::default(),
            symbols: Symbols::default(),
            limits: Limits::default(),
            reports: Reports::default(),
            dump_module: None,
            llvm: None,
        }
    }
}

/// Options that make LLVM print something and end the process (`CommonOptions` in `CommandLine.cpp`).
const TELLING: [&str; 6] = ["h", "help", "help-hidden", "help-list", "help-list-hidden", "version"];

impl LinkerOptions {
    /// Returns a plan without inputs, exports and outputs.
    pub(super) fn plan(&self) -> Result<LinkPlan> {
        if let Some(arg) = self.llvm_args.iter().find(|arg| tells(arg)) {
            return Err(Error::usage(format!("LLVM's option `{arg}` is not for a library"))
                .because("LLVM prints and ends the process when it is given"));
        }
        if let Some((kernel, nearest)) =
            self.kernel.and_then(|kernel| Some((kernel, nearest_release(kernel)?)))
        {
            return Err(Error::usage(format!("there is no Linux {kernel}"))
                .help(format!("the nearest is {nearest}")));
        }
        let plan = LinkPlan {
            target: self.target.clone(),
            cpu: Some(self.cpu),
            cpu_features: self.cpu_features.clone(),
            opt_level: self.optimize,
            mode: self.mode,
            undefined: self.undefined.clone(),
            symbols: self.symbols.clone(),
            limits: self.limits,
            reports: self.reports.clone(),
            debug_info: DebugInfo {
                btf: if self.btf { Btf::Emit } else { Btf::Omit },
                source_lines: self.btf_source_lines,
                ..DebugInfo::default()
            },
            codegen: self.codegen(),
            llvm: self.llvm.clone(),
            llvm_args: self.llvm_args.clone(),
            dump_module: self.dump_module.clone(),
            ..LinkPlan::default()
        };
        Ok(match self.kernel {
            Some(kernel) => plan.for_kernel(kernel),
            None => plan,
        })
    }

    const fn codegen(&self) -> Codegen {
        Codegen {
            memcpy: if self.disable_expand_memcpy_in_order {
                MemcpyExpansion::AnyOrder
            } else {
                MemcpyExpansion::InOrder
            },
            memory_builtins: if self.disable_memory_builtins {
                MemoryBuiltins::Leave
            } else {
                MemoryBuiltins::Provide
            },
            loops: if self.unroll_loops { Loops::Unroll } else { Loops::AsOptimized },
            unrolled: Vec::new(),
            inlined: Vec::new(),
            inline_never: if self.ignore_inline_never {
                InlineNever::Ignore
            } else {
                InlineNever::Honor
            },
            traps: if self.allow_bpf_trap { Traps::Allow } else { Traps::Disallow },
            panics: Panics { way: PanicWay::Exit, values: Vec::new() },
        }
    }
}

fn tells(arg: &str) -> bool {
    let name = arg.trim_start_matches('-').split('=').next().unwrap_or_default();
    arg.starts_with('-') && TELLING.contains(&name)
}
