/* An XDP load balancer for UDP: packets to the service's address go on to one of the backends,
 * those of one flow always to the same. What packet programs share comes from libpacket.a. */
#include "packet.h"

#define ETHERTYPE_IPV4 0x0800
#define UDP 17
#define BACKENDS 4

struct ethernet {
	__u8 destination[6];
	__u8 source[6];
	__u16 type;
} __attribute__((packed));

struct ipv4 {
	__u8 version_and_length;
	__u8 service;
	__u16 length;
	__u16 id;
	__u16 fragment;
	__u8 lifetime;
	__u8 protocol;
	__u16 checksum;
	__u32 source;
	__u32 destination;
} __attribute__((packed));

struct udp {
	__u16 source;
	__u16 destination;
	__u16 length;
	__u16 checksum;
} __attribute__((packed));

/* Addresses in network byte order; 0 stands for none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, __u32);
} backends SEC(".maps");

/* Packets by backend. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

/* The address of the service, in network byte order; a loader sets it. */
volatile const __u32 service = 0;

static void count(__u32 backend)
{
	__u64 *counter = bpf_map_lookup_elem(&packets, &backend);

	if (counter)
		*counter += 1;
}

static int forward(struct ipv4 *ip, struct udp *udp)
{
	struct flow flow = {
		.source = ip->source,
		.destination = ip->destination,
		.source_port = udp->source,
		.destination_port = udp->destination,
	};
	__u32 backend = flow_hash(&flow) % BACKENDS;
	__u32 *address = bpf_map_lookup_elem(&backends, &backend);

	if (!address || *address == 0)
		return XDP_DROP;
	ip->checksum = checksum_replace(ip->checksum, ip->destination, *address);
	ip->destination = *address;
	udp->checksum = 0; /* allowed over IPv4: not computed */
	count(backend);
	return XDP_TX;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethernet *ethernet = data;
	struct ipv4 *ip = (void *)(ethernet + 1);
	struct udp *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end || ethernet->type != bpf_htons(ETHERTYPE_IPV4))
		return XDP_PASS;
	/* Headers with options are rare: the stack may have them. */
	if (ip->version_and_length != 0x45 || ip->protocol != UDP || ip->destination != service)
		return XDP_PASS;
	return forward(ip, udp);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
