/* libpacket.a: what packet programs share. */
#pragma once

#include "bpf.h"

/* Everything that tells one connection from another, in network byte order. */
struct flow {
	__u32 source;
	__u32 destination;
	__u16 source_port;
	__u16 destination_port;
};

/* A hash of the flow, the same on little-endian and big-endian machines for the same numbers
 * in the fields. */
__u32 flow_hash(const struct flow *flow);

/* The checksum of an IPv4 header after `old` was replaced by `new` in it; all values as they
 * stand in the packet (RFC 1624). */
__u16 checksum_replace(__u16 checksum, __u32 old, __u32 new);
