// Since 5.13 such a function may take a pointer to a structure; before, only the context and numbers.
#include "forms.h"

struct pair { u32 first, second; };

noinline int larger(struct pair *pair)
{
    if (!pair) return 0;
    return pair->first > pair->second ? pair->first : pair->second;
}

SEC("xdp") int entry(struct xdp_md *ctx)
{
    struct pair pair = { ctx->data_end - ctx->data, ctx->rx_queue_index };
    return larger(&pair) & 3;
}
