// Comparisons of 32 bits: jumps on less than since 4.14, on 32 bits since 5.1; before, registers are shifted first.
#include "lab.h"

SEC("xdp") int clamped(struct xdp_md *packet) {
  unsigned char *start = (unsigned char *)(long)packet->data;
  unsigned char *end = (unsigned char *)(long)packet->data_end;
  if (start + 16 > end)
    return 0;
  int low = *(volatile int *)(start + 4), high = *(volatile int *)(start + 8);
  unsigned int many = *(volatile unsigned int *)(start + 12);
  if (low < high)
    return many < 0x01020304 ? 1 : 2;
  return many > 0xfffffff0 ? 3 : 4;
}
