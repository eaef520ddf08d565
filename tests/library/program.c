#define SEC(name) __attribute__((section(name), used))

typedef unsigned int u32;
typedef unsigned long long u64;

struct {
  int (*type)[2];
  int (*max_entries)[16];
  u32 *key;
  u64 *value;
} counters SEC(".maps");

static void *(*lookup)(void *map, const void *key) = (void *)1;

struct packet {
  u32 length;
  u32 mark;
  u64 seen[4];
};

volatile u64 total;

static __attribute__((noinline)) u64 weigh(const struct packet *packet) {
  u64 sum = 0;
#pragma clang loop unroll(disable)
  for (int at = 0; at < 4; at++)
    sum += packet->seen[at] * (packet->length + at);
  return sum;
}

SEC("xdp") int pass(void *context) {
  struct packet packet = {.length = (u32)(u64)context, .mark = 7, .seen = {1, 2, 3, 4}};
  u32 key = packet.mark;
  u64 *counter = lookup(&counters, &key);
  if (counter)
    *counter += weigh(&packet);
  total += key;
  return 2;
}

char LICENSE[] SEC("license") = "GPL";
