// A function that is called twice: kernels before 4.16 know no calls from one BPF function to another.
#include "lab.h"

__attribute__((noinline)) static unsigned int mixed(unsigned int value, unsigned int by) {
  value ^= value >> by;
  return value * 0x85ebca6b;
}

SEC("xdp") int hashed(struct xdp_md *packet) {
  unsigned int length = packet->data_end - packet->data;
  return mixed(mixed(length, 16), 13) & 0xffff;
}
