// An order for a level is obeyed, and its consequence told.
//
// compile: -g
// args: --kernel 5.10 --cpu v4
// error: link kernel 5.10 would refuse the object
// help: leave --cpu out, and the kernel version chooses the instruction set
// view: stderr
// expect: cause: {{.*}}/this.c:14 needs sign-extending loads (cpu v4): since kernel 6.6
// args: --kernel 5.10
// view: disasm entry
// expect: s>>=

__attribute__((section("xdp"))) long entry(volatile short *words) {
  return words[0];
}
