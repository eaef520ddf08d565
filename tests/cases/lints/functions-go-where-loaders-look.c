// Loaders take what is outside of `.text` for a program, and look for what programs call in `.text` alone.
//
// args: --btf
// warning: the program `lonely` is static, and loaders refuse static programs: it is made global [local-program]
// view: symbols
// expect: l F .text {{.*}} callback
// expect: l F .text {{.*}} called
// expect: g F xdp {{.*}} inner
// expect: g F .text {{.*}} library
// expect: g F xdp {{.*}} lonely
// expect: g F xdp {{.*}} outer
// view: disasm outer
// reject: inner
// expect: call {{.*}}
// view: disasm silent
// expect: r0 = 0x0
// expect-next: exit
// view: sections
// reject: lib
// args: --export outer,LICENSE
// warning: the program `inner` is not among the exports, but marked `used`: it stays
// view: symbols
// expect: g F xdp {{.*}} inner
#define SEC(name) __attribute__((section(name), used))

static long (*loop)(unsigned, void *, void *, unsigned long) = (void *)181;
int count = 3;

__attribute__((section("lib"), noinline)) int library(int x) { return x * 7 + (x >> 3) * count; }
static __attribute__((section("xdp"), noinline)) int called(int x) { return x * count + (x >> count); }
static __attribute__((section("xdp"))) long callback(int i, void *context) { return i > 3; }
static SEC("xdp") int lonely(void *context) { return 2; }
SEC("xdp") __attribute__((noinline)) int inner(int *context) { return *context + 40; }
SEC("xdp") int outer(int *context)
{
	return library(*context) + called(*context) + called(3) + inner(context) + loop(5, callback, 0, 0);
}
SEC("kprobe/f") void silent(void *context) { count = 2; }
char LICENSE[] SEC("license") = "GPL";
