// Sign extension and byte swaps are instructions since 6.6; before, they are spelled out.
#include "lab.h"

SEC("xdp") int extended(struct xdp_md *packet) {
  signed char *start = (signed char *)(long)packet->data;
  signed char *end = (signed char *)(long)packet->data_end;
  if (start + 16 > end)
    return 0;
  long left = *(volatile short *)(start + 12), right = *(volatile signed char *)(start + 14);
  unsigned int swapped = __builtin_bswap32(*(volatile unsigned int *)(start + 8));
  return (left * right + (signed char)swapped) & 0xffff;
}
