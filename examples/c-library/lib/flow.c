#include "packet.h"

/* FNV-1a over 32-bit words, with a final mix so that the low bits can pick a backend. */
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
	return hash ^ hash >> 16;
}
