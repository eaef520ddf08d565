// Functions called by others: static, global, weak, hidden, and as callbacks.
#include "bpf.h"
struct pair {
    __u32 left, right;
};
static volatile int hits;
static __noinline int leaf(int x) {
    hits += x;
    return hits;
}
static __noinline int in_the_middle(struct pair *pair, int x) { return leaf(x) + pair->left; }
__noinline int global(const struct pair *pair) { return pair ? pair->left + leaf(pair->right) : 0; }
__weak __noinline int replaceable(int x) { return leaf(x) * 2; }
__hidden __noinline int hidden(int x) { return leaf(x) * 3; }
static long step(__u32 index, void *context) {
    ((struct pair *)context)->right += leaf(index);
    return 0;
}
SEC("xdp") int subprograms(struct xdp_md *ctx) {
    struct pair pair = {ctx->rx_queue_index, 1};
    bpf_loop(4, step, &pair, 0);
    return in_the_middle(&pair, 1) + global(&pair) + replaceable(2) + hidden(pair.right);
}
SEC("xdp") int another(struct xdp_md *ctx) { return replaceable(ctx->rx_queue_index); }
