// Operations that were refused, or at which LLVM crashed. Each program returns a number that no kernel need compute.
#define SEC(name) __attribute__((section(name), used))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct line {
	u64 words[8];
} __attribute__((aligned(64)));

struct integer {
	__int128 value;
	u64 more;
};

struct bytes {
	u8 at[300];
} __attribute__((packed));

struct line from_line = { { 1, 2, 3 } }, to_line;
struct integer from_integer = { 4, 5 }, to_integer;
struct {
	u8 odd;
	struct bytes from, to;
} __attribute__((packed)) shifted = { 0, { { 0, 9 } } };
u32 numbers[2] = { 0xffffffff, 5 };

SEC("xdp") int two_outputs(void *ctx)
{
	u64 a, b;
	asm volatile("%0 = 3\n\t%1 = 4" : "=r"(a), "=r"(b));
	return a + b;
}

SEC("xdp") int tied_outputs(void *ctx)
{
	u64 a = 4, b = 5, c;
	asm volatile("%0 += %1\n\t%1 = 7" : "+r"(a), "+r"(b));
	asm volatile("%0 += -1\n\t%1 = 2" : "=r"(a), "=&r"(c) : "0"(a));
	return a + b + c;
}

SEC("xdp") int labels(void *ctx)
{
	u64 number = numbers[0];
	asm goto("if %0 > 7 goto %l1" : : "r"(number) : : above);
	return 1;
above:
	return 2;
}

SEC("xdp") int labels_and_outputs(void *ctx)
{
	u64 a, b;
	asm goto("%0 = 5\n\t%1 = 6\n\tif %0 > 9 goto %l2" : "=r"(a), "=r"(b) : : : above);
	return a + b;
above:
	return b;
}

SEC("xdp") int overflows(void *ctx)
{
	u32 sum, difference;
	int first = __builtin_add_overflow(numbers[0], numbers[1], &sum);
	int second = __builtin_sub_overflow(numbers[1], numbers[0], &difference);
	return first + 2 * second;
}

SEC("xdp") int aligned_copies(void *ctx)
{
	struct line line;
	struct integer integer;
	to_line = from_line;
	to_integer = from_integer;
	line = to_line;
	integer = to_integer;
	asm volatile("" : : "r"(&line), "r"(&integer) : "memory");
	return line.words[2] + (u32)integer.value + integer.more;
}

SEC("xdp") int unaligned_copies(void *ctx)
{
	shifted.to = shifted.from;
	__builtin_memset(&shifted.from, 0, sizeof(shifted.from));
	return shifted.to.at[1] + shifted.from.at[1];
}

struct header {
	u16 kind;
	u16 words[6];
	u8 rest[16];
} __attribute__((packed));

SEC("xdp") int packed_words(void *ctx)
{
	struct header header;
	u64 word;
	__builtin_memcpy(&header, &shifted, sizeof(header));
	header.kind = 0x0405;
	asm volatile("%0 = *(u16 *)(%1 + 0)" : "=r"(word) : "r"(&header) : "memory");
	return word;
}

static u64 (*random_number)(void) = (void *)7;

static __attribute__((noinline)) int choose(u64 is_known, u64 value, u64 other)
{
	return is_known ? value : other + (random_number() & 0);
}

// On one path there is no value to pass, which lives across a call.
SEC("xdp") int undefined_values(void *ctx)
{
	u64 value, number = numbers[1];
	if (number > 7)
		value = random_number() * number;
	u64 other = random_number() & 0;
	return choose(number > 7, value, other + 13);
}

char LICENSE[] SEC("license") = "GPL";

static volatile u32 *all = &numbers[0], *five = &numbers[1];
u32 failures;
u8 sixty[60] = { [15] = 33 };

static __attribute__((noinline, noreturn)) void fail(void)
{
	failures++;
	for (;;) {
	}
}

static __attribute__((noinline)) u32 checked(u32 number)
{
	if (number == 7)
		return 8;
	fail();
}

SEC("xdp") int noreturn_passed_by(void *ctx)
{
	return checked(*five + 2);
}

SEC("xdp") int noreturn_reached(void *ctx)
{
	return checked(*five) + 3;
}

SEC("xdp") int index_by_modulo(void *ctx)
{
	return sixty[*all % 60];
}

struct __sk_buff {
	u32 len, pkt_type, mark, queue_mapping;
};

SEC("tc") int field_chosen(struct __sk_buff *skb)
{
	return skb->mark ? skb->queue_mapping : skb->len;
}

SEC("xdp") int bits_cleared(void *ctx)
{
	u32 count = 0;
	for (u32 n = *all; n; n &= n - 1)
		count += n & 1 ? 2 : 1;
	return count;
}

SEC("xdp") int carries_folded(void *ctx)
{
	u64 sum = (u64)*all << 20 | *five;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

SEC("xdp") int greatest_divisor(void *ctx)
{
	u64 a = *all, b = *five * 17;
	while (b) {
		u64 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

SEC("xdp") int signed_division(void *ctx)
{
	long long a = -(long long)*five, b = *five - 2;
	return -(a / b * 10 + a % b);
}
