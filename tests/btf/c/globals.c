// Variables of all data sections, also named ones.
#include "bpf.h"
struct limits {
    __u32 low, high;
    char name[8];
};
const volatile struct limits limits = {1, 2, "limit"};
const volatile __u8 enabled = 1;
static const volatile __u64 table[4] = {4, 3, 2, 1};
int counter = 3;
static __u64 history[8] = {9};
__u32 zeroed;
static volatile struct limits seen;
int grouped SEC(".data.group") = 5;
const volatile int quiet SEC(".rodata.quiet") = 6;
__u64 scratch[2] SEC(".bss.scratch");

SEC("xdp") int globals(struct xdp_md *ctx) {
    __u32 index = ctx->ingress_ifindex & 3;
    counter += table[index];
    history[index] += counter;
    zeroed++;
    seen.low = limits.low + enabled;
    seen.name[index] = limits.name[index];
    grouped += quiet;
    scratch[index & 1] = history[index];
    return history[index & 7] > limits.high ? 1 : 2;
}
