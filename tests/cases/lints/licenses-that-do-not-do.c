// The kernel keeps some helpers, all of its functions, and some types of programs for the GPL.
//
// run: clang -target bpf -O2 -g -emit-llvm -c mit.c -o mit.bc && clang -target bpf -O2 -g -emit-llvm -c gpl.c -o gpl.bc
// run: clang -target bpf -O2 -g -emit-llvm -c pointer.c -o pointer.bc
// args: --btf
// warning: `hooked` is a program of type `lsm`, which takes a license of the GPL
// help: so does `traced`: it calls the helper `bpf_probe_read_kernel` at
// help: the object has no license
// view: stderr
// expect: warning: `hooked` {{.*}}this.c:34) [gpl-helper]
// expect: `bpf_probe_read_kernel` at {{.*}}this.c:31
// run: mkdir rustcA && echo asking > rustcA/symbols
// args: --btf --export-symbols rustcA/symbols -W no-local-program
// error: link `hooked` is a program of type `lsm`
// cause: so does `asking`: it calls the kernel function `bpf_task_from_pid` at
// args: mit.bc --btf
// warning: `hooked` is a program of type `lsm`, which takes a license of the GPL
// help: the kernel does not count `MIT` as compatible with the GPL
// args: gpl.bc --btf
// view: stderr
// reject: warning
// args: pointer.bc --btf
// warning: loaders cannot read the license `LICENSE` [bad-license]
// help: it is a pointer to text: it must be the bytes themselves
#define SEC(name) __attribute__((section(name), used))

static long (*probe_read_kernel)(void *, int, const void *) = (void *)113;
struct task_struct;
extern struct task_struct *bpf_task_from_pid(int pid) __attribute__((section(".ksyms")));

SEC("kprobe/f") int traced(void *context) { long v = 0; probe_read_kernel(&v, 8, context); return v & 1; }


SEC("lsm/file_open") int hooked(void *context) { return 0; }
SEC("syscall") int asking(void *context) { return bpf_task_from_pid(1) != 0; }
//--- mit.c
char LICENSE[] __attribute__((section("license"), used)) = "MIT";
//--- gpl.c
char LICENSE[] __attribute__((section("license"), used)) = "Dual BSD/GPL";
//--- pointer.c
const char *const LICENSE __attribute__((section("license"), used)) = "GPL";
