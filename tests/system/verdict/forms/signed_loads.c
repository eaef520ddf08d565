// Instructions of cpu v4, compiled for that level.
#include "forms.h"

SEC("xdp") int entry(struct xdp_md *ctx)
{
    u8 *data = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
    if (data + 16 > end) return 1;
    int a = *(signed char *)data, b = *(short *)(data + 2);
    return (a / (b | 1)) & 3;
}
