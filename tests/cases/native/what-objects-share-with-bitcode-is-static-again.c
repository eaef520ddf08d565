// What native objects need of bitcode stays visible until both are linked. Then only exports do: the kernel verifies a
// global function by itself, with any arguments.
//
// run: clang -target bpf -O2 -g -c prog.c -o prog.o && clang -target bpf -O2 -g -emit-llvm -c half.c -o half.bc
// link: prog.o half.bc --export prog
// view: symbols
// count: 1 l F .text {{.*}} half
// count: 1 l O .bss {{.*}} calls
// count: 1 g F xdp {{.*}} prog
// reject: unneeded
// view: btf
// expect: FUNC 'half' {{.*}} linkage=static
// expect: VAR 'calls' {{.*}} linkage=static

//--- prog.c
int half(int x);
extern int calls;
__attribute__((section("xdp"))) int prog(void *context) { calls++; return half(calls); }
//--- half.c
int calls;
__attribute__((noinline)) int half(int x) { return x / 2u; }
int unneeded(int x) { return x; }
