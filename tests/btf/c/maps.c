// BTF-defined maps of many shapes, inner maps and a table of programs filled at load time.
#include "bpf.h"
struct key {
    __u32 address;
    __u16 port;
    __u8 protocol;
};
struct value {
    __u64 packets, bytes;
    struct value *self;
};
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __uint(map_flags, 1);
    __type(key, struct key);
    __type(value, struct value);
} flows SEC(".maps");
struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} first SEC(".maps"), second SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {(void *)&first, (void *)&second}};
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, 24);
} counters SEC(".maps");
int target(struct xdp_md *ctx);
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, int(void *));
} jumps SEC(".maps") = {.values = {[1] = (void *)&target}};

SEC("xdp") int target(struct xdp_md *ctx) { return 1; }

SEC("xdp") int dispatch(struct xdp_md *ctx) {
    struct key key = {.address = ctx->ingress_ifindex, .port = 53, .protocol = 17};
    struct value *value = bpf_map_lookup_elem(&flows, &key), fresh = {ctx->rx_queue_index, 2, 0};
    if (!value) {
        bpf_map_update_elem(&flows, &key, &fresh, 0);
        return 2;
    }
    __u32 index = 1;
    void *inner = bpf_map_lookup_elem(&outer, &index);
    __u64 *slot = inner ? bpf_map_lookup_elem(inner, &index) : 0;
    if (slot) {
        *slot += value->bytes;
        bpf_ringbuf_output(&events, slot, sizeof(*slot), 0);
    }
    if (bpf_map_lookup_elem(&counters, &index))
        bpf_tail_call(ctx, &jumps, 1);
    return 2;
}
