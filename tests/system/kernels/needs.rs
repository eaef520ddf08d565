//! Programs that need one feature of the kernel each: the report names its release and its line, and every kernel of
//! the lab agrees.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::Kernel as Version;
use serde_json::Value;

use crate::support::{
    kernels::Kernel,
    lab::{Loader, Request},
    tools,
};

/// The line of the feature, and that of the function around it.
const LINE: u32 = 42;

/// A program with one feature.
struct Row {
    name: &'static str,
    since: (u16, u16),
    kind: &'static str,
    /// The judge, if kernels of the lab can be one: some features need a target, another module or a setting.
    judge: Judge,
    flags: &'static str,
    globals: &'static str,
    section: &'static str,
    body: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Judge {
    Lab,
    Table,
}

macro_rules! rows {
    ($($name:literal $major:literal . $minor:literal $kind:literal $judge:ident $flags:literal [$globals:literal] $section:literal $body:literal;)*) => {
        &[$(Row { name: $name, since: ($major, $minor), kind: $kind, judge: Judge::$judge, flags: $flags,
                  globals: $globals, section: $section, body: $body }),*]
    };
}

const ROWS: &[Row] = rows! {
    "devmap" 4 . 14 "map-type" Lab "-mcpu=v1" ["MAP(m, 14, u32, u32);"] "xdp" "return H(51, void *, u64, u64)(&m, 0, 0);";
    "less-than" 4 . 14 "instruction" Lab "-mcpu=v2" [""] "xdp" "asm volatile(\"r1 = 1; if r1 < 5 goto +0\" ::: \"r1\"); return 1;";
    "adjust-meta" 4 . 15 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(54, void *, int)(ctx, 0);";
    "cpumap" 4 . 15 "map-type" Lab "-mcpu=v1" ["MAP(m, 16, u32, u32);"] "xdp" "return H(51, void *, u64, u64)(&m, 0, 0);";
    "call" 4 . 16 "call" Lab "-mcpu=v1" ["NOINLINE int f(int a) { asm volatile(\"\" : \"+r\"(a)); return a; }"] "xdp" "return f(1) + f(2);";
    "raw-tracepoint" 4 . 17 "program-type" Lab "-mcpu=v1" [""] "raw_tracepoint/sys_enter" "return 0;";
    "connect4" 4 . 17 "program-type" Lab "-mcpu=v1" [""] "cgroup/connect4" "return 1;";
    "adjust-tail" 4 . 18 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(65, void *, int)(ctx, 0);";
    "sockhash" 4 . 18 "map-type" Lab "-mcpu=v1" ["MAP(m, 18, u32, u32);"] "sk_skb/stream_verdict" "u32 key = 0; return H(72, void *, void *, void *, u64)(ctx, &m, &key, 0);";
    "sk-reuseport" 4 . 19 "program-type" Lab "-mcpu=v1" [""] "sk_reuseport" "return 1;";
    "queue" 4 . 20 "map-type" Lab "-mcpu=v1" ["QUEUE(m, 22);"] "xdp" "u32 v = 1; return H(87, void *, void *, u64)(&m, &v, 0);";
    "flow-dissector" 4 . 20 "program-type" Lab "-mcpu=v1" [""] "flow_dissector" "return 0;";
    "msg-pop-data" 5 . 0 "helper" Lab "-mcpu=v1" [""] "sk_msg" "return H(91, void *, u32, u32, u64)(ctx, 0, 0, 0);";
    "jump-32" 5 . 1 "instruction" Lab "-mcpu=v3" [""] "xdp" "asm volatile(\"r0 = 1; if w0 == 5 goto +0\" ::: \"r0\"); return 1;";
    "spin-lock" 5 . 1 "map-field" Lab "-mcpu=v1" ["struct bpf_spin_lock { u32 val; }; struct v { struct bpf_spin_lock l; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); if (v) { H(93, void *)(&v->l); H(94, void *)(&v->l); } return 0;";
    "global-data" 5 . 2 "data" Lab "-mcpu=v1" ["static volatile u32 number = 7;"] "xdp" "return number;";
    "sysctl" 5 . 2 "program-type" Lab "-mcpu=v1" [""] "cgroup/sysctl" "return 1;";
    "size" 5 . 2 "size" Lab "-mcpu=v1" [""] "xdp" "asm volatile(\".rept 5000; r0 = 1; .endr\" ::: \"r0\"); return 1;";
    "loop" 5 . 3 "loop" Lab "-mcpu=v1" [""] "xdp" "asm volatile(\"r1 = 10; r1 += -1; if r1 != 0 goto -2\" ::: \"r1\"); return 1;";
    "send-signal" 5 . 3 "helper" Lab "-mcpu=v1" [""] "kprobe/do_nanosleep" "return H(109, u32)(9);";
    "getsockopt" 5 . 3 "program-type" Lab "-mcpu=v1" [""] "cgroup/getsockopt" "return 1;";
    "devmap-hash" 5 . 4 "map-type" Lab "-mcpu=v1" ["MAP(m, 25, u32, u32);"] "xdp" "return H(51, void *, u64, u64)(&m, 0, 0);";
    "probe-read-kernel" 5 . 5 "helper" Lab "-mcpu=v1" [""] "kprobe/do_nanosleep" "u64 b; return H(113, void *, u32, void *)(&b, 8, (void *)8);";
    "fentry" 5 . 5 "program-type" Table "-mcpu=v1" [""] "fentry/do_nanosleep" "return 0;";
    "jiffies" 5 . 6 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(118, void)();";
    "tcp-congestion" 5 . 6 "struct-ops" Table "-mcpu=v1" ["struct tcp_congestion_ops { void (*init)(void *); char name[16]; }; int entry(void *ctx); SEC(\".struct_ops\") struct tcp_congestion_ops ops = { .init = (void *)entry, .name = \"x\" };"] "struct_ops/init" "return 0;";
    "ancestor-cgroup" 5 . 7 "helper" Lab "-mcpu=v1" [""] "cgroup/connect4" "H(123, int)(0); return 1;";
    "lsm" 5 . 7 "program-type" Table "-mcpu=v1" [""] "lsm/file_open" "return 0;";
    "ringbuf" 5 . 8 "map-type" Lab "-mcpu=v1" ["RING(m, 27);"] "xdp" "return H(134, void *, u64)(&m, 0);";
    "boot-time" 5 . 8 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(125, void)();";
    "sk-lookup" 5 . 9 "program-type" Lab "-mcpu=v1" [""] "sk_lookup" "return 1;";
    "tail-call-and-call" 5 . 10 "call" Lab "-mcpu=v1" ["MAP(m, 3, u32, u32); NOINLINE int f(int a) { asm volatile(\"\" : \"+r\"(a)); return a; }"] "xdp" "H(12, void *, void *, u32)(ctx, &m, 0); return f(1) + f(2);";
    "typed-ksym" 5 . 10 "data" Table "-mcpu=v1" ["extern const int bpf_prog_active SEC(\".ksyms\");"] "raw_tp/sys_enter" "asm volatile(\"\" :: \"r\"(&bpf_prog_active)); return 0;";
    "coarse-time" 5 . 11 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(160, void)();";
    "task-storage" 5 . 11 "map-type" Table "-mcpu=v1" ["STORAGE(m, 29);"] "fentry/do_nanosleep" "return H(157, void *, void *)(&m, 0);";
    "fetch-and-or" 5 . 12 "instruction" Lab "-mcpu=v3" [""] "xdp" "u64 word = 1; u64 old = __sync_fetch_and_or(&word, 2); return old == 1;";
    "check-mtu" 5 . 12 "helper" Lab "-mcpu=v1" [""] "xdp" "u32 mtu = 0; return H(163, void *, u32, void *, int, u64)(ctx, 0, &mtu, 0, 0);";
    "for-each" 5 . 13 "helper" Lab "-mcpu=v1" ["MAP(m, 2, u32, u32); static long each(void *map, u32 *k, u32 *v, void *c) { return 0; }"] "xdp" "return H(164, void *, void *, void *, u64)(&m, each, 0, 0);";
    "slow-start" 5 . 13 "kernel-function" Table "-mcpu=v1" ["extern u32 tcp_slow_start(void *tp, u32 acked) KSYM;"] "struct_ops/x" "return tcp_slow_start(ctx, 1);";
    "syscall" 5 . 14 "program-type" Lab "-mcpu=v1" [""] "syscall" "return 0;";
    "timer" 5 . 15 "map-field" Lab "-mcpu=v1" ["struct bpf_timer { u64 a[2]; } __attribute__((aligned(8))); struct v { struct bpf_timer t; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; struct v *v = H(1, void *, void *)(&m, &k); return v ? H(169, void *, void *, u64)(&v->t, &m, 7) : 0;";
    "attach-cookie" 5 . 15 "helper" Lab "-mcpu=v1" [""] "kprobe/do_nanosleep" "return H(174, void *)(ctx);";
    "bloom-filter" 5 . 16 "map-type" Lab "-mcpu=v1" ["QUEUE(m, 30);"] "xdp" "u32 v = 1; return H(89, void *, void *)(&m, &v);";
    "branch-snapshot" 5 . 16 "helper" Lab "-mcpu=v1" [""] "kprobe/do_nanosleep" "u64 b[3]; return H(176, void *, u32, u64)(b, 24, 0);";
    "bpf-loop" 5 . 17 "helper" Lab "-mcpu=v1" ["static long each(u32 i, void *c) { return 0; }"] "xdp" "return H(181, u32, void *, void *, u64)(10, each, 0, 0);";
    "frags" 5 . 18 "program-type" Lab "-mcpu=v1" [""] "xdp.frags" "return 2;";
    "buff-len" 5 . 18 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(188, void *)(ctx);";
    "percpu-elem" 5 . 19 "helper" Lab "-mcpu=v1" ["MAP(m, 6, u32, u32);"] "xdp" "u32 k = 0; return H(195, void *, void *, u32)(&m, &k, 0) != 0;";
    "kptr" 5 . 19 "map-field" Table "-mcpu=v1" ["struct task_struct; struct v { struct task_struct __attribute__((btf_type_tag(\"kptr\"))) *t; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "raw-syncookie" 6 . 0 "helper" Lab "-mcpu=v1" [""] "xdp" "char ip[20] = {}; char tcp[20] = {}; return H(204, void *, void *, u32)(ip, tcp, 20);";
    "tai-time" 6 . 1 "helper" Lab "-mcpu=v1" [""] "xdp" "return H(208, void)();";
    "user-ringbuf" 6 . 1 "map-type" Table "-mcpu=v1" ["RING(m, 31);"] "xdp" "asm volatile(\"\" :: \"r\"(&m)); return 0;";
    "rcu-lock" 6 . 2 "kernel-function" Lab "-mcpu=v1" ["extern void bpf_rcu_read_lock(void) KSYM; extern void bpf_rcu_read_unlock(void) KSYM;"] "tc" "bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0;";
    "cpumask" 6 . 3 "kernel-function" Table "-mcpu=v1" ["extern void *bpf_cpumask_create(void) KSYM; extern void bpf_cpumask_release(void *) KSYM;"] "tp_btf/sys_enter" "void *m = bpf_cpumask_create(); if (m) bpf_cpumask_release(m); return 0;";
    "iterate-numbers" 6 . 4 "kernel-function" Lab "-mcpu=v1" ["struct bpf_iter_num { u64 o[1]; }; extern int bpf_iter_num_new(struct bpf_iter_num *i, int a, int b) KSYM; extern void bpf_iter_num_destroy(struct bpf_iter_num *i) KSYM;"] "tc" "struct bpf_iter_num i; bpf_iter_num_new(&i, 0, 3); bpf_iter_num_destroy(&i); return 0;";
    "netfilter" 6 . 4 "program-type" Table "-mcpu=v1" [""] "netfilter" "return 1;";
    "dynptr-is-null" 6 . 5 "kernel-function" Table "-mcpu=v1" ["extern _Bool bpf_dynptr_is_null(void *p) KSYM;"] "tc" "u64 d[2]; return bpf_dynptr_is_null(d);";
    "signed-move" 6 . 6 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"r1 = 5; r0 = (s8)r1\" ::: \"r0\", \"r1\"); return 1;";
    "signed-load" 6 . 6 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"r1 = 5; *(u64 *)(r10 - 8) = r1; r0 = *(s8 *)(r10 - 8)\" ::: \"r0\", \"r1\"); return 1;";
    "byte-swap" 6 . 6 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"r0 = 5; r0 = bswap64 r0\" ::: \"r0\"); return 1;";
    "signed-division" 6 . 6 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"r0 = 5; r0 s/= 3\" ::: \"r0\"); return 1;";
    "long-jump" 6 . 6 "instruction" Table "-mcpu=v4" [""] "xdp" "asm volatile(\"r1 = 1; if r1 == 5 goto +1; gotol +1; r1 = 2\" ::: \"r1\"); return 1;";
    "tcx" 6 . 6 "program-type" Table "-mcpu=v1" [""] "tcx/ingress" "return 0;";
    "netkit" 6 . 7 "program-type" Table "-mcpu=v1" [""] "netkit/primary" "return 0;";
    "cpumask-weight" 6 . 8 "kernel-function" Table "-mcpu=v1" ["extern u32 bpf_cpumask_weight(const void *m) KSYM;"] "tp_btf/sys_enter" "return bpf_cpumask_weight(ctx);";
    "may-goto" 6 . 9 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"may_goto +1; r1 = 2\" ::: \"r1\"); return 1;";
    "arena" 6 . 9 "map-type" Table "-mcpu=v1" ["struct { UINT(type, 33); UINT(map_flags, 1024); UINT(max_entries, 1); } m SEC(\".maps\");"] "syscall" "asm volatile(\"\" :: \"r\"(&m)); return 0;";
    "stack-in-sixteens" 6 . 9 "stack" Lab "-mcpu=v1" ["NOINLINE int f(int a) { asm volatile(\"r5 = 0; *(u64 *)(r10 - 240) = r5\" ::: \"r5\"); return a; }"] "xdp" "asm volatile(\"r5 = 0; *(u64 *)(r10 - 272) = r5\" ::: \"r5\"); return f(1) + f(2);";
    "no-preemption" 6 . 10 "kernel-function" Lab "-mcpu=v1" ["extern void bpf_preempt_disable(void) KSYM; extern void bpf_preempt_enable(void) KSYM;"] "tc" "bpf_preempt_disable(); bpf_preempt_enable(); return 0;";
    "work-queue" 6 . 10 "map-field" Table "-mcpu=v1" ["struct bpf_wq { u64 a[2]; }; struct v { struct bpf_wq w; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "hid" 6 . 11 "struct-ops" Table "-mcpu=v1" ["struct hid_bpf_ops { int (*hid_rdesc_fixup)(void *); }; int entry(void *ctx); SEC(\".struct_ops.link\") struct hid_bpf_ops ops = { .hid_rdesc_fixup = (void *)entry };"] "struct_ops/x" "return 0;";
    "scheduler" 6 . 12 "struct-ops" Table "-mcpu=v1" ["struct sched_ext_ops { int (*init)(void *); }; int entry(void *ctx); SEC(\".struct_ops.link\") struct sched_ext_ops ops = { .init = (void *)entry };"] "struct_ops.s/init" "return 0;";
    "private-stacks" 6 . 13 "stack" Lab "-mcpu=v1" ["NOINLINE int f(int a) { asm volatile(\"r5 = 0; *(u64 *)(r10 - 256) = r5\" ::: \"r5\"); return a; }"] "tracepoint/syscalls/sys_enter_write" "asm volatile(\"r5 = 0; *(u64 *)(r10 - 512) = r5\" ::: \"r5\"); return f(1) + f(2);";
    "local-irq" 6 . 14 "kernel-function" Lab "-mcpu=v1" ["extern void bpf_local_irq_save(u64 *f) KSYM; extern void bpf_local_irq_restore(u64 *f) KSYM;"] "tc" "u64 f; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0;";
    "acquire" 6 . 15 "instruction" Lab "-mcpu=v4" [""] "xdp" "asm volatile(\"r1 = 5; *(u64 *)(r10 - 8) = r1; r1 = r10; r0 = load_acquire((u64 *)(r1 - 8))\" ::: \"r0\", \"r1\"); return 1;";
    "resilient-lock" 6 . 15 "map-field" Table "-mcpu=v1" ["struct bpf_res_spin_lock { u32 a; }; struct v { struct bpf_res_spin_lock l; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "qdisc" 6 . 16 "struct-ops" Table "-mcpu=v1" ["struct Qdisc_ops { int (*init)(void *); }; int entry(void *ctx); SEC(\".struct_ops\") struct Qdisc_ops ops = { .init = (void *)entry };"] "struct_ops/init" "return 0;";
    "string-length" 6 . 17 "kernel-function" Lab "-mcpu=v1" ["static const char text[] = \"abc\"; extern int bpf_strlen(const char *s) KSYM;"] "tc" "return bpf_strlen(text) == 3;";
    "string-case" 6 . 18 "kernel-function" Lab "-mcpu=v1" ["static const char text[] = \"abc\"; extern int bpf_strcasecmp(const char *a, const char *b) KSYM;"] "tc" "return bpf_strcasecmp(text, text);";
    "task-work" 6 . 18 "map-field" Table "-mcpu=v1" ["struct bpf_task_work { u64 a; }; struct v { struct bpf_task_work w; }; MAP(m, 2, u32, struct v);"] "tc" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "instruction-array" 6 . 19 "map-type" Table "-mcpu=v1" ["MAP(m, 34, u32, u64);"] "xdp" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "fsession" 7 . 0 "program-type" Table "-mcpu=v1" [""] "fsession/do_nanosleep" "return 0;";
    "string-n-case" 7 . 0 "kernel-function" Lab "-mcpu=v1" ["static const char text[] = \"abc\"; extern int bpf_strncasecmp(const char *a, const char *b, u64 n) KSYM;"] "tc" "return bpf_strncasecmp(text, text, 2);";
    "object-new" 7 . 1 "kernel-function" Table "-mcpu=v1" ["extern void *bpf_obj_new(u64 id) KSYM;"] "tc" "return bpf_obj_new(1) != 0;";
    "nine-deep" 7 . 2 "call-depth" Lab "-mcpu=v1" ["NOINLINE int f8(int a) { asm volatile(\"\" : \"+r\"(a)); return a; } DEEPER(f7, f8) DEEPER(f6, f7) DEEPER(f5, f6) DEEPER(f4, f5) DEEPER(f3, f4) DEEPER(f2, f3) DEEPER(f1, f2)"] "xdp" "return f1(1) + f1(2);";
    "rhash" 7 . 2 "map-type" Table "-mcpu=v1" ["MAP(m, 35, u32, u32);"] "xdp" "u32 k = 0; return H(1, void *, void *)(&m, &k) != 0;";
    "icmp-send" 7 . 3 "kernel-function" Table "-mcpu=v1" ["extern int bpf_icmp_send(void *skb, int type, int code) KSYM;"] "tc" "return bpf_icmp_send(ctx, 3, 1);";
};

const HEAD: &str = r#"
typedef unsigned int u32; typedef unsigned long u64;
#define SEC(name) __attribute__((section(name), used))
#define KSYM __attribute__((section(".ksyms")))
#define NOINLINE __attribute__((noinline)) static
#define UINT(name, value) int (*name)[value]
#define MAP(name, kind, K, V) struct { UINT(type, kind); UINT(max_entries, 4); K *key; V *value; } name SEC(".maps")
#define QUEUE(name, kind) struct { UINT(type, kind); UINT(max_entries, 4); u32 *value; } name SEC(".maps")
#define RING(name, kind) struct { UINT(type, kind); UINT(max_entries, 4096); } name SEC(".maps")
#define STORAGE(name, kind) struct { UINT(type, kind); UINT(map_flags, 1); int *key; u32 *value; } name SEC(".maps")
#define H(number, ...) ((long (*)(__VA_ARGS__))number)
#define DEEPER(name, next) NOINLINE int name(int a) { asm volatile("" : "+r"(a)); return next(a) + 1; }
char LICENSE[] SEC("license") = "GPL";
"#;

impl Row {
    fn build(&self, scratch: &Path) -> (PathBuf, Value) {
        let file = |extension: &str| scratch.join(format!("need-{}.{extension}", self.name));
        let (source, bitcode, object, report) = (file("c"), file("bc"), file("o"), file("json"));
        let Self { globals, section, body, .. } = self;
        let text = format!(
            "{HEAD}#line 10 \"need.c\"\n{globals}\n#line 41 \"need.c\"\nSEC(\"{section}\") int entry(void *ctx) {{\n{body}\n}}\n"
        );
        fs::write(&source, text).expect("temporary files can be written");
        let mut clang = tools::bpf_clang();
        clang.args(["-emit-llvm", "-Wno-everything", "-c", self.flags]);
        tools::run(clang.arg(&source).arg("-o").arg(&bitcode));
        let mut link = Command::new(tools::linker());
        link.args(["--btf", "-Wno-stack-chain", "-Wno-call-depth"]).arg(&bitcode);
        tools::run(link.arg("-o").arg(&object).arg("--report-json").arg(&report));
        let report = fs::read(&report).expect("the linker wrote it");
        (object, serde_json::from_slice(&report).expect("the report is JSON"))
    }

    fn version(&self) -> Version {
        Version(self.since.0, self.since.1)
    }

    /// Returns what is wrong with the report.
    fn fault(&self, report: &Value) -> Option<String> {
        let release = self.version().to_string();
        let program = &report["needs"]["programs"][0];
        let needs = program["needs"].as_array().expect("a list of needs");
        let fits = |need: &&Value| {
            let line = if ["program-type", "struct-ops", "size", "call-depth", "stack"]
                .contains(&self.kind)
            {
                LINE - 1..=LINE
            } else {
                LINE..=LINE
            };
            need["kind"] == self.kind
                && need["since"] == release
                && line.into_iter().any(|line| {
                    need["source"]
                        .as_str()
                        .is_some_and(|it| it.ends_with(&format!("need.c:{line}")))
                })
        };
        let is_right = program["oldest"] == release
            && report["needs"]["oldest"] == release
            && needs.iter().any(|need| fits(&need));
        (!is_right).then(|| {
            format!("{}: not {} since {release} at line {LINE}: {program:#}", self.name, self.kind)
        })
    }
}

#[test]
fn the_report_names_release_and_line_of_each_need_and_the_kernels_agree() {
    assert!(ROWS.len() >= 60, "{} rows", ROWS.len());
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let built: Vec<(&Row, PathBuf, Value)> = ROWS
        .iter()
        .map(|row| {
            let (object, report) = row.build(scratch.path());
            (row, object, report)
        })
        .collect();
    let mut faults: Vec<String> =
        built.iter().filter_map(|(row, _, report)| row.fault(report)).collect();
    let judged: Vec<_> = built.iter().filter(|(row, ..)| row.judge == Judge::Lab).collect();
    let requests: Vec<Request> =
        judged.iter().map(|(_, object, _)| Request::load(Loader::Libbpf, object)).collect();
    for kernel in Kernel::ALL {
        let version = kernel.version();
        for ((row, ..), story) in judged.iter().zip(kernel.ask(&requests)) {
            let refusal = story.refusal();
            match (version >= row.version(), refusal) {
                (true, Some(why)) => {
                    faults.push(format!("{} is refused on {version}:\n{why}", row.name))
                }
                (false, None) => faults.push(format!("{} is taken on {version}", row.name)),
                _ => {}
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
}
