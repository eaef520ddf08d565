// Types of every kind: bit fields, nameless members, enumerations of 64 bits, arrays of any length, functions.
#include "bpf.h"
enum wide { WIDE_LOW = -1, WIDE_HIGH = 0x100000000LL };
enum small { SMALL_A, SMALL_B = 200 } __attribute__((packed));
typedef int (*callback)(struct xdp_md *ctx, const char *name, ...);
struct bits {
    __u32 a : 3, b : 5, : 4, c : 20;
    __s64 d : 40;
};
struct all {
    union {
        struct {
            __u16 x, y;
        };
        __u32 both;
    };
    struct bits bits;
    enum wide wide;
    enum small small;
    callback call;
    float f;
    double d;
    __int128 huge;
    const volatile char *restrict text;
    struct all *next;
    struct undefined_anywhere *opaque;
    struct bits grid[2][3];
    __u8 rest[];
};
struct bpf_spin_lock {
    __u32 val;
};
struct locked {
    struct bpf_spin_lock lock;
    int value;
};
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct locked);
} guarded SEC(".maps");
struct all everything;
union {
    int number;
    float real;
} nameless;

SEC("tc") int types(struct __sk_buff *skb) {
    __u32 key = 0;
    struct locked *it = bpf_map_lookup_elem(&guarded, &key);
    if (it) {
        bpf_spin_lock(&it->lock);
        it->value++;
        bpf_spin_unlock(&it->lock);
    }
    everything.bits.b += nameless.number;
    return everything.both + everything.bits.d + everything.small + (everything.wide == WIDE_HIGH);
}
