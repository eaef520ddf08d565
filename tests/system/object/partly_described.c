// Functions that LLVM describes no BTF for, beside those it does; and one that it thinks cold.
char LICENSE[] SEC("license") = "GPL";
static volatile int hits;
__attribute__((nodebug, noinline)) static int sub(int x) { hits += x; return hits; }
__attribute__((nodebug, noinline)) int outside(int x) { hits += x; return hits * 3; }
__attribute__((cold, noinline)) static int cold(int x) { hits += 2 * x; return hits * 5; }
__attribute__((nodebug)) SEC("classifier") int bare(void *s) { return sub(4); }
SEC("xdp") int prog(struct xdp_md *ctx) {
    if (ctx->data > 100) return cold(3);
    return outside(1) + sub(2);
}
