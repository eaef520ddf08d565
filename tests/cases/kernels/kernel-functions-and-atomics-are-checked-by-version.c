// A weak kernel function may be missing; the program tests for it.
//
// compile: -g -mcpu=v3
// args: --btf --kernel 5.11
// error: link kernel 5.11 would refuse the object
// help: use a helper, or declare the function weak and test whether it is there
// view: stderr
// expect: cause: {{.*}}/this.c:21 needs atomic operations other than an addition whose old value is not used: since kernel 5.12
// expect: cause: {{.*}}/this.c:21 needs calls of kernel functions: since kernel 5.13
// args: --btf --kernel 5.13
// view: disasm entry
// expect: atomic_fetch_or

extern int strong(void *packet) __attribute__((section(".ksyms")));
extern int weak(void *packet) __attribute__((section(".ksyms"), weak));
struct packet { long word; };

__attribute__((section("xdp"))) int entry(struct packet *packet) {
  if (weak)
    return weak(packet);
  return __sync_fetch_and_or(&packet->word, 3) + strong(packet);
}
