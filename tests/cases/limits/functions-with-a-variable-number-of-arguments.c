// LLVM ends the process at the first use of the arguments.
//
// args: --export entry
// error: link
// says: `sum` takes a variable number of arguments
// place: this.c:13
// help: pass an array
// view: stderr
// count: 1 a variable number

#include <stdarg.h>
__attribute__((noinline))
long sum(int count, ...)
{
  va_list list;
  va_start(list, count);
  long first = va_arg(list, long);
  va_end(list);
  return first + count;
}
__attribute__((section("xdp")))
long entry(long *x)
{
  return sum(3, x[0], x[1]);
}
