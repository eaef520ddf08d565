// Loaders take each executable section but `.text` for programs, and make a map of each section of data. So sections
// that a compiler made for one function or variable fold; those that the source names stay.
//
// run: clang -target bpf -O2 -g -ffunction-sections -fdata-sections -c a.c -o a.o
// view: sections in a.o
// expect: .text.helper
// expect: .data.counter
// link: a.o
// view: sections
// reject: .text.
// reject: .data.counter
// reject: .rodata.limit
// expect: .text PROGBITS
// expect: .data.custom PROGBITS
// view: symbols
// expect: g O .data {{.*}} counter
// view: btf
// count: 1 DATASEC '.data' size=4 vlen=1
// expect: DATASEC '.data.custom'
// run: clang -target bpf -O2 -g -c b.c -o b.o
// link: b.o
// view: sections
// expect: .data.dump PROGBITS
// link: -r b.o
// view: sections
// expect: .data.dump PROGBITS

//--- a.c
int counter = 3;
const volatile int limit = 4;
int kept __attribute__((section(".data.custom"))) = 5;
__attribute__((noinline)) int helper(int x) { counter += x; return counter + limit + kept; }
__attribute__((section("xdp"))) int prog(void *context) { return helper(1); }
//--- b.c
// libbpf's users resize the map that this section becomes.
int dump[2] __attribute__((section(".data.dump"))) = {1, 2};
int counter = 3;
__attribute__((section("xdp"))) int prog(void *context) { return dump[1] + counter; }
