char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, 2); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64);} counts SEC(".maps");
extern int LINUX_KERNEL_VERSION __kconfig;
extern const void bpf_prog_active __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
static volatile int hits; const volatile int limit = 5; int dat = 7;
static __attribute__((noinline)) int sub(int x) { hits += x; return hits + limit; }
__attribute__((noinline)) int glob(int x) { return sub(x) + dat; }
SEC("xdp") int prog(struct xdp_md *ctx) { __u32 k = 1; __u64 *v = bpf_map_lookup_elem(&counts, &k); if (v) __sync_fetch_and_add(v, 1);
 return glob(ctx->data_end - ctx->data) > 4 ? sub(2) : LINUX_KERNEL_VERSION; }
SEC("classifier") int kf(struct __sk_buff *s) { bpf_rcu_read_lock(); if (bpf_rcu_read_unlock) bpf_rcu_read_unlock(); return &bpf_prog_active ? 1 : 0; }
