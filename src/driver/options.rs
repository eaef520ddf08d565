//! Our own options: the single definition behind parsing, `--help`, completions and the man page.
//!
//! clap gets only words written by [`normalize`](super::normalize), so every value is joined by `=` and may start with
//! `-`. [`assemble`](super::assemble) interprets the values.

use std::path::PathBuf;

use clap::{ArgAction, Parser, builder::PossibleValue};
use log::LevelFilter;

use super::messages::{Color, ErrorFormat};
use crate::{
    bpf::{
        kernel::{nearest_release, parse_release},
        target::{Cpu, OptLevel, Target},
    },
    plan::{Definition, LinkerWarnings, PanicValue, PanicWay, SourceLines},
    report::{WarningKind, nearest},
};

/// Links LLVM bitcode from Rust, C and Zig, and native BPF objects, into one eBPF object
///
/// Inputs are bitcode (.bc), textual IR (.ll), BPF objects with or without embedded bitcode (.o), and archives of these (.a, .rlib).
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "bpf-linker",
    disable_help_flag = true,
    disable_version_flag = true,
    args_override_self = true,
    override_usage = "bpf-linker [OPTIONS] -o FILE INPUT...\n       bpf-linker @RESPONSE-FILE",
    after_help = AFTER_HELP,
    styles = STYLES,
)]
pub struct Options {
    /// Files to link, in order; of archives, only the needed members are linked
    #[arg(value_name = "INPUT", help_heading = "Input")]
    pub inputs: Vec<PathBuf>,
    /// Link libNAME.a or libNAME.rlib from a search directory; `:FILE` is an exact file name
    #[arg(short, long, value_name = "NAME", help_heading = "Input", action = ArgAction::Append)]
    pub library: Vec<PathBuf>,
    /// Search DIR for libraries
    #[arg(short = 'L', long = "library-path", value_name = "DIR", help_heading = "Input", action = ArgAction::Append)]
    pub library_path: Vec<PathBuf>,
    /// Link every member of the archives that follow
    #[arg(long, help_heading = "Input", action = ArgAction::Append, num_args = 0..=1, require_equals = true,
          default_missing_value = "", value_parser = [""])]
    pub whole_archive: Vec<String>,
    /// Undo --whole-archive for the archives that follow
    #[arg(long, help_heading = "Input", action = ArgAction::Append, num_args = 0..=1, require_equals = true,
          default_missing_value = "", value_parser = [""])]
    pub no_whole_archive: Vec<String>,
    /// Remember whether whole archives are linked
    #[arg(long, hide = true, action = ArgAction::Append, num_args = 0..=1, require_equals = true,
          default_missing_value = "", value_parser = [""])]
    pub push_state: Vec<String>,
    /// Go back to what `--push-state` remembered
    #[arg(long, hide = true, action = ArgAction::Append, num_args = 0..=1, require_equals = true,
          default_missing_value = "", value_parser = [""])]
    pub pop_state: Vec<String>,

    /// Write the object to this file; `-` is standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Output kinds, as a list: obj, asm, llvm-ir, llvm-bc
    ///
    /// A kind can have its own file: `--emit asm=prog.s`. Of the kinds without one, the object (or the first kind, if
    /// there is no object) is written to --output, and the others next to it with the extension .s, .ll or .bc. A
    /// repeated --emit adds to the list.
    #[arg(long, value_name = "KIND[=FILE],...", help_heading = "Output", action = ArgAction::Append,
          value_hint = clap::ValueHint::AnyPath)]
    pub emit: Vec<std::ffi::OsString>,

    /// BPF triple, such as bpfel-unknown-none [default: the target of the inputs]
    #[arg(long, value_name = "TRIPLE", help_heading = "Target", value_parser = target)]
    pub target: Option<Target>,
    /// Instruction set level
    ///
    /// generic uses the level of the inputs, probe asks the running kernel.
    #[arg(long, value_name = "CPU", help_heading = "Target", value_parser = cpu())]
    pub cpu: Option<Cpu>,
    /// The oldest kernel, such as 5.4, that the object must support
    ///
    /// Selects the instruction set, unrolling, inlining and BTF for this kernel. Anything else that the kernel would
    /// reject is an error. The output of `uname -r` is accepted too.
    #[arg(long, value_name = "X.Y", help_heading = "Target", value_parser = kernel)]
    pub kernel: Option<(u16, u16)>,
    /// LLVM features to add or remove, such as +alu32,-dwarfris
    #[arg(long, value_name = "LIST", help_heading = "Target", value_parser = features, allow_hyphen_values = true)]
    pub cpu_features: Option<String>,

    /// Keep these symbols visible; each must exist
    ///
    /// Without any option that exports symbols, every symbol that is not static in the source stays visible.
    #[arg(long, value_name = "SYMBOL,...", help_heading = "Symbols", value_delimiter = ',', action = ArgAction::Append)]
    pub export: Vec<String>,
    /// Keep this symbol visible if an input defines it
    #[arg(long, value_name = "SYMBOL", help_heading = "Symbols", action = ArgAction::Append)]
    pub export_if_defined: Vec<String>,
    /// Keep this symbol if an input defines it, and say nothing of others
    #[arg(long, hide = true, action = ArgAction::Append)]
    pub undefined: Vec<String>,
    /// Keep this symbol, which must exist, and say nothing of others
    #[arg(long, hide = true, action = ArgAction::Append)]
    pub require_defined: Vec<String>,
    /// Keep the symbols listed in FILE, one per line, if an input defines them
    #[arg(long, value_name = "FILE", help_heading = "Symbols", action = ArgAction::Append)]
    pub export_symbols: Vec<PathBuf>,
    /// Keep the symbols that match a pattern with *, ? and [a-z]
    #[arg(long, value_name = "GLOB", help_heading = "Symbols", action = ArgAction::Append)]
    pub export_glob: Vec<String>,
    /// Keep the global symbols of a version script
    #[arg(long, value_name = "FILE", help_heading = "Symbols", action = ArgAction::Append)]
    pub version_script: Vec<PathBuf>,
    /// Keep the symbols of a dynamic list
    #[arg(long, value_name = "FILE", help_heading = "Symbols", action = ArgAction::Append)]
    pub dynamic_list: Vec<PathBuf>,

    /// Allow undefined symbols: all, or only these
    ///
    /// Weak symbols, and externs that a loader resolves (.ksyms, .kconfig), are always allowed.
    #[arg(long, value_name = "SYMBOL,...", help_heading = "Symbols", value_delimiter = ',', num_args = 0..=1,
          require_equals = true, default_missing_value = ANYTHING, action = ArgAction::Append)]
    pub allow_undefined: Vec<String>,

    /// Set the value of a constant (`const volatile` in C, a static in Rust) at link time
    ///
    /// VALUE is a number, true or false, an enumerator, or the text of a byte array. Code that the value makes
    /// unreachable is removed. The variable stays, but changing it in a loader has no effect.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Symbols", value_parser = assignment,
          allow_hyphen_values = true, action = ArgAction::Append)]
    pub set: Vec<(String, String)>,
    /// Define NAME as another symbol or a number, for inputs that do not define NAME themselves
    #[arg(long, value_name = "NAME=SYMBOL", help_heading = "Symbols", value_parser = definition,
          action = ArgAction::Append)]
    pub defsym: Vec<(String, Definition)>,
    /// Resolve references to SYMBOL as __wrap_SYMBOL, and references to __real_SYMBOL as SYMBOL
    #[arg(long, value_name = "SYMBOL", help_heading = "Symbols", action = ArgAction::Append)]
    pub wrap: Vec<String>,

    /// Optimization level; BPF code requires optimization, so 0 means 1
    #[arg(short = 'O', value_name = "0|1|2|3|s|z", help_heading = "Optimization", value_parser = opt_level(),
          hide_possible_values = true)]
    pub optimize: Option<OptLevel>,
    /// Unroll every loop with a constant bound, for kernels before 5.3; or only the loops of these functions
    #[arg(long, value_name = "FUNCTION,...", help_heading = "Optimization", value_delimiter = ',', num_args = 0..=1,
          require_equals = true, default_missing_value = ANYTHING, action = ArgAction::Append)]
    pub unroll_loops: Vec<String>,
    /// Inline all calls, even of `#[inline(never)]` functions, for kernels before 4.16; or only calls of these functions
    #[arg(long, value_name = "FUNCTION,...", help_heading = "Optimization", value_delimiter = ',', num_args = 0..=1,
          require_equals = true, default_missing_value = ANYTHING, action = ArgAction::Append)]
    pub ignore_inline_never: Vec<String>,
    /// Let LLVM choose the order of loads and stores of a memcpy
    #[arg(long, help_heading = "Optimization")]
    pub disable_expand_memcpy_in_order: bool,
    /// Do not provide memcpy, memmove, memset, memcmp and bcmp
    #[arg(long, help_heading = "Optimization")]
    pub disable_memory_builtins: bool,
    /// Let unreachable code call __bpf_trap, which requires Linux 6.16
    #[arg(long, help_heading = "Optimization")]
    pub allow_bpf_trap: bool,
    /// Effect of a panic: exit, throw, error, keep [default: exit]
    ///
    /// exit returns from the program, throw calls bpf_throw where the kernel supports it, error fails the link if a
    /// program can panic, keep keeps the code of the compiler.
    #[arg(long, value_name = "WAY", help_heading = "Optimization", value_parser = panic_way(),
          hide_possible_values = true)]
    pub panic: Option<PanicWay>,
    /// Return value of a program that panics, optionally only for programs in SECTION [default: 0, or 1 where the kernel
    /// accepts nothing else]
    #[arg(long, value_name = "[SECTION=]N", help_heading = "Optimization", value_parser = panic_value,
          allow_hyphen_values = true, action = ArgAction::Append)]
    pub panic_value: Vec<PanicValue>,

    /// Generate BTF, the kernel's type information (requires -C debuginfo=2 or -g)
    #[arg(long, help_heading = "Debug information")]
    pub btf: bool,
    /// The oldest kernel, such as 5.4, that the BTF must support
    #[arg(long, value_name = "X.Y", help_heading = "Debug information", value_parser = kernel)]
    pub btf_compat: Option<(u16, u16)>,
    /// Source text in BTF: only from debug info, also from source files (the default), or none
    #[arg(long, value_name = "embedded|read|none", help_heading = "Debug information", value_parser = source_lines,
          overrides_with_all = ["btf_source_lines", "no_btf_source_lines"])]
    pub btf_source_lines: Option<SourceLines>,
    /// The same as --btf-source-lines none
    #[arg(long, help_heading = "Debug information", overrides_with_all = ["btf_source_lines", "no_btf_source_lines"])]
    pub no_btf_source_lines: bool,
    /// Replace the prefix OLD of paths in BTF with NEW
    #[arg(long, value_name = "OLD=NEW", help_heading = "Debug information", value_parser = remapping,
          action = ArgAction::Append)]
    pub remap_path_prefix: Vec<(String, String)>,
    /// Keep the DWARF sections, for disassemblers and debuggers
    #[arg(long, help_heading = "Debug information", overrides_with = "strip_debug")]
    pub keep_dwarf: bool,
    /// Remove the DWARF sections (the default); BTF and symbols stay
    #[arg(long, help_heading = "Debug information", overrides_with = "keep_dwarf")]
    pub strip_debug: bool,
    /// Accepted, because rustc always passes it: --btf decides
    #[arg(long, hide = true)]
    pub debug: bool,

    /// The libLLVM to use: a library, or a directory that contains one
    #[arg(long, value_name = "PATH", help_heading = "LLVM")]
    pub llvm: Option<PathBuf>,
    /// Options for LLVM itself
    #[arg(long, value_name = "ARG,...", help_heading = "LLVM", value_delimiter = ',', allow_hyphen_values = true,
          action = ArgAction::Append)]
    pub llvm_args: Vec<String>,
    /// One option for LLVM itself, commas and all
    #[arg(long, hide = true, allow_hyphen_values = true, action = ArgAction::Append)]
    pub llvm_arg: Vec<String>,
    /// Keep all functions, variables and symbols, for a later link; symbols may stay undefined
    ///
    /// The checks of the kernel's and the loaders' rules are left to the later link.
    #[arg(short = 'r', long, help_heading = "Output")]
    pub relocatable: bool,
    /// Keep map definitions in a `maps` section, which only aya reads
    ///
    /// Otherwise, with BTF, they are converted to definitions in `.maps`, which every loader reads.
    #[arg(long, help_heading = "Output")]
    pub keep_legacy_maps: bool,

    /// Keep objects in DIR, and take them from there while the inputs, options, linker and libLLVM stay the same
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub cache_dir: Option<PathBuf>,
    /// Write the IR before and after optimization to a directory, or the latter to a file such as out.ll
    #[arg(long, value_name = "PATH", help_heading = "LLVM")]
    pub dump_module: Option<PathBuf>,
    /// Fail the link if LLVM reports an error [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "LLVM", num_args = 0..=1, default_missing_value = "true",
          value_parser = ["true", "false"])]
    pub fatal_errors: Option<String>,
    /// Show which libLLVM would be loaded, and why others are rejected
    #[arg(long, help_heading = "LLVM")]
    pub print_llvm: bool,

    /// Hide the warning NAME; without `no-`, show it again
    #[arg(short = 'W', value_name = "no-NAME", help_heading = "Reports", value_parser = warning, long_help = warning_help(),
          action = ArgAction::Append)]
    pub warning: Vec<WarningWish>,
    /// Turn warnings into errors
    #[arg(long, help_heading = "Reports", overrides_with = "no_fatal_warnings")]
    pub fatal_warnings: bool,
    /// Do not turn warnings into errors (the default)
    #[arg(long, help_heading = "Reports", hide = true, overrides_with = "fatal_warnings")]
    pub no_fatal_warnings: bool,
    /// Show what would be linked, and how, without linking
    #[arg(long, value_name = "FORMAT", help_heading = "Reports", num_args = 0..=1, require_equals = true,
          default_missing_value = "human", value_parser = ["human", "json"])]
    pub print_plan: Option<String>,
    /// Write a report on sizes, stack, calls and maps to FILE; `-` is standard output
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub report: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub report_json: Option<PathBuf>,
    /// Write the report as a page for a browser, with call graphs and a search
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub report_html: Option<PathBuf>,
    /// Write a map of sections and symbols, with origins and sizes, to FILE; `-` is standard output
    #[arg(long = "Map", value_name = "FILE", help_heading = "Reports")]
    pub map: Option<PathBuf>,
    /// Write a rule with all files that the link reads to FILE, for make and ninja
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub dependency_file: Option<PathBuf>,
    /// Print the chain of references that keeps SYMBOL in the output
    #[arg(long, value_name = "SYMBOL", help_heading = "Reports", action = ArgAction::Append)]
    pub why_live: Vec<String>,
    /// Print instructions, stack and map sizes next to the kernel's limits
    #[arg(long, help_heading = "Reports")]
    pub print_memory_usage: bool,
    /// Fail if a chain of calls needs more than N bytes of stack [default: the kernel's 512]
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub stack_limit: Option<u64>,
    /// Fail if a program and the functions it calls have more than N instructions
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub insn_limit: Option<u64>,
    /// Write the object only if kernels load it: running, or images such as vmlinuz-6.1
    ///
    /// Runs `bpf-verdict`, which loads the object on the running kernel or on images that it boots, without attaching
    /// anything. A refusal fails the link and is explained at the source line. With `search` in the list, up to twelve
    /// other forms of the program are tried after a refusal, and options that make one load are named.
    #[arg(long, value_name = "running|IMAGE|search,...", help_heading = "Reports", num_args = 0..=1,
          require_equals = true, default_missing_value = "running", action = ArgAction::Append)]
    pub verify: Vec<std::ffi::OsString>,
    /// The bpf-verdict to run, an absolute path [default: the one next to this program]
    #[arg(long, value_name = "PATH", help_heading = "Reports", value_parser = absolute())]
    pub verify_with: Option<PathBuf>,
    /// End bpf-verdict after N seconds [default: 600]
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub verify_timeout: Option<u64>,
    /// List every file and archive member that is linked
    #[arg(short = 't', long, help_heading = "Reports")]
    pub trace: bool,
    /// Write to FILE which archive member was linked for which symbol
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub why_extract: Option<PathBuf>,
    /// List the functions and variables that were removed as unused
    #[arg(long, help_heading = "Reports")]
    pub print_gc: bool,
    /// Write the duration of each phase to FILE, as a Chrome trace
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub time_trace: Option<PathBuf>,
    /// Copy everything that is needed to repeat this link to DIR
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub reproduce: Option<PathBuf>,
    /// Use color in messages: auto, always, never [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = "Reports", value_parser = color(), hide_possible_values = true)]
    pub color: Option<Color>,
    /// Format of messages: human, short (one line each), json (rustc's schema) [default: human]
    #[arg(long, value_name = "FORMAT", help_heading = "Reports", value_parser = error_format(),
          hide_possible_values = true)]
    pub error_format: Option<ErrorFormat>,
    /// Write the log to FILE
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub log_file: Option<PathBuf>,
    /// Log level [default: RUST_LOG]
    #[arg(long, value_name = "LEVEL", help_heading = "Reports", value_parser = level())]
    pub log_level: Option<LevelFilter>,

    /// Print short help; --help prints more
    #[arg(short, help_heading = "General")]
    pub h: bool,
    /// Print the full help
    #[arg(long, help_heading = "General", hide = true)]
    pub help: bool,
    /// Print the version; with --verbose also the libLLVM that would be loaded
    #[arg(short = 'V', long, help_heading = "General")]
    pub version: bool,
    /// Print log messages of level info
    #[arg(short, long, help_heading = "General")]
    pub verbose: bool,
    /// Explain a warning by name, or an error by words of its message
    #[arg(long, value_name = "NAME", help_heading = "General", allow_hyphen_values = true)]
    pub explain: Option<String>,
    /// Print completions for a shell: bash, elvish, fish, powershell, zsh
    #[arg(long, value_name = "SHELL", help_heading = "General")]
    pub completions: Option<clap_complete::Shell>,
    /// Print the man page
    #[arg(long, help_heading = "General")]
    pub man: bool,
}

