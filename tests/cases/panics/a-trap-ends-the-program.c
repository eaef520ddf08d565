// As an abort in Rust does, which is one too. What is behind an exit in assembly stays as it is: no kernel takes
// instructions that nothing reaches.
//
// args: --btf --export entry,other,LICENSE --fatal-warnings
// view: symbols
// reject: __bpf_trap
// reject: abort
// view: disasm entry
// expect: = 0x0
// expect: != 0x7
// expect: exit
// view: disasm other
// expect: = 0x0
// expect: exit

__attribute__((section("xdp")))
int entry(int *x)
{
  if (x[0] == 7)
    __builtin_trap();
  return x[1] + 2;
}

static __attribute__((noinline, noreturn)) void leave(int *x)
{
  for (;;)
    asm volatile("" :: "r"(x));
}

__attribute__((section("xdp")))
int other(int *x)
{
  if (x[0] == 7)
    leave(x);
  return x[1] + 2;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
