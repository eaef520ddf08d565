// --unroll-loops and --ignore-inline-never take names, and leave all other functions alone.
//
// llvm: 20..
// args: --unroll-loops=entry
// view: disasm entry
// reject: goto -
// expect: call
// view: disasm other
// expect: goto -
// args: --ignore-inline-never=sum
// view: disasm entry
// reject: call -
// expect: goto -
// view: disasm other
// expect: call
// args: --unroll-loops=entyr
// error: link `entyr` of --unroll-loops is not defined
// help: did you mean `entry`?
// args: --ignore-inline-never=nosuch,sum
// error: link `nosuch` of --ignore-inline-never is not defined
// args: --unroll-loops=bounded
// warning: the loop of `bounded` at
#define SECTION(name) __attribute__((section(name), used))

static __attribute__((noinline)) int sum(unsigned char *from, int seed) { return from[0] * 7 + from[1] + seed; }
static __attribute__((noinline)) int more(unsigned char *from, int seed) { return from[2] * 7 + from[3] + seed; }

SECTION("socket") int entry(unsigned char *data)
{
    int total = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 6; i++) {
        total = total * 5 + data[i];
        asm volatile("" ::: "memory");
    }
    return sum(data, total);
}

SECTION("socket") int other(unsigned char *data)
{
    int total = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 6; i++) {
        total = total * 5 + data[i];
        asm volatile("" ::: "memory");
    }
    return more(data, total);
}

SECTION("socket") int bounded(unsigned char *data)
{
    int total = 0;
    for (int i = 0; i < data[0]; i++) {
        total = total * 5 + data[i];
        asm volatile("" ::: "memory");
    }
    return total;
}
