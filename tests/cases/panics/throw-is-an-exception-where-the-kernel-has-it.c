// Elsewhere, and in callbacks, a panic returns.
//
// args: --btf --panic throw --export entry,other,LICENSE
// view: disasm entry
// expect: call
// expect: exit
// view: disasm other
// reject: call
// expect: exit
// view: symbols
// expect: bpf_throw
// args: --btf --panic throw --kernel 6.6 --export entry,other,LICENSE
// view: symbols
// reject: bpf_throw

__attribute__((section("tc")))
int entry(int *x)
{
  if (x[0] == 7)
    __builtin_trap();
  return x[1] + 2;
}

__attribute__((section("socket")))
int other(int *x)
{
  if (x[0] == 7)
    __builtin_trap();
  return x[1] + 2;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
