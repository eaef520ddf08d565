// A function that has lines but no signature (`-g1`) refers to a random number instead of a prototype in the object that
// LLVM wrote: it gets a prototype, as functions without debug info do.
//
// run: clang -target bpf -O2 -g1 -c {this} -o limited.o && clang -target bpf -O2 -g -c full.c -o full.o
// run: clang -target bpf -O2 -gline-directives-only -c {this} -o directives.o
// link: limited.o full.o --fatal-warnings
// view: btf
// expect: FUNC_PROTO '(anon)' ret_type_id={{.*}} vlen=1
// expect: FUNC 'prog' {{.*}} linkage=global
// expect: FUNC 'helper' {{.*}} linkage=static
// expect: FUNC 'other' {{.*}} linkage=global
// link: directives.o full.o --btf --fatal-warnings
// view: btf
// expect: FUNC 'prog'
// link: limited.o full.o -r -o both.o
// link: both.o
// view: btf
// expect: FUNC 'prog' {{.*}} linkage=global

//--- limited.c
static __attribute__((noinline)) long helper(char *text, long at, short more) { return text[at & 3] + more; }
__attribute__((section("socket"), used)) int prog(void *context) {
  char text[4] = {1, 2, 3, 4};
  __asm__ volatile("" ::"r"(text) : "memory");
  return helper(text, 2, 3);
}
//--- full.c
__attribute__((section("socket"), used)) int other(void *context) { return 1; }
