// Assembly is taken as it is.
//
// args: --export entry
// error: link the kernel would refuse the program
// says: `stop` ends in neither an exit nor a jump
// cause: `stop` (
// args: --export entry --panic keep

static __attribute__((naked, noinline)) int stop(int *x)
{
  asm volatile("r0 = 0");
}

__attribute__((section("xdp")))
int entry(int *x)
{
  return stop(x);
}