/// Flags whose position among the inputs matters. clap records positions of values only, so each gets an empty value.
pub const PLACED_FLAGS: [&str; 4] =
    ["whole_archive", "no_whole_archive", "push_state", "pop_state"];

/// The value of a list of symbols that stands for every one.
pub const ANYTHING: &str = "*";

const AFTER_HELP: &str = "\
Examples:
  bpf-linker --btf -o prog.o prog.bc                 link one file
  bpf-linker -o prog.o prog.bc -L lib -l util        link needed members of a library
  bpf-linker -o prog.o prog.bc --export xdp_main     keep only xdp_main and what it calls
  bpf-linker -o prog.o prog.bc --emit obj,asm        write prog.o and prog.s

From cargo, in .cargo/config.toml:
  [target.bpfel-unknown-none]
  linker = \"bpf-linker\"
  rustflags = [\"-C\", \"debuginfo=2\", \"-C\", \"link-arg=--btf\"]

If options contradict each other, the last one wins; lists accumulate; `--` ends the options. \
Options of ld, gcc, wasm-ld and llvm-bitcode-linker are accepted too; \
those that do not apply to BPF are ignored.";

const STYLES: clap::builder::Styles = clap::builder::Styles::styled()
    .header(anstyle(clap::builder::styling::AnsiColor::Green))
    .usage(anstyle(clap::builder::styling::AnsiColor::Green))
    .literal(clap::builder::styling::AnsiColor::Cyan.on_default())
    .placeholder(clap::builder::styling::AnsiColor::Blue.on_default());

const fn anstyle(color: clap::builder::styling::AnsiColor) -> clap::builder::styling::Style {
    color.on_default().bold()
}

fn target(triple: &str) -> Result<Target, String> {
    Target::from_triple(triple).ok_or_else(|| {
        "not a BPF target: bpf, bpfel, bpfeb, or a triple that starts with one of them".to_owned()
    })
}

/// Defines a parser of the names in a table, which makes help and completions list them.
macro_rules! one_of {
    ($parser:ident -> $type:ty, $names:expr, $parse:expr) => {
        fn $parser() -> impl clap::builder::TypedValueParser<Value = $type> {
            use clap::builder::{PossibleValuesParser, TypedValueParser};
            PossibleValuesParser::new($names.map(PossibleValue::new))
                .map(|name: String| $parse(name.as_str()))
        }
    };
}

one_of!(cpu -> Cpu, Cpu::ALL.map(Cpu::name), |name: &str| name.parse().unwrap_or(Cpu::Generic));
one_of!(opt_level -> OptLevel, OptLevel::ALL.map(OptLevel::name), |name: &str| name.parse().unwrap_or_default());
one_of!(color -> Color, Color::ALL, Color::called);
one_of!(error_format -> ErrorFormat, ErrorFormat::ALL, ErrorFormat::called);
one_of!(level -> LevelFilter, ["off", "error", "warn", "info", "debug", "trace"], |name: &str| {
    name.parse().unwrap_or(LevelFilter::Off)
});

one_of!(panic_way -> PanicWay, PanicWay::ALL.map(PanicWay::name), |name: &str| {
    PanicWay::ALL.into_iter().find(|way| way.name() == name).unwrap_or_default()
});

fn panic_value(text: &str) -> Result<PanicValue, String> {
    let (section, number) = match text.rsplit_once('=') {
        Some((section, number)) => (Some(section.to_owned()), number),
        None => (None, text),
    };
    let value = number.parse().map_err(|_| "not a number, nor of the form SECTION=N".to_owned())?;
    Ok(PanicValue { section, value })
}

fn absolute() -> impl clap::builder::TypedValueParser<Value = PathBuf> {
    use clap::builder::{PathBufValueParser, TypedValueParser};
    PathBufValueParser::new().try_map(|path| match path.is_absolute() {
        true => Ok(path),
        false => Err("the path of a program to run is absolute"),
    })
}

/// The request of one `-W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningWish {
    /// Hide a warning.
    Hide(WarningKind),
    /// Show a hidden warning again.
    Show(WarningKind),
    /// Set the effect of all warnings that are not hidden, as gcc's `-Werror` does.
    Others(LinkerWarnings),
    /// Nothing: gcc's names for more warnings than usual, and the names of removed warnings.
    Nothing,
}

