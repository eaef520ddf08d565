// Copies would add more than 16384 instructions, and five arguments leave no register to tell the callers of the panic.
//
// args: --btf --export entry,LICENSE
// error: link a panic in `middle` cannot end the program
// place: five.c:12
// cause: it is too large to be inlined wherever it is called
// cause: no argument is left to tell its callers of the panic: registers hold five
// help: pass fewer arguments, such as a reference to a structure, or call it in fewer places
//
#line 1 "five.c"
static unsigned (*const random)(void) = (void *)7;
static __attribute__((noinline, noreturn)) void stop(void) { for (;;); }
#define STIR(n) sum = sum * (31 + n) + (sum >> n) + (sum << 3);
#define EIGHT STIR(1) STIR(2) STIR(3) STIR(4) STIR(5) STIR(6) STIR(7) STIR(8)
static __attribute__((noinline)) unsigned large(unsigned sum, unsigned n, unsigned a, unsigned b, unsigned c)
{
  if (random() == n)
    stop();
  EIGHT EIGHT
  return sum ^ a ^ b ^ c;
}
static __attribute__((noinline)) unsigned middle(unsigned sum, unsigned n, unsigned a, unsigned b, unsigned c)
{
#define TWO(i) sum = large(sum, n + i, a, b, c); sum += large(sum, n - i, c, b, a);
  TWO(1) TWO(2) TWO(3) TWO(4) TWO(5) TWO(6) TWO(7) TWO(8)
  return sum ^ n;
}

#define CALL(n) sum = middle(sum, n, sum + 1, sum ^ 7, random());
#define FOUR(n) CALL(n) CALL(n + 1) CALL(n + 2) CALL(n + 3)
#define ALL FOUR(0) FOUR(4) FOUR(8) FOUR(12) FOUR(16) FOUR(20) FOUR(24) FOUR(28) FOUR(32) FOUR(36)
__attribute__((section("xdp")))
int entry(int *context)
{
  unsigned sum = 1;
  ALL
  return sum & 1;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
