// Both files declare variables of .kconfig, kernel functions and a kernel variable; one kernel function is missing.
//
// returns: first 14
// libbpf: any

//--- a.c
#define SEC(name) __attribute__((section(name), used))
#define EXT(name) __attribute__((section(name)))
extern int LINUX_KERNEL_VERSION EXT(".kconfig");
extern _Bool CONFIG_BPF_SYSCALL EXT(".kconfig");
extern void bpf_rcu_read_lock(void) EXT(".ksyms");
extern void bpf_rcu_read_unlock(void) EXT(".ksyms");
extern const void bpf_link_fops EXT(".ksyms");
int more(void);
SEC("tc") int first(void *ctx) { int n; bpf_rcu_read_lock(); n = LINUX_KERNEL_VERSION > 0; bpf_rcu_read_unlock(); return n + CONFIG_BPF_SYSCALL + more() + !!&bpf_link_fops; }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define SEC(name) __attribute__((section(name), used))
#define EXT(name) __attribute__((section(name)))
extern int LINUX_KERNEL_VERSION EXT(".kconfig");
extern void bpf_rcu_read_lock(void) EXT(".ksyms");
extern void bpf_rcu_read_unlock(void) EXT(".ksyms");
extern const void bpf_link_fops EXT(".ksyms");
extern void bpf_no_such_function(int x) EXT(".ksyms") __attribute__((weak));
__attribute__((noinline)) int more(void) { int n; bpf_rcu_read_lock(); n = LINUX_KERNEL_VERSION > 1; bpf_rcu_read_unlock(); if (bpf_no_such_function) bpf_no_such_function(1); return n * 10 + !!&bpf_link_fops; }