fn warning(wish: &str) -> Result<WarningWish, String> {
    let (name, is_hidden) = match wish.strip_prefix("no-") {
        Some(name) => (name, true),
        None => (wish, false),
    };
    match (name, WarningKind::from_name(name).or_else(|| WarningKind::from_name(wish))) {
        (_, Some(kind)) if is_hidden => Ok(WarningWish::Hide(kind)),
        (_, Some(kind)) => Ok(WarningWish::Show(kind)),
        ("error", None) if is_hidden => Ok(WarningWish::Others(LinkerWarnings::Tolerate)),
        ("error", None) => Ok(WarningWish::Others(LinkerWarnings::Fatal)),
        ("all" | "extra" | "pedantic", None) => Ok(WarningWish::Nothing),
        (name, None) if WarningKind::RETIRED.contains(&name) => Ok(WarningWish::Nothing),
        (name, None) => Err(unknown_warning(name)),
    }
}

fn unknown_warning(name: &str) -> String {
    let known = WarningKind::ALL.iter().map(|kind| kind.name().to_owned());
    match nearest(name, known) {
        Some(near) => format!("no warning is called `{name}`, but one is called `{near}`"),
        None => format!("no warning is called `{name}`: `--help` lists all names"),
    }
}

/// Returns the long help of `-W`, which lists the names.
fn warning_help() -> String {
    let width = WarningKind::ALL.iter().map(|kind| kind.name().len()).max().unwrap_or_default();
    let mut help = "Hide the warning NAME; without `no-`, show it again\n\nNames:".to_owned();
    for kind in WarningKind::ALL {
        help.push_str(&format!("\n- {:width$}  {}", kind.name(), kind.about()));
    }
    help
}

