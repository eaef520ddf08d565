// Inlined into all forty calls, it would take four thousand instructions. Its caller tests the flag after each call,
// and passes the panic on as a return of the program.
//
// args: --btf --export entry,LICENSE --report report
// view: symbols
// expect: large
// view: disasm large
// expect: call
// expect: = 0x1
// expect: exit
// view: disasm entry
// count: 40 call
// expect: != 0x0
// view: text in report
// expect: `stop` never returns  flag

#define CALL(n) sum = large(context, sum, n, sum ^ 7);
#define FOUR(n) CALL(n) CALL(n + 1) CALL(n + 2) CALL(n + 3)
#define STIR(n) sum = sum * (31 + n) + (sum >> n) + (sum << 3);
#define EIGHT STIR(1) STIR(2) STIR(3) STIR(4) STIR(5) STIR(6) STIR(7) STIR(8)

static unsigned (*const random)(void) = (void *)7;

static __attribute__((noinline, noreturn)) void stop(void)
{
  for (;;)
    ;
}

static __attribute__((noinline)) unsigned large(int *context, unsigned sum, unsigned n, unsigned more)
{
  if (random() == n)
    stop();
  EIGHT EIGHT
  return sum ^ more;
}

__attribute__((section("xdp")))
int entry(int *context)
{
  unsigned sum = 1;
  FOUR(0) FOUR(4) FOUR(8) FOUR(12) FOUR(16) FOUR(20) FOUR(24) FOUR(28) FOUR(32) FOUR(36)
  return sum & 1;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
