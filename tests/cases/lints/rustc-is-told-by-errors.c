// rustc shows nothing of a linker that succeeds: in a link that it drives, what loaders refuse is an error.
//
// run: mkdir rustcA && printf 'first\nLICENSE\n' > rustcA/symbols && echo nothing > rustcA/nobody
// run: printf 'needy\nLICENSE\n' > rustcA/needs && clang -target bpf -O2 -g -emit-llvm -c needs.c -o needs.bc
// args: --btf --export-symbols rustcA/symbols
// error: link no loader would take the object as it is meant
// says: `first` is in section `xpd`, which no loader knows
// says: loaders cannot read the license `LICENSE`
// cause: its text does not end in a NUL byte
// args: --export-symbols rustcA/nobody
// error: link the output holds no program, no map and no exported function
// help: mark programs and maps `#[unsafe(no_mangle)]`
// link: needs.bc --export-symbols rustcA/needs
// error: link no loader will understand section .maps, `bpf_task_release` without BTF
// help: link with --btf, and compile with debug info
// link: needs.bc
// warning: no loader will understand section .maps, `bpf_task_release` without BTF [needs-btf]
#define SEC(name) __attribute__((section(name)))

static long (*trace_printk)(const char *, int) = (void *)6;
SEC("xpd") int first(void *context) { return 2; }
SEC("socket") int helped(void *context) { return trace_printk(context, 1); }
char LICENSE[3] SEC("license") = "GPL";
//--- needs.c
struct { int (*type)[1]; int *key, *value; int (*max_entries)[1]; } map __attribute__((section(".maps")));
extern void bpf_task_release(void *task) __attribute__((section(".ksyms")));
static long (*delete_elem)(void *, const void *) = (void *)3;
__attribute__((section("syscall"))) int needy(void *context) { bpf_task_release(context); return delete_elem(&map, context); }
char LICENSE[] __attribute__((section("license"))) = "GPL";
