// A table of constants is global data, which kernels before 5.2 do not have.
#include "lab.h"

static const unsigned int primes[24] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                        41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89};

SEC("xdp") int weighed(struct xdp_md *packet) {
  unsigned char *start = (unsigned char *)(long)packet->data;
  unsigned char *end = (unsigned char *)(long)packet->data_end;
  unsigned int sum = 0;
  if (start + 24 > end)
    return 0;
  for (int at = 0; at < 24; at++)
    sum += primes[at] * *(volatile unsigned char *)(start + at);
  return sum & 0xffff;
}
