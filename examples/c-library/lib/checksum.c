#include "packet.h"

static __u32 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

__u16 checksum_replace(__u16 checksum, __u32 old, __u32 new)
{
	/* ~(~checksum + ~old + new), each half of the addresses on its own. */
	__u32 sum = (__u16)~checksum;

	sum += (__u16)~old + (__u16)~(old >> 16);
	sum += (__u16)new + (__u16)(new >> 16);
	return ~fold(sum);
}
