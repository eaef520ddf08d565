// The kernel refuses a helper for GPL programs to a program without a license, and rustc would hide a warning.
//
// run: mkdir rustcA && printf 'helped\n' > rustcA/symbols
// args: --btf --export-symbols rustcA/symbols
// error: link `helped` calls the helper `bpf_trace_printk`, which takes a license of the GPL
// cause: the object has no license
// help: `-W no-gpl-helper` if another loader supplies the license
// view: stderr
// expect: --> {{.*}}this.c:16
// args: --btf --export-symbols rustcA/symbols -W no-gpl-helper
// view: symbols
// expect: helped
#define SEC(name) __attribute__((section(name)))

static long (*trace_printk)(const char *, int) = (void *)6;
SEC("socket") int helped(void *context) { return trace_printk(context, 1); }
