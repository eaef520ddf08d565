// The kernel's own words would be "back-edge from insn 12 to 4", without a line.
//
// compile: -g
// args: --kernel 5.2
// error: link kernel 5.2 would refuse the object
// help: --unroll-loops needs a number of rounds that is known when the program is compiled
// view: stderr
// expect: cause: {{.*}}/this.c:17 needs loops: since kernel 5.3
// view: files
// reject: out.o
// args: --kernel 5.3
// view: disasm entry
// expect: goto -

__attribute__((section("xdp"))) int entry(volatile unsigned int *words) {
  unsigned int sum = 0;
  for (unsigned int at = words[0]; at; at--)
    sum += words[1];
  return sum;
}
