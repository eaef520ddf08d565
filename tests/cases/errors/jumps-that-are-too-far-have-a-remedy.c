// Before v4 a jump goes 32767 instructions far. LLVM gives up where a function needs more, and v4 does it.
//
// args: --export entry --cpu v3
// env: TMPDIR={dir}
// error: llvm LLVM gave up in the phase `generate code`
// cause: Branch target out of insn range
// help: a function is too long for the jumps in it
// help: `--cpu v4`, from kernel 6.6 on, has longer jumps
// view: files
// reject: out.o
// args: --export entry --cpu v4
// view: disasm entry
// expect: gotol

#define ONE *place = *place + 3;
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED

__attribute__((section("raw_tp")))
int entry(volatile long *place)
{
  for (int round = 0; round < 1000 && *place; round++) {
    THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
  }
  return 0;
}