fn kernel(version: &str) -> Result<(u16, u16), String> {
    let kernel = parse_release(version)
        .ok_or("not a kernel version such as 5.4, or what `uname -r` prints")?;
    match nearest_release(kernel) {
        Some(nearest) if nearest > kernel => {
            Err(format!("there is no Linux {kernel} with BPF; the first is {nearest}"))
        }
        Some(nearest) => Err(format!("there is no Linux {kernel}; the nearest is {nearest}")),
        None => Ok((kernel.0, kernel.1)),
    }
}

fn source_lines(word: &str) -> Result<SourceLines, String> {
    match word {
        "embedded" => Ok(SourceLines::Embedded),
        "read" => Ok(SourceLines::Read),
        "none" => Ok(SourceLines::None),
        _ => Err("it is `embedded`, `read` or `none`".to_owned()),
    }
}

/// Refuses a feature without a sign, with which LLVM takes the whole module for malformed.
fn features(list: &str) -> Result<String, String> {
    let mut features = list.split(',').filter(|feature| !feature.is_empty());
    match features.find(|feature| !feature.starts_with(['+', '-'])) {
        Some(feature) => Err(format!("a feature starts with a sign: `+{feature}` or `-{feature}`")),
        None => Ok(list.to_owned()),
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("not of the form NAME=VALUE".to_owned()),
    }
}

fn definition(text: &str) -> Result<(String, Definition), String> {
    let (name, meaning) = assignment(text).map_err(|_| "not of the form NAME=SYMBOL")?;
    match Definition::parse(&meaning) {
        Some(meaning) => Ok((name, meaning)),
        None => Err(format!("`{meaning}` is neither a symbol nor a number")),
    }
}

/// Splits at the last `=`, as rustc's option of the same name does.
fn remapping(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.rsplit_once('=').ok_or("not of the form OLD=NEW")?;
    Ok((old.to_owned(), new.to_owned()))
}
