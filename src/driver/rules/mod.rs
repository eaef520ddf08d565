//! Options of other linkers: one table of spellings, each rewritten to ours, ignored or refused, with the reason.
//!
//! Sources: `ld --help` and ld's manual, ld.lld(1), wasm-ld's `Options.td`, gcc's link options, llvm-bitcode-linker's
//! `--help`, and the options that `rustc_codegen_ssa/src/back/linker.rs` writes for each flavor.

#[cfg(test)]
mod tests;

use super::dialect::Addressee;

/// Spellings of one option and their treatment.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Spellings as written. A name of several letters is recognized with one dash and with two.
    pub spellings: &'static [&'static str],
    /// Form of the value.
    pub value: Value,
    /// The program the option must be intended for; any if `None`.
    pub addressee: Option<Addressee>,
    /// Treatment of the option.
    pub action: Action,
}

/// The form of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value.
    None,
    /// `--name=VALUE`, `--name VALUE`; for one letter `-nVALUE`, `-n VALUE`.
    Required,
    /// `--name` or `--name=VALUE`.
    Optional,
    /// The rest of the word: the spelling is a prefix.
    Glued,
}

/// The treatment of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Replaced by our option of this name, with its value if it has one; text after an `=` in the name is put before
    /// the value.
    Rewrite(&'static str),
    /// Replaced by these words.
    Replace(&'static [&'static str]),
    /// Replaced by our option if the value is one of these; otherwise ignored for the reason.
    RewriteOneOf(&'static str, &'static [&'static str], &'static str),
    /// Joined with its value: `-plugin-opt X` is `-plugin-opt=X`.
    Join,
    /// Ignored because of this reason: the option has no effect here.
    Ignore(&'static str),
    /// Ignored because of this reason, which is shown once: users might expect an effect.
    Note(&'static str),
    /// Refused because of this reason: ignoring the option would change the result.
    Refuse(&'static str),
}

const fn rule(spellings: &'static [&'static str], value: Value, action: Action) -> Rule {
    Rule { spellings, value, addressee: None, action }
}

const fn flag(spellings: &'static [&'static str], to: &'static str) -> Rule {
    rule(spellings, Value::None, Action::Rewrite(to))
}

const fn rewrite(spellings: &'static [&'static str], to: &'static str) -> Rule {
    rule(spellings, Value::Required, Action::Rewrite(to))
}

const fn replace(spellings: &'static [&'static str], words: &'static [&'static str]) -> Rule {
    rule(spellings, Value::None, Action::Replace(words))
}

const fn ignore(spellings: &'static [&'static str], value: Value, reason: &'static str) -> Rule {
    rule(spellings, value, Action::Ignore(reason))
}

const fn note(spellings: &'static [&'static str], value: Value, reason: &'static str) -> Rule {
    rule(spellings, value, Action::Note(reason))
}

const fn refuse(spellings: &'static [&'static str], value: Value, reason: &'static str) -> Rule {
    rule(spellings, value, Action::Refuse(reason))
}

impl Rule {
    const fn to_ld(self) -> Self {
        Self { addressee: Some(Addressee::Ld), ..self }
    }
}

const CPUS: &[&str] = &["generic", "probe", "v1", "v2", "v3", "v4"];

/// Libraries of the host's C and C++ runtime, which rustc and gcc always add for host targets.
pub const HOST_LIBRARIES: &[&str] =
    &["c", "dl", "gcc", "gcc_eh", "gcc_s", "m", "pthread", "rt", "stdc++", "unwind", "util"];

/// The reason why [`HOST_LIBRARIES`] are ignored.
pub const HOST_LIBRARY: &str = "a BPF program cannot call the host's runtime libraries";

const DYNAMIC: &str = "a BPF object is neither dynamic nor position-dependent";
const HOST: &str = "it describes the host's processor";
const ICF: &str = "equal functions stay apart, so that each has its own BTF";
const LAYOUT: &str = "a BPF loader lays the program out";
const LISTED_LATER: &str = "it tunes the linker, not the program";
const PLUGIN: &str = "bitcode is linked without a plugin";
const UNDEFINED: &str = "what a BPF program may leave undefined does not depend on it";

