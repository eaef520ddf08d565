// The copies of a loop and of those around it are bounded together: the outer loops of large nests stay, with a warning that
// names them. Several loops in a row that together make a block of which LLVM would take minutes are an error.
//
// compile: -O1 -g
// args: --export entry --unroll-loops
// warning: the loop of `entry` at this.c:21 cannot be unrolled: no bound of its iterations is known, or too large a one [rolled-loops]
// warning: the loop of `entry` at this.c:22 cannot be unrolled: no bound of its iterations is known, or too large a one [rolled-loops]
// warning: the loop of `entry` at this.c:24 cannot be unrolled: no bound of its iterations is known, or too large a one [rolled-loops]
// help: kernels before 5.3 refuse loops: give it a constant bound of at most 4096 iterations, fewer if it is long or nested: all copies
// view: disasm entry
// expect: goto -0x
// run: clang -target bpf -O1 -g -emit-llvm -c many.c -o many.bc
// link: --export many --unroll-loops many.bc
// error: link `many` becomes too large with its loops unrolled
// place: many.c:5
// help: for kernels from 5.3 on leave --unroll-loops out

__attribute__((section("socket"))) int entry(volatile unsigned *c)
{
  unsigned sum = 0, x = 1;
  for (int i = 0; i < 4096; i++)
    for (int j = 0; j < 4096; j++) sum += c[(i ^ j) & 7] * i;
  for (int i = 0; i < 1000; i++)
    for (int j = 0; j < 4000; j++) x = x * 31 + j;
  return sum + x;
}

//--- many.c
#define LOOP(n) for (int i = 0; i < n; i++) sum = sum * 31 + c[i & 7];
__attribute__((section("socket"))) int many(volatile unsigned *c)
{
  unsigned sum = 0;
  LOOP(3000) LOOP(3001)
  return sum;
}
