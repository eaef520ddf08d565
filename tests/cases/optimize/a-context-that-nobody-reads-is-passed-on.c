// LLVM drops arguments that a function does not use, but the kernel holds those of a global function against its signature:
// "arg#0 expects pointer to ctx". clang's objects of `second` and `third` are refused.
//
// compile: -O2
// args: --btf --emit llvm-ir
// view: ir
// expect: @first(
// expect: call {{.*}}@read(ptr %
// expect: @second(
// expect: @late(i32 noundef %2, ptr nonnull %0, i32 0)
// expect: @third(
// expect: @mine(ptr nonnull null,
// reject: call {{.*}}poison
struct __sk_buff { unsigned len; };
struct pair { int one, two; };
typedef const struct __sk_buff context;
static long (*random)(void) = (void *)7;
#define GLOBAL __attribute__((noinline))
GLOBAL int read(struct __sk_buff *it) { return random(); }
GLOBAL int late(int a, context *it, int b) { return a + random(); }
GLOBAL int mine(struct pair *it, int a) { return a + random(); }
#define PROGRAM __attribute__((section("tc")))
PROGRAM int first(struct __sk_buff *it) { return read(it); }
PROGRAM int second(struct __sk_buff *it) { int len = it->len; return random() + late(len, it, 3); }
PROGRAM int third(struct __sk_buff *it) { struct pair own = { 1, 2 }; return mine(&own, it->len); }
char LICENSE[] __attribute__((section("license"))) = "GPL";
