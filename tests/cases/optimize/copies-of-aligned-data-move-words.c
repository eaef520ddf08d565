// Copies of what is aligned to more than 8 bytes move words of 8: LLVM has no wider ones, and in order it would take the
// alignment for their width.
//
// compile: -mcpu=v3
// args: {this}
// view: disasm integers
// count: 4 = *(u64 *)(r
// view: disasm lines
// count: 8 = *(u64 *)(r
// view: disasm picked
// count: 9 = *(u64 *)(r
// view: disasm copy
// count: 8 = *(u64 *)(r
//
// args: --disable-expand-memcpy-in-order
// view: disasm lines
// count: 8 = *(u64 *)(r
//
// args: --unroll-loops -Oz
// view: disasm lines
// count: 8 = *(u64 *)(r

struct integer { __int128 value; unsigned long more; };
struct line { unsigned long words[8]; } __attribute__((aligned(64)));

struct integer a, b;
struct line c, d, e;

__attribute__((section("socket"))) int integers(void *context)
{
  a = b;
  return 0;
}

__attribute__((section("socket"))) int lines(void *context)
{
  c = d;
  return 0;
}

__attribute__((section("socket"))) int picked(unsigned long *context)
{
  c = *(context[0] > 7 ? &d : &e);
  return 0;
}

static __attribute__((noinline)) void copy(struct line *to, const struct line *from)
{
  *to = *from;
}

__attribute__((section("socket"))) int through(void *context)
{
  copy(&c, &d);
  copy(&d, &e);
  return 0;
}
