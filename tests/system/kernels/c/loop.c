// A loop of a known number of rounds: kernels before 5.3 refuse loops.
#include "lab.h"

SEC("xdp") int rounds(struct xdp_md *packet) {
  unsigned char *start = (unsigned char *)(long)packet->data;
  unsigned char *end = (unsigned char *)(long)packet->data_end;
  unsigned int sum = 0;
  if (start + 48 > end)
    return 0;
  for (int at = 0; at < 48; at++)
    sum = sum * 31 + *(volatile unsigned char *)(start + at);
  return sum & 0xffff;
}
