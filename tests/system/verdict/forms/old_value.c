// At cpu v3 an atomic addition returns the old value, even if nobody reads it; kernels before 5.12 lack that.
#include "forms.h"

SEC("xdp") int entry(struct xdp_md *ctx)
{
    u32 key = 0;
    u64 *value = lookup(&counts, &key);
    if (!value) return 0;
    __sync_fetch_and_add(value, 1);
    return 2;
}
