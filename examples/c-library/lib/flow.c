#include "packet.h"

/* So that every bit of the input reaches the low bits, which pick a backend (MurmurHash3's last step). */
static __u32 mix(__u32 hash)
{
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35;
	return hash ^ hash >> 16;
}

/* FNV-1a over 32-bit words. */
__u32 flow_hash(const struct flow *flow)
{
	const __u32 words[] = {
		flow->source,
		flow->destination,
		(__u32)flow->source_port << 16 | flow->destination_port,
	};
	__u32 hash = 2166136261u;

	for (int i = 0; i < 3; i++) {
		hash ^= words[i];
		hash *= 16777619u;
	}
	return mix(hash);
}
