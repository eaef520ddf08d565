// args: --export jump --export address --cpu v3
// error: link
// says: `jump` jumps to a computed address
// place: this.c
// says: `address` asks for a return address or a frame address
// place: this.c:21:16
// help: remove the call
__attribute__((section("xdp")))
long jump(volatile long *x)
{
  static const void *const places[] = {&&one, &&two};
  goto *places[x[0]];
one:
  return 1;
two:
  return x[2];
}
__attribute__((section("xdp")))
long address(volatile long *x)
{
  return (long)__builtin_return_address(0);
}
