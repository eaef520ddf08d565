// A static function in the section of a program would keep libbpf from loading it, so it moves to `.text`, where
// loaders look for subprograms. Calls without a relocation follow.
//
// run: clang -target bpf -O2 -g -c a.c -o a.o
// view: relocations in a.o
// reject: R_BPF_64_32
// link: a.o
// view: symbols
// expect: g F xdp {{.*}} prog
// expect: l F .text {{.*}} step
// view: relocations
// expect: R_BPF_64_32 {{.*}} .text
// view: btf
// expect: FUNC 'step' {{.*}} linkage=static

//--- a.c
__attribute__((section("xdp"), noinline)) static int step(int x) { asm volatile(""); return x + 1; }
__attribute__((section("xdp"))) int prog(void *context) { return step(1) + step(2); }
