// The level of native code is read from its instructions: its compiler was told another level than the linker.
//
// run: clang -target bpf -O2 -g -mcpu=v3 -c high.c -o high.o && clang -target bpf -O2 -g -mcpu=v1 -c low.c -o low.o
// run: clang -target bpf -O2 -g -mcpu=v1 -emit-llvm -c low.c -o low.bc
// link: high.o low.o --cpu v1
// error: link high.o has code above --cpu v1
// help: compile it with -mcpu=v1, or raise --cpu
// link: high.o low.bc --cpu v2
// error: link high.o has code above --cpu v2
// link: high.o low.o --cpu v3
// link: high.o low.o --cpu generic
// link: low.o high.o

//--- high.c
__attribute__((noinline)) unsigned helper(unsigned x) {
  return x > 7 ? x * 3 : x + 1;
}
//--- low.c
unsigned helper(unsigned x);
__attribute__((section("xdp"), used)) int prog(void *context) { return helper(1); }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
