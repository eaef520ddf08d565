// Each has a number that the kernel must know.
//
// compile: -g
// args: --btf --kernel 5.6
// error: link kernel 5.6 would refuse the object
// cause: map `ring` needs map type `ringbuf`: since kernel 5.8
// cause: `peer` needs programs of type `sk_lookup`: since kernel 5.9
// help: use an older map type, such as perf_event_array (4.3) for a ring buffer
// help: call another helper on older kernels
// view: stderr
// expect: cause: {{.*}}/this.c:25 needs helper bpf_ringbuf_output (number 130): since kernel 5.8
// args: --btf --kernel 5.9
// view: sections
// expect: sk_lookup

struct {
  int (*type)[27];
  int (*max_entries)[4096];
} ring __attribute__((section(".maps")));

static long (*output)(void *ring, void *data, unsigned long size, unsigned long flags) = (void *)130;

__attribute__((section("xdp"))) int entry(void *packet) {
  int word = 1;
  return output(&ring, &word, 4, 0);
}

__attribute__((section("sk_lookup"))) int peer(void *packet) {
  return 1;
}
