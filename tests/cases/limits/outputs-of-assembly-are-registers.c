// Inline assembly is a call in IR, whose result is a structure where there are several outputs: of which each has a
// register. So have the results of built-in functions that tell of an overflow, and of a compare-and-exchange.
//
// compile: -mcpu=v3
// args: --export two --export tied --export jump --export jump_with_outputs --export sum --export exchange
// view: disasm two
// expect: r0 = 0x3
// expect: r1 = 0x4
// expect: w0 += w1
// view: disasm tied
// expect: += r
// expect: = 0x7
// expect: r0 += 0x1
// view: disasm jump
// expect: if r1 > 0x7 goto
// expect: w0 = 0x2
// view: disasm jump_with_outputs
// expect: r0 = 0x5
// expect: r1 = 0x6
// expect: if r0 > 0x9 goto
// view: disasm sum
// expect: w1 += w2
// view: disasm exchange
// expect: cmpxchg

#define SOCKET __attribute__((section("socket")))

SOCKET int two(void *context)
{
  unsigned long a, b;
  asm volatile("%0 = 3\n\t%1 = 4" : "=r"(a), "=r"(b));
  return a + b;
}

SOCKET int tied(unsigned long *context)
{
  unsigned long a = context[0], b = context[1], c;
  asm volatile("%0 += %1\n\t%1 = 7" : "+r"(a), "+r"(b));
  asm volatile("%0 += 1\n\t%1 = 2" : "=r"(a), "=&r"(c) : "0"(a));
  return a + b + c;
}

SOCKET int jump(unsigned long *context)
{
  asm goto("if %0 > 7 goto %l1" : : "r"(context[0]) : : above);
  return 1;
above:
  return 2;
}

SOCKET int jump_with_outputs(void *context)
{
  unsigned long a, b;
  asm goto("%0 = 5\n\t%1 = 6\n\tif %0 > 9 goto %l2" : "=r"(a), "=r"(b) : : : above);
  return a + b;
above:
  return b;
}

SOCKET int sum(unsigned *context)
{
  unsigned sum;
  return __builtin_add_overflow(context[0], context[1], &sum) ? 1 : sum;
}

SOCKET int exchange(unsigned long *context)
{
  unsigned long expected = 3;
  int is_done = __atomic_compare_exchange_n(context, &expected, 5, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return is_done + expected;
}
