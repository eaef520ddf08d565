// What other objects may need stays in a relocatable link, from native objects, from bitcode and from both; the last link
// drops what nothing reaches.
//
// run: for i in prog half; do clang -target bpf -O2 -g -c $i.c -o $i.o && clang -target bpf -O2 -g -emit-llvm -c $i.c -o $i.bc || exit; done
// run: clang -target bpf -O2 -g -c last.c -o last.o
// link: -r prog.o half.o
// view: symbols
// count: 1 g F .text {{.*}} half
// count: 1 g F .text {{.*}} unneeded
// count: 1 g F .text {{.*}} .hidden concealed
// expect: *UND* {{.*}} far
// expect: *UND* {{.*}} there
// view: btf
// expect: FUNC 'far' {{.*}} linkage=extern
// expect: VAR 'there' {{.*}} linkage=extern
// link: --relocatable prog.bc half.bc --btf
// view: symbols
// count: 1 g F .text {{.*}} half
// count: 1 g F .text {{.*}} unneeded
// expect: *UND* {{.*}} far
// view: btf
// expect: FUNC 'far' {{.*}} linkage=extern
// expect: VAR 'there' {{.*}} linkage=extern
// reject: const void
// link: -i prog.bc half.o --export prog
// view: symbols
// count: 1 g F .text {{.*}} half
// run: {linker} -r prog.o half.o -o natives.o && {linker} -r prog.bc half.bc --btf -o modules.o && {linker} -r prog.bc half.o -o both.o
// link: natives.o last.o
// view: symbols
// expect: far
// link: modules.o last.o --export prog --export LICENSE
// view: symbols
// count: 1 l F .text {{.*}} half
// reject: unneeded
// link: both.o last.o --export prog --export LICENSE
// view: symbols
// count: 1 l F .text {{.*}} half
// reject: unneeded
// link: natives.o
// error: link undefined symbol `far`

//--- prog.c
int half(int x);
int far(int x);
extern int calls, there;
__attribute__((section("xdp"), used)) int prog(void *context) { calls++; return half(calls) + far(there); }
//--- half.c
int calls;
__attribute__((noinline)) int half(int x) { return x / 2u; }
int unneeded(int x) { return x; }
__attribute__((visibility("hidden"))) int concealed(int x) { return x + calls; }
//--- last.c
int there = 3;
__attribute__((noinline)) int far(int x) { return x + 1; }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
