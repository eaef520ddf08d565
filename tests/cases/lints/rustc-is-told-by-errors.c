// rustc shows nothing of a linker that succeeds: in a link that it drives, what loaders refuse is an error.
//
// run: mkdir rustcA && printf 'first\nLICENSE\n' > rustcA/symbols && echo nothing > rustcA/nobody
// args: --btf --export-symbols rustcA/symbols
// error: link no loader would take the object as it is meant
// says: `first` is in section `xpd`, which no loader knows
// says: loaders cannot read the license `LICENSE`
// cause: its text does not end in a NUL byte
// args: --export-symbols rustcA/nobody
// error: link the output holds no program, no map and no exported function
// help: mark programs and maps `#[unsafe(no_mangle)]`
#define SEC(name) __attribute__((section(name)))

static long (*trace_printk)(const char *, int) = (void *)6;
SEC("xpd") int first(void *context) { return 2; }
SEC("socket") int helped(void *context) { return trace_printk(context, 1); }
char LICENSE[3] SEC("license") = "GPL";
