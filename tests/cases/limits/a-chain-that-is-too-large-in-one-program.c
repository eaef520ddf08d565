// Loaders can leave one program of an object out: the others must not go with it. rustc hides warnings, so its link fails
// unless the warning is silenced. What the kernel named refuses is an error.
//
// args: -Wno-needs-btf
// warning: the calls from `large` need 608 bytes of stack, and kernels allow 512: loaders take the object only without this program
// view: symbols
// expect: large
// expect: small
// run: mkdir rustcA && printf 'large\nsmall\n' > rustcA/symbols
// args: -Wno-needs-btf --export-symbols rustcA/symbols
// error: link the kernel would refuse the program
// says: the calls from `large` need 608 bytes of stack, 512 are allowed
// help: `-C link-arg=-Wno-stack-chain` links it all the same, for a loader that leaves this program out
// args: -Wno-needs-btf --export-symbols rustcA/symbols -Wno-stack-chain -Wno-gpl-helper
// view: symbols
// expect: large
// args: --kernel 6.9 --export large --export small -Wno-needs-btf
// error: link the kernel would refuse the program
// args: --kernel 6.8 --export edge -Wno-needs-btf
// error: link the kernel would refuse the program
// says: the calls from `edge` need 544 bytes of stack, 512 are allowed
// args: --kernel 6.9 --export edge -Wno-needs-btf
// view: symbols
// expect: edge
// args: --kernel 6.12 --export traced -Wno-needs-btf
// error: link the kernel would refuse the program
// says: the calls from `traced` need 608 bytes of stack, 512 are allowed
// args: --kernel 6.13 --export traced -Wno-needs-btf
// warning: the calls from `traced` need 608 bytes of stack: only kernels from 6.13 on

void use(void *place) __attribute__((section(".ksyms")));

__attribute__((noinline)) static long half(long number) {
  char buffer[304];
  use(buffer);
  return buffer[3] + number;
}

__attribute__((noinline)) static long quarter(long number) {
  char buffer[264];
  use(buffer);
  return buffer[3] + number;
}

__attribute__((section("xdp"))) int large(int *context) {
  char packet[296];
  use(packet);
  return half(packet[1]) + packet[4];
}

__attribute__((section("xdp"))) int small(int *context) { return quarter(*context); }

__attribute__((section("xdp"))) int edge(int *context) {
  char packet[232];
  use(packet);
  return quarter(packet[1]) + packet[4];
}

__attribute__((section("kprobe/do_unlinkat"))) int traced(int *context) {
  char packet[296];
  use(packet);
  return half(packet[1]) + packet[4];
}
