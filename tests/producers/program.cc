namespace {

struct Packet {
  unsigned length, kind;
};

template <typename T> [[gnu::noinline]] T sum(T first, T second) {
  return first + second;
}

} // namespace

extern "C" [[gnu::section("socket")]] unsigned program(const Packet *packet) {
  return sum(packet->length, packet->kind) & 7;
}

[[gnu::section("license")]] char LICENSE[] = "GPL";
