// Each symbol with who needs it, where, and what was probably meant: of the inputs, or of an archive. Statics too, and
// what nothing reaches, since that is the slip.
//
// compile: -Wno-implicit-function-declaration
// run: {linker} --version > /dev/null && llvm-as library.ll -o member.bc && llvm-ar rcs library.a member.bc
// args: --export entry library.a
// error: link 3 undefined symbols
// says: undefined symbol `checksun`
// cause: `checksun` is needed by `entry` at instruction
// help: did you mean `checksum`?
// says: undefined symbol `lookup_entyr`
// help: did you mean `lookup_entry`?
// says: `entry` computes with floating point
// cause: it needs `__muldf3`
// view: stderr
// expect: error: undefined symbol `checksun`
// expect-next: --> {{.*}}this.c:32
// expect: error: undefined symbol `lookup_entyr`
// expect-next: --> {{.*}}this.c:32
// expect: = help: if the loader provides it: --allow-undefined=
// view: files
// reject: out.o
// args: --export entry library.a --allow-undefined=checksun,lookup_entyr,__muldf3
// view: symbols
// expect: *UND* {{.*}} checksun

__attribute__((noinline)) long checksum(long value) { return value * 31; }
long checksun(long value), lookup_entyr(long key);
__attribute__((section("xdp")))
int entry(volatile double *context)
{
  int sum = checksun(3) + lookup_entyr(4);
  context[0] = context[1] * context[2];
  return sum;
}
//--- library.ll
target triple = "bpfel"

define i64 @lookup_entry(i64 %key) {
  ret i64 %key
}
