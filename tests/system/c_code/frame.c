// Arrays on the stack, indexed by less than they are aligned to: clang writes the address as an or with the frame
// pointer, and every kernel refuses it.
struct xdp_md {
	unsigned int data, data_end;
};

#define SEC(name) __attribute__((section(name), used))
#define ALIGNED(bytes) __attribute__((aligned(bytes)))
#define BYTES 32

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

// The packet's first bytes, or nothing.
static inline u8 *packet(struct xdp_md *ctx)
{
	u8 *start = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
	return start + BYTES > end ? 0 : start;
}

SEC("xdp") int bytes(struct xdp_md *ctx)
{
	u8 buf[8] ALIGNED(8), *p = packet(ctx);
	if (!p)
		return 0;
	__builtin_memcpy(buf, p, sizeof(buf));
	return buf[p[8] & 7];
}

// An element of two bytes, in the middle of a structure.
SEC("xdp") int pairs(struct xdp_md *ctx)
{
	struct {
		u64 before;
		u16 pairs[4];
	} s;
	u8 *p = packet(ctx);
	if (!p)
		return 0;
	__builtin_memcpy(&s, p, sizeof(s));
	return s.pairs[p[16] & 3] + (u8)s.before;
}

// Two indices, two ors.
SEC("xdp") int table(struct xdp_md *ctx)
{
	u8 cells[2][4] ALIGNED(8), *p = packet(ctx);
	if (!p)
		return 0;
	__builtin_memcpy(cells, p, sizeof(cells));
	return cells[p[8] & 1][p[9] & 3];
}

// More than a frame is aligned to.
SEC("xdp") int wide(struct xdp_md *ctx)
{
	u8 buf[16] ALIGNED(16), *p = packet(ctx);
	if (!p)
		return 0;
	__builtin_memcpy(buf, p, sizeof(buf));
	return buf[p[16] & 15];
}

// Written by index, read whole.
SEC("xdp") int marked(struct xdp_md *ctx)
{
	u8 buf[8] ALIGNED(8) = {}, *p = packet(ctx);
	u32 halves[2];
	if (!p)
		return 0;
	buf[p[0] & 7] = p[1];
	__builtin_memcpy(halves, buf, sizeof(buf));
	return halves[0] + 3 * halves[1];
}

// An or of numbers, which all kernels take.
SEC("xdp") int numbers(struct xdp_md *ctx)
{
	u8 *p = packet(ctx);
	if (!p)
		return 0;
	u64 low = p[0] & 7, high = (u64)p[1] << 3;
	return low | high;
}

char LICENSE[] SEC("license") = "GPL";
