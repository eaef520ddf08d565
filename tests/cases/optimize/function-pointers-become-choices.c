// No kernel takes an indirect call. The functions that one may reach are known, and numbers stand for their addresses, also in
// tables, which no loader fills in. A callback keeps its address.
//
// args: --export entry --export structures
// view: disasm entry
// reject: callx
// expect: call
// view: disasm structures
// reject: callx
// args: --export callbacks
// warning: no loader will understand the callback `step` without BTF [needs-btf]
// view: disasm callbacks
// reject: callx
// view: relocations
// expect: R_BPF_64_64
// args: --export entry --export foreign
// error: link the kernel would refuse the program
// says: `foreign` calls what a register points to
#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline)) static

NOINLINE long one(long x) { asm volatile("" : "+r"(x)); return x * 3; }
NOINLINE long two(long x) { asm volatile("" : "+r"(x)); return x ^ 5; }
NOINLINE long three(long x) { asm volatile("" : "+r"(x)); return x << 2; }
NOINLINE long other(int x, long y) { asm volatile("" : "+r"(x)); return x + y; }

long (*volatile chosen)(long) = one;
static long (*const table[3])(long) = { one, two, three };

__attribute__((section("xdp"))) int entry(unsigned *context)
{
  unsigned index = context[0];
  long sum = index < 3 ? table[index](context[1]) : 7;
  if (context[1] == 9)
    chosen = two;
  return sum + chosen(index);
}

struct operations { long (*first)(long); long (*second)(int, long); };
static const struct operations all[2] = { { one, other }, { three, 0 } };

__attribute__((section("xdp"))) int structures(unsigned *context)
{
  const struct operations *own = &all[context[0] & 1];
  return own->first(4) + (own->second ? own->second(1, 2) : 3);
}

static long (*bpf_loop)(unsigned, void *, void *, unsigned long) = (void *)181;
static long step(unsigned index, void *data) { *(long *)data += index; return 0; }
static long (*volatile stepper)(unsigned, void *) = step;

__attribute__((section("xdp"))) int callbacks(unsigned *context)
{
  long sum = 0;
  bpf_loop(context[0] & 7, step, &sum, 0);
  return sum + stepper(1, &sum);
}

__attribute__((section("xdp"))) int foreign(long (**context)(long))
{
  return context[0](3) + table[1](2);
}