/// All rules; if several match, the longest spelling wins.
pub const RULES: &[Rule] = &[
    // Symbols
    rewrite(&["--export-symbol"], "export-if-defined"),
    rewrite(&["-u"], "undefined"),
    rewrite(&["--export-dynamic-symbol"], "export-glob"),
    rewrite(&["--export-dynamic-symbol-list"], "dynamic-list"),
    replace(&["--export-all"], &["--export-glob=*"]),
    rewrite(&["--retain-symbols-file"], "export-symbols"),
    ignore(
        &["--export-dynamic", "-E", "-rdynamic", "--no-export-dynamic"],
        Value::None,
        "without a wish to export, whatever is not static stays visible",
    ),
    ignore(&["--entry", "-e"], Value::Required, "a BPF object has as many entries as programs"),
    ignore(&["--no-entry"], Value::None, "a BPF object has as many entries as programs"),
    replace(
        &["--unresolved-symbols=ignore-all", "--warn-unresolved-symbols", "--import-undefined"],
        &["--allow-undefined"],
    ),
    ignore(&["--unresolved-symbols"], Value::Required, UNDEFINED),
    ignore(&["--error-unresolved-symbols"], Value::None, UNDEFINED),
    ignore(
        &["--no-undefined", "--no-allow-shlib-undefined", "--allow-shlib-undefined"],
        Value::None,
        UNDEFINED,
    ),
    ignore(
        &["--undefined-version", "--no-undefined-version"],
        Value::None,
        "a version script may name what is missing",
    ),
    note(
        &["-z=muldefs"],
        Value::None,
        "a symbol that two inputs define is an error; make one of them weak",
    ),
    refuse(&["--allow-multiple-definition"], Value::None, "a symbol has one definition"),
    // Inputs
    refuse(&["-flavor"], Value::Required, "it comes before every other argument"),
    ignore(
        &["--start-group", "-(", "--end-group", "-)", "--start-lib", "--end-lib"],
        Value::None,
        "archives are searched until nothing is missing, in any order",
    ),
    ignore(
        &[
            "--as-needed",
            "--no-as-needed",
            "--copy-dt-needed-entries",
            "--no-copy-dt-needed-entries",
        ],
        Value::None,
        DYNAMIC,
    ),
    ignore(
        &[
            "-Bstatic",
            "-Bdynamic",
            "-Bsymbolic",
            "-Bsymbolic-functions",
            "-dn",
            "-dy",
            "-static",
            "-static-pie",
        ],
        Value::None,
        DYNAMIC,
    ),
    ignore(&["--sysroot"], Value::Required, "no library of the system is linked"),
    ignore(
        &["-nodefaultlibs", "-nostdlib", "-nostartfiles", "-nolibc"],
        Value::None,
        "no library of the system is linked",
    ),
    ignore(&["-pthread"], Value::None, HOST_LIBRARY),
    refuse(
        &["--script", "-T", "--default-script"],
        Value::Required,
        "a linker script lays out memory, and a BPF object has none",
    ),
    refuse(
        &["--just-symbols", "-R"],
        Value::Required,
        "symbols have no address before the object is loaded",
    ),
    refuse(&["--format", "-b"], Value::Required, "the form of an input is read from the input")
        .to_ld(),
    // Target
    rewrite(&["--target-cpu", "--mcpu"], "cpu"),
    rewrite(&["--target-feature", "--mattr"], "cpu-features"),
    rewrite(&["-target"], "target"),
    replace(&["-EL", "-mlittle-endian"], &["--target=bpfel"]),
    replace(&["-EB", "-mbig-endian"], &["--target=bpfeb"]),
    replace(&["-melf64bpf"], &["--target=bpf"]),
    ignore(&["-m32", "-m64", "-mx32"], Value::None, HOST),
    ignore(&["-m"], Value::Required, HOST),
    ignore(&["-march", "-mtune", "-arch"], Value::Required, HOST),
    ignore(&["-mwasm32", "-mwasm64"], Value::None, HOST),
    // Output
    ignore(
        &[
            "-shared",
            "-pie",
            "-no-pie",
            "-nopie",
            "--pic-executable",
            "--no-pic-executable",
            "-no-dynamic-linker",
        ],
        Value::None,
        DYNAMIC,
    ),
    ignore(
        &["-soname", "--dynamic-linker", "-I", "-rpath", "-rpath-link"],
        Value::Required,
        DYNAMIC,
    ),
    ignore(&["-h"], Value::Required, DYNAMIC).to_ld(),
    flag(&["-r", "-i"], "relocatable"),
    note(&["--emit-relocs", "-q"], Value::None, "a BPF object always holds its relocations"),
    rule(&["-z"], Value::Required, Action::Join),
    rule(&["-z="], Value::Glued, Action::Ignore(LAYOUT)),
    ignore(
        &[
            "--hash-style",
            "--pack-dyn-relocs",
            "--image-base",
            "--section-start",
            "--initial-memory",
            "--max-memory",
            "--global-base",
        ],
        Value::Required,
        LAYOUT,
    ),
    ignore(
        &[
            "--eh-frame-hdr",
            "--no-eh-frame-hdr",
            "--stack-first",
            "--nmagic",
            "-n",
            "--omagic",
            "-N",
            "--import-memory",
            "--shared-memory",
            "--export-table",
            "--no-rosegment",
            "--enable-new-dtags",
            "--disable-new-dtags",
            "--warn-common",
            "--sort-common",
            "--merge-exidx-entries",
        ],
        Value::None,
        LAYOUT,
    ),
    note(
        &["--build-id"],
        Value::Optional,
        "no BPF loader reads it; equal inputs give equal bytes, so a hash of the object does as well",
    ),
    ignore(
        &["--sort-section", "--compress-debug-sections"],
        Value::Optional,
        "a BPF loader reads nothing of it",
    ),
    ignore(&["--demangle", "--threads"], Value::Optional, LISTED_LATER),
    rule(&["--color-diagnostics="], Value::Glued, Action::Rewrite("color")),
    replace(&["--color-diagnostics", "-fdiagnostics-color"], &["--color=always"]),
    replace(&["--no-color-diagnostics", "-fno-diagnostics-color"], &["--color=never"]),
    note(&["--error-limit"], Value::Optional, "all errors are shown, each once"),
    ignore(
        &[
            "--no-demangle",
            "--no-threads",
            "--warn-once",
            "--warn-undef",
            "--no-warn-mismatch",
            "--no-warnings",
            "-w",
            "--stats",
            "-pipe",
        ],
        Value::None,
        LISTED_LATER,
    ),
    ignore(
        &["--thinlto-jobs", "--thinlto-cache-dir", "--thinlto-cache-policy"],
        Value::Required,
        LISTED_LATER,
    ),
    refuse(&["--oformat"], Value::Required, "the output is ELF; --emit chooses another form"),
    replace(&["--print-map"], &["--Map=-"]),
    replace(&["-M"], &["--Map=-"]).to_ld(),
    note(&["--cref"], Value::None, "see --Map, --why-extract and --why-live"),
    refuse(&["--out-implib"], Value::Required, "a BPF object has no import library"),
    // Removal of unused code
    ignore(&["--gc-sections"], Value::None, "what nothing needs is always dropped"),
    ignore(
        &["--no-gc-sections"],
        Value::None,
        "what nothing needs is always dropped; --export keeps a symbol",
    ),
    flag(&["--print-gc-sections"], "print-gc"),
    ignore(&["--icf=none"], Value::None, ICF),
    note(&["--icf"], Value::Required, ICF),
    flag(&["--strip-debug", "-S", "--strip-all", "-s"], "strip-debug"),
    ignore(
        &["--discard-all", "-x", "--discard-locals", "-X", "--discard-none"],
        Value::None,
        "loaders need the symbols",
    ),
    ignore(&["--no-strip"], Value::None, "loaders need the symbols"),
    // Link-time optimization
    ignore(
        &["-O", "--optimize"],
        Value::Required,
        "ld's -O tunes the linker; -plugin-opt=O2 tunes the program",
    )
    .to_ld(),
    rule(&["-plugin-opt"], Value::Required, Action::Join),
    rule(&["-plugin-opt=O", "--lto-O", "-plugin-opt=-O"], Value::Glued, Action::Rewrite("O")),
    rule(
        &["-plugin-opt=mcpu=", "-plugin-opt=-mcpu="],
        Value::Glued,
        Action::RewriteOneOf("cpu", CPUS, HOST),
    ),
    rule(&["-plugin-opt=-mattr="], Value::Glued, Action::Ignore(HOST)),
    rule(&["-plugin-opt=-"], Value::Glued, Action::Rewrite("llvm-arg=-")),
    ignore(
        &[
            "-plugin-opt=-function-sections",
            "-plugin-opt=-data-sections",
            "-plugin-opt=-pass-through",
        ],
        Value::Optional,
        PLUGIN,
    ),
    ignore(&["-plugin-opt="], Value::Glued, PLUGIN),
    ignore(&["-plugin"], Value::Required, PLUGIN),
    rewrite(&["-mllvm"], "llvm-arg"),
    ignore(&["-flto", "-fuse-ld"], Value::Optional, PLUGIN),
    ignore(&["-B"], Value::Required, "no other program is looked for"),
    ignore(
        &["-fno-lto", "-fuse-linker-plugin", "-fno-use-linker-plugin", "--no-lto-legacy-inliner"],
        Value::None,
        PLUGIN,
    ),
    ignore(&["--lto-whole-program-visibility"], Value::None, PLUGIN),
    // Compiler drivers
    ignore(
        &[
            "-fPIC",
            "-fpic",
            "-fPIE",
            "-fpie",
            "-fno-pic",
            "-fno-pie",
            "-ffreestanding",
            "-fno-builtin",
        ],
        Value::None,
        "nothing is compiled here",
    ),
    ignore(&["-Wa,", "-Wp,"], Value::Glued, "nothing is compiled here"),
    ignore(
        &["-g", "-g0", "-g1", "-g2", "-g3", "-ggdb"],
        Value::None,
        "debug info is what the inputs hold; see --btf and --keep-dwarf",
    ),
    // Options without effect here
    ignore(
        &["--no-ctors-in-init-array", "--fix-cortex-a53-843419", "--fix-cortex-a8"],
        Value::None,
        HOST,
    ),
    note(&["--trace-symbol", "-y"], Value::Required, "see --why-live, --why-extract and --trace"),
];
