// Tags on declarations and types, which the verifier and loaders read.
#include "bpf.h"
#define __user __type_tag("user")
#define __kptr_untrusted __type_tag("kptr_untrusted")
struct task_struct;
struct tagged {
    int plain;
    int marked __tag("member") __tag("twice");
    struct task_struct __kptr_untrusted *task;
} __tag("whole");
typedef struct tagged renamed __tag("typedef");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tagged);
} store SEC(".maps");
renamed table[1] __tag("variable");
int __user *where;
__noinline __tag("function") int tagged(struct xdp_md *ctx __tag("arg:ctx"), int number __tag("arg")) {
    return ctx->ingress_ifindex + number + table[0].marked;
}
SEC("xdp") int tags(struct xdp_md *ctx) {
    __u32 key = 0;
    struct tagged *found = bpf_map_lookup_elem(&store, &key);
    return tagged(ctx, found ? found->marked : 0) + (where ? 1 : 0);
}
