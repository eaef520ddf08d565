//! Refused programs of the kinds that users report: the explanation names the line and the rule. docs/refusals.md shows
//! each beside the raw log; `BLESS=1` writes it.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use serde_json::Value;

use super::verdict;
use crate::support::{objects::Lab, rustc::Toolchain, tools};

/// The line of the fault in each source.
const LINE: u32 = 42;

/// A refused program.
struct Row {
    name: &'static str,
    /// Words of the rule.
    rule: &'static str,
    language: Language,
    globals: &'static str,
    section: &'static str,
    /// The source before the line of the fault, and that line with the rest.
    before: &'static str,
    fault: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    C,
    Rust,
}

macro_rules! rows {
    ($($name:literal $language:ident $rule:literal [$globals:literal] $section:literal $before:literal => $fault:literal;)*) => {
        &[$(Row { name: $name, rule: $rule, language: Language::$language, globals: $globals, section: $section,
                  before: $before, fault: $fault }),*]
    };
}

const ROWS: &[Row] = rows! {
    "null-not-tested" C "may be NULL" ["MAP(m, 1, u32, u64);"] "xdp" "u32 k = 1; u64 *v = H(1, void *, void *)(&m, &k);" => "return *v;";
    "null-tested-too-late" C "may be NULL" ["MAP(m, 1, u32, u64);"] "xdp" "u32 k = 1; u64 *v = H(1, void *, void *)(&m, &k); u64 n;" => "asm volatile(\"%0 = *(u64 *)(%1 + 0)\" : \"=r\"(n) : \"r\"(v)); if (!v) return 1; return n;";
    "write-before-test" C "may be NULL" ["MAP(m, 1, u32, u64);"] "tc" "u32 k = 1; volatile u64 *v = H(1, void *, void *)(&m, &k);" => "*v = 5; return 0;";
    "a-number-as-pointer" C "does not know as a pointer" [""] "xdp" "" => "return *(volatile int *)0x1234;";
    "user-pointer" C "does not know as a pointer" [""] "kprobe/do_nanosleep" "u64 *regs = ctx; char *user = (char *)regs[13];" => "return *(volatile char *)user;";
    "index-unbounded" C "outside of the memory|upper bound|greatest value|outside of the map's value" ["struct v { u32 a[16]; }; MAP(m, 2, u32, struct v);"] "xdp" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 1; u32 i = H(7, void)();" => "return ((volatile u32 *)v->a)[i];";
    "index-off-by-one" C "greatest value|outside of the map's value" ["struct v { u32 a[16]; }; MAP(m, 2, u32, struct v);"] "xdp" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 1; u32 i = H(7, void)(); if (i > 16) return 1;" => "return ((volatile u32 *)v->a)[i];";
    "index-signed" C "negative|least value|outside of the map's value" ["struct v { u32 a[16]; }; MAP(m, 2, u32, struct v);"] "xdp" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 1; long i = H(7, void)(); asm volatile(\"\" : \"+r\"(i)); if (i > 15) return 1;" => "return ((volatile u32 *)v->a)[i];";
    "value-overrun" C "outside of the map's value" ["MAP(m, 2, u32, u32);"] "xdp" "u32 k = 0; u32 *v = H(1, void *, void *)(&m, &k); if (!v) return 1;" => "return *(volatile u64 *)v;";
    "packet-not-compared" C "behind the end of the packet" [""] "xdp" "char *data = (char *)(long)*(u32 *)ctx;" => "return *(volatile char *)data;";
    "packet-compared-too-short" C "behind the end of the packet" [""] "xdp" "char *data = (char *)(long)*(u32 *)ctx, *end = (char *)(long)((u32 *)ctx)[1]; if (data + 4 > end) return 1;" => "return *(volatile char *)(data + 8);";
    "packet-after-adjust" C "does not know as a pointer" [""] "xdp" "char *data = (char *)(long)*(u32 *)ctx, *end = (char *)(long)((u32 *)ctx)[1]; if (data + 14 > end) return 1; H(44, void *, int)(ctx, 4);" => "return *(volatile char *)data;";
    "packet-end-read" C "end of a packet is only for comparisons" [""] "xdp" "char *end = (char *)(long)((u32 *)ctx)[1];" => "return *(volatile char *)end;";
    "stack-above-frame" C "outside of its stack" [""] "xdp" "" => "asm volatile(\"r1 = 0; *(u64 *)(r10 + 8) = r1\" ::: \"r1\"); return 1;";
    "register-not-set" C "nothing wrote" [""] "xdp" "" => "asm volatile(\"r0 = r8\" ::: \"r0\"); return 1;";
    "register-lost-in-call" C "nothing wrote" [""] "xdp" "" => "asm volatile(\"call 7; r0 = r1\" ::: \"r0\", \"r1\", \"r2\", \"r3\", \"r4\", \"r5\"); return 1;";
    "frame-pointer-written" C "writes r10" [""] "xdp" "" => "asm volatile(\".byte 0xbf, 0x1a, 0, 0, 0, 0, 0, 0\"); return 1;";
    "loop-without-end" C "may never end" [""] "xdp" "" => "asm volatile(\"r1 = 1; if r1 == 1 goto -1\" ::: \"r1\"); return 1;";
    "unreachable-code" C "No path leads" [""] "xdp" "" => "asm volatile(\"goto +1; r0 = 0\"); return 1;";
    "context-beyond-end" C "field of the context" [""] "xdp" "" => "return *(volatile u32 *)(ctx + 200);";
    "context-written" C "field of the context" [""] "xdp" "" => "*(volatile u32 *)ctx = 5; return 1;";
    "leaked-reference" C "not released" ["RING(m, 27);"] "xdp" "void *r = H(131, void *, u64, u64)(&m, 8, 0); if (!r) return 1;" => "return 2;";
    "released-twice" C "another kind of value|not acquired|what it has not acquired|was not acquired" ["RING(m, 27);"] "xdp" "void *r = H(131, void *, u64, u64)(&m, 8, 0); if (!r) return 1; H(133, void *, u64)(r, 0);" => "H(133, void *, u64)(r, 0); return 2;";
    "record-overrun" C "outside of the memory" ["RING(m, 27);"] "xdp" "char *r = H(131, void *, u64, u64)(&m, 8, 0); if (!r) return 1;" => "*(volatile char *)(r + 8) = 1; H(133, void *, u64)(r, 0); return 2;";
    "helper-of-other-type" C "may not call the helper" [""] "xdp" "" => "return H(9, void *, u32, void *, u32, u64)(ctx, 0, 0, 0, 0);";
    "helper-unknown" C "no helper of that number" [""] "xdp" "" => "return H(5000, void)();";
    "license" C "compatible with the GPL" ["#define OWN_LICENSE"] "xdp" "u64 b = 0;" => "return H(113, void *, u32, void *)(&b, 8, 0);";
    "argument-of-wrong-kind" C "another kind of value" [""] "xdp" "u32 k = 0;" => "return H(1, void *, void *)(&k, &k) != 0;";
    "length-unbounded" C "upper bound|may be negative" ["struct v { char a[64]; }; MAP(m, 2, u32, struct v);"] "kprobe/do_nanosleep" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 1; u64 n = H(5, void)();" => "return H(113, void *, u32, void *)(v, n, 0);";
    "length-too-large" C "outside of the map's value" ["struct v { char a[64]; }; MAP(m, 2, u32, struct v);"] "kprobe/do_nanosleep" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 1;" => "return H(113, void *, u32, void *)(v, 65, 0);";
    "return-value" C "does not allow" [""] "cgroup/connect4" "" => "return 7;";
    "pointer-multiplied" C "Only addition and subtraction" [""] "xdp" "" => "asm volatile(\"r1 = r10; r1 *= 2\" ::: \"r1\"); return 1;";
    "pointer-masked" C "cannot be masked|Only addition" [""] "xdp" "" => "asm volatile(\"r1 = r10; r1 &= -8\" ::: \"r1\"); return 1;";
    "pointer-not-tested-added" C "may be NULL" ["MAP(m, 1, u32, u64);"] "xdp" "u32 k = 1; void *v = H(1, void *, void *)(&m, &k);" => "asm volatile(\"%0 += 4\" : \"+r\"(v)); return v != 0;";
    "two-locks" C "second lock|nothing may be called" ["struct bpf_spin_lock { u32 val; }; struct v { struct bpf_spin_lock l; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 0; u32 q = 1; struct v *w = H(1, void *, void *)(&m, &q); if (!w) return 0; H(93, void *)(&v->l);" => "H(93, void *)(&w->l); H(94, void *)(&w->l); H(94, void *)(&v->l); return 0;";
    "lock-kept" C "lock" ["struct bpf_spin_lock { u32 val; }; struct v { struct bpf_spin_lock l; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 0; H(93, void *)(&v->l);" => "return 0;";
    "call-under-lock" C "nothing may be called" ["struct bpf_spin_lock { u32 val; }; struct v { struct bpf_spin_lock l; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (!v) return 0; H(93, void *)(&v->l);" => "u64 t = H(5, void)(); H(94, void *)(&v->l); return t;";
    "constant-written" C "read-only" ["const volatile u32 c = 5;"] "xdp" "" => "*(volatile u32 *)&c = 6; return 1;";
    "misaligned-stack" C "multiple of its size" [""] "xdp" "" => "asm volatile(\"r1 = 0; *(u64 *)(r10 - 12) = r1\" ::: \"r1\"); return 1;";
    "atomic-in-context" C "not allowed on this memory" [""] "tc" "" => "asm volatile(\"r2 = 1; lock *(u32 *)(%0 + 8) += w2\" :: \"r\"(ctx) : \"r2\"); return 1;";
    "rust-null" Rust "may be NULL" [""] "xdp" "let key = random(); let value = lookup(&key);" => "unsafe { *value as i32 }";
    "rust-index" Rust "outside of the|greatest value|upper bound" [""] "xdp" "let key = 0u32; let value = lookup(&key); if value.is_null() { return 0; } let index = random() as usize;" => "unsafe { core::ptr::read_volatile(value.add(index)) as i32 }";
    "rust-packet" Rust "behind the end of the packet" [""] "xdp" "let data = unsafe { *ctx } as usize as *const u8;" => "unsafe { core::ptr::read_volatile(data) as i32 }";
    "rust-number" Rust "does not know as a pointer" [""] "xdp" "" => "unsafe { core::ptr::read_volatile(4660 as *const i32) }";
    "rust-context" Rust "field of the context" [""] "xdp" "" => "unsafe { core::ptr::read_volatile(ctx.add(50)) as i32 }";
};

const C_HEAD: &str = r#"
typedef unsigned int u32; typedef unsigned long u64;
#define SEC(name) __attribute__((section(name), used))
#define UINT(name, value) int (*name)[value]
#define MAP(name, kind, K, V) struct { UINT(type, kind); UINT(max_entries, 4); K *key; V *value; } name SEC(".maps")
#define RING(name, kind) struct { UINT(type, kind); UINT(max_entries, 4096); } name SEC(".maps")
#define H(number, ...) ((long (*)(__VA_ARGS__))number)
"#;

const RUST_HEAD: &str = "#![no_std]\n#![no_main]\n#[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n\
    #[unsafe(link_section = \"license\")] #[unsafe(no_mangle)] static LICENSE: [u8; 4] = *b\"GPL\\0\";\n\
    #[repr(C)] struct Map([*const [i32; 2]; 1], [*const [i32; 4]; 1], *const u32, *const [u32; 16]);\n\
    #[repr(C)] pub struct Legacy { kind: u32, key: u32, value: u32, entries: u32, flags: u32, id: u32, pinning: u32 }\n\
    #[unsafe(link_section = \"maps\")] #[unsafe(no_mangle)] static VALUES: Legacy = Legacy { kind: 2, key: 4, value: 64, entries: 4, flags: 0, id: 0, pinning: 0 };\n\
    #[inline(always)] fn lookup(key: &u32) -> *const u32 { let f: unsafe extern \"C\" fn(*const Legacy, *const u32) -> *const u32 = unsafe { core::mem::transmute(1usize) }; unsafe { f(&raw const VALUES, key) } }\n\
    #[inline(always)] fn random() -> u32 { let f: unsafe extern \"C\" fn() -> u32 = unsafe { core::mem::transmute(7usize) }; unsafe { f() } }\n";

impl Row {
    fn build(&self, lab: &Lab) -> std::path::PathBuf {
        match self.language {
            Language::C => self.build_c(lab),
            Language::Rust => self.build_rust(lab),
        }
    }

    fn build_c(&self, lab: &Lab) -> std::path::PathBuf {
        let Self { globals, section, before, fault, name, .. } = self;
        let license = if globals.contains("OWN_LICENSE") { "MIT" } else { "GPL" };
        let text = format!(
            "{C_HEAD}#line 20 \"{name}.c\"\nchar LICENSE[] SEC(\"license\") = \"{license}\";\n{globals}\n#line 40\n\
             SEC(\"{section}\") int entry(void *ctx) {{\n{before}\n{fault} }}\n"
        );
        let (source, bitcode) = (lab.write(&format!("{name}.c"), text), lab.write("in.bc", ""));
        let mut clang = tools::bpf_clang();
        clang.args(["-mcpu=v3", "-emit-llvm", "-Wno-everything", "-c"]);
        tools::run(clang.arg(&source).arg("-o").arg(&bitcode));
        let object = lab.write(&format!("{name}.o"), "");
        let mut link = Command::new(tools::linker());
        link.args(["--btf", "--btf-source-lines", "none", "-Wno-gpl-helper"]);
        tools::run(link.arg(&bitcode).arg("-o").arg(&object));
        object
    }

    fn build_rust(&self, lab: &Lab) -> std::path::PathBuf {
        let Self { section, before, fault, name, .. } = self;
        let head = RUST_HEAD.lines().count();
        let blank = "\n".repeat(39 - head);
        let text = format!(
            "{RUST_HEAD}{blank}#[unsafe(link_section = \"{section}\")]\n#[unsafe(no_mangle)] fn entry(ctx: *const u32) -> i32 {{ {before}\n{fault} }}\n"
        );
        let source = lab.write(&format!("{name}.rs"), text);
        let object = lab.write(&format!("{name}.o"), "");
        let mut rustc = Toolchain::Installed.rustc();
        rustc.args(["-Cdebuginfo=2", "-Awarnings", "--crate-type=cdylib"]);
        tools::run(rustc.arg(&source).arg("-o").arg(&object));
        object
    }
}

#[test]
fn refusals_are_explained_at_the_right_line_with_the_right_rule() {
    let lab = Lab::new();
    let mut page = String::from(HEAD);
    let (mut lines, mut rules, mut faults) = (0, 0, Vec::new());
    for row in ROWS {
        let object = row.build(&lab);
        let output = tools::attempt(verdict().arg("--json").arg(&object));
        let value: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", row.name, tools::said(&output)));
        let program = &value["kernels"][0]["objects"][0]["programs"][0];
        let told = &program["explanation"];
        let place = told["place"].as_str().unwrap_or_default();
        let rule = told["rule"].as_str().unwrap_or_default();
        let is_exact = place.ends_with(&format!(":{LINE}"));
        // BTF has no chain of inlined calls: of code from a library, the nearest line of the user's before it is told.
        let is_near = told["inside"].is_string() && place.ends_with(&format!(":{}", LINE - 1));
        let has_line = is_exact || is_near;
        let has_rule = row.rule.split('|').any(|words| rule.contains(words));
        lines += u32::from(is_exact);
        rules += u32::from(has_rule);
        if !has_line || !has_rule {
            faults.push(format!(
                "{} at {place}: {rule}\n{}",
                row.name,
                program["error"].as_str().unwrap_or("no refusal")
            ));
        }
        let _ = write!(page, "{}", section(row, program));
    }
    eprintln!("{lines} lines and {rules} rules of {}", ROWS.len());
    assert!(ROWS.len() >= 40 && lines >= 43, "{lines} lines");
    assert!(
        faults.is_empty(),
        "{lines} lines, {rules} rules of {}:\n{}",
        ROWS.len(),
        faults.join("\n\n")
    );
    compare(&page);
}

const HEAD: &str = "# Refusals, explained\n\nPrograms that the verifier refuses, of the kinds that users report: its own words, and what `bpf-verdict` makes of \
    them. Written by `BLESS=1 cargo nextest run --test system verdict::refusals`, on Linux 6.18; the fault is in line 42 of each.\n";

fn section(row: &Row, program: &Value) -> String {
    let told = &program["explanation"];
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| {
        let items = told[name].as_array().into_iter().flatten();
        items.filter_map(|it| it.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let file = |place: &str| place.rsplit('/').next().unwrap_or_default().to_owned();
    let history: String = list("history")
        .iter()
        .map(|step| format!("  before: {}\n", without_addresses(&file(step))))
        .collect();
    let help: String = list("help").iter().map(|help| format!("  help: {help}\n")).collect();
    let source: Vec<&str> =
        [row.before, row.fault].into_iter().filter(|it| !it.is_empty()).collect();
    let language = if row.language == Language::C { "c" } else { "rust" };
    format!(
        "\n## {}\n\n```{language}\n{}\n```\n\n```text\n{}```\n\n```text\nrefused at {}: {}\n{history}  rule: {}\n{help}```\n",
        row.name,
        source.join("\n"),
        raw_log(program["error"].as_str().unwrap_or_default()),
        file(&text("place")),
        text("message"),
        text("rule"),
    )
}

/// Returns the verifier's log without what differs from run to run.
fn raw_log(text: &str) -> String {
    let (_, rest) = text.rsplit_once("-- BEGIN PROG LOAD LOG --\n").unwrap_or(("", text));
    let (log, _) = rest.split_once("-- END PROG LOAD LOG --").unwrap_or((rest, ""));
    let lines = log.lines().filter(|line| !line.starts_with("verification time"));
    lines.map(|line| without_addresses(line.trim_end()) + "\n").collect()
}

/// Addresses of maps differ from run to run.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.starts_with("0xffff") { "0x..." } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn compare(page: &str) {
    // Another kernel has other words and other states in its log.
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    if !release.starts_with("6.18.") {
        eprintln!("docs/refusals.md shows Linux 6.18, and this is {release}: not compared");
        return;
    }
    let file = Path::new(&tools::workspace()).join("docs/refusals.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, page).expect("docs can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/refusals.md is not what the kernel says; BLESS=1 writes it");
}
