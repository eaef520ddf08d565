// Until 5.10 a program that calls functions could not jump to another program.
//
// compile: -g
// args: --btf --export entry,programs --kernel 5.9
// error: link kernel 5.9 would refuse the object
// help: --ignore-inline-never inlines the functions
// view: stderr
// expect: cause: `entry`: `entry` at {{.*}}/this.c:28 needs tail calls from programs that also call functions: since kernel 5.10
// args: --btf --export entry,programs --kernel 5.9 --ignore-inline-never
// view: disasm entry
// reject: call -0x1
// args: --btf --export entry,programs --kernel 5.10
// view: disasm entry
// expect: call 0xc

struct {
  int (*type)[3];
  int (*key_size)[4];
  int (*value_size)[4];
  int (*max_entries)[1];
} programs __attribute__((section(".maps")));

static long (*tail_call)(void *context, void *map, unsigned int index) = (void *)12;
__attribute__((noinline)) static int answer(volatile int *words) {
  return words[0] + 1;
}
__attribute__((section("xdp"))) int entry(void *packet) {
  tail_call(packet, &programs, 0);
  return answer(packet);
}
