// A loop without a bound stays, and so does one that would be too large; the others go.
//
// compile: -O1 -g
// args: --export entry --unroll-loops
// warning: the loop of `entry` at this.c:20 cannot be unrolled: no bound of its iterations is known, or too large a one [rolled-loops]
// warning: the loop of `entry` at this.c:22 cannot be unrolled: no bound of its iterations is known, or too large a one [rolled-loops]
// help: kernels before 5.3 refuse loops: give it a constant bound of at most 4096 iterations, fewer if
// view: disasm entry
// count: 2 goto -0x
// args: --export entry --unroll-loops -W no-rolled-loops --fatal-warnings
// view: disasm entry
// count: 2 goto -0x

__attribute__((section("xdp"))) long entry(volatile long *words) {
 long sum = 0;
 for (int i = 0; i < 8; i++)
  for (int j = i; j < 8; j++) sum = sum * 3 + words[j];
 long length = words[0];
 for (long i = 0; i < length && i < 16; i++) sum = sum * 5 + words[i];
 for (long i = 0; i < length; i++)
  sum = sum * 7 + words[i];
 for (int i = 0; i < 100000; i++)
  sum = sum * 11 + words[i & 7];
 return sum;
}
