// args: --export entry
// error: link
// says: `entry` passes a structure by value
// place: this.c:19:10
// help: pass a pointer to it

struct big { long a, b, c, d; };

__attribute__((noinline))
long sum(struct big big)
{
  asm volatile("" : "+r"(big.a));
  return big.a + big.b + big.c + big.d;
}
__attribute__((section("xdp")))
long entry(long *x)
{
  struct big big = {x[0], x[1], x[2], x[3]};
  return sum(big);
}
