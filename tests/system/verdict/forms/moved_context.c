// A function returns the address of a field of the context: kernels allow only constant offsets from the context itself.
#include "forms.h"

static noinline u32 *field(struct xdp_md *ctx, u32 which) { return which ? &ctx->rx_queue_index : &ctx->ingress_ifindex; }

SEC("xdp") int entry(struct xdp_md *ctx)
{
    u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
    if (data + 1 > end) return 1;
    return (*field(ctx, data[0] & 1) & 1) + 1;
}
