// LLVM writes atomic operations on 64 bits at every level, and takes assembly as it is.
//
// compile: -g
// args: --cpu v1
// view: stderr
// expect: warning: `atomic` at {{.*}}this.c:29 takes an instruction that --cpu v1 lacks [above-cpu]
// expect: kernels before 5.12 have one atomic operation
// expect: warning: `assembly` at {{.*}}this.c:33 takes an instruction that --cpu v1 lacks [above-cpu]
// expect: inline assembly is taken as it is
// reject: `addition`
// args: --cpu v2
// view: stderr
// expect: warning: `atomic` at
// reject: `assembly`
// args: --cpu v1 --cpu-features=+alu32
// view: stderr
// reject: above-cpu
// args: --cpu v3
// view: stderr
// reject: warning
// args:
// view: stderr
// reject: warning

__attribute__((section("xdp"))) long addition(long *x) {
  __sync_fetch_and_add(x, 3);
  return 2;
}
__attribute__((section("xdp"))) long atomic(long *x) { __sync_fetch_and_or(x, 3);
  return 2;
}
__attribute__((section("xdp"))) long assembly(long *x) {
  asm volatile("if r1 < r2 goto +0");
  return 2;
}
