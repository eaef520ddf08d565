struct packet {
  unsigned length, kind;
};

static __attribute__((noinline)) unsigned sum(const struct packet *packet, int unused) {
  return packet->length + packet->kind;
}

__attribute__((section("socket"))) unsigned program(const struct packet *packet) {
  return sum(packet, 1) & 7;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
