// GCC passes a small structure by its address, LLVM in registers: such a call between them is an error. The comment that
// names the compiler stands in for GCC.
//
// run: for i in caller callee; do for c in clang GCC; do clang -target bpf -mcpu=v2 -O2 -g -D$c -c $i.c -o $i-$c.o || exit; done; done
// link: caller-GCC.o callee-clang.o
// error: link `both` takes a structure by value
// view: stderr
// expect: caller-GCC.o is of GCC, which passes its address
// expect: callee-clang.o is of another compiler, which passes its bytes
// link: caller-clang.o callee-GCC.o
// error: link `both` takes a structure by value
// link: caller-GCC.o callee-GCC.o
// view: symbols
// expect: both
// link: caller-clang.o callee-clang.o
// view: symbols
// expect: both

//--- caller.c
#ifdef GCC
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
#endif
struct pair { int a, b; };
int both(struct pair pair);
__attribute__((section("socket"), used)) int prog(int *context)
{
  struct pair pair = {context[0], context[1]};
  return both(pair);
}

//--- callee.c
#ifdef GCC
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
#endif
struct pair { int a, b; };
__attribute__((noinline)) int both(struct pair pair) { return pair.a ^ pair.b; }
