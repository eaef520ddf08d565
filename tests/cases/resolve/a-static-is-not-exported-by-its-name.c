// What is static in a member stays hidden even if an export has its name, and BTF shows the name of the source.
//
// run: clang -target bpf -O2 -g -emit-llvm -c member.c -o member.bc && clang -target bpf -O2 -g -emit-llvm -c main.c -o main.bc && llvm-ar rcs liball.a member.bc
// link: --export entry --export-if-defined counter --btf main.bc liball.a
// view: symbols
// expect: l O .bss {{.*}} counter{{$}}
// view: btf
// expect: VAR 'counter'
// reject: counter.

//--- main.c
int bump(void);
__attribute__((section("xdp"))) int entry(void *context) { return bump(); }
//--- member.c
static volatile int counter;
int bump(void) { return counter++; }
