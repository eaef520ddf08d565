// A constant that a loader would fill in is known to the optimizer: what it rules out is gone, unless it is exported, and
// the variable is still there with the value.
//
// args: --btf --export entry --set loud=false --set limit=42 --set level=HIGH --set name=eth0 --set low=-7
// note: `loud` is `false` in this object: a loader's later change of it has no effect
// view: disasm entry
// expect: {{[rw]}}0 = {{0x23|35}}
// reject: call
// view: symbols
// expect: .rodata {{.*}} limit
// reject: counts
// reject: shout
// run: llvm-objcopy -O binary --only-section=.rodata {out} data && od -An -tx1 data
// view: stdout
// expect: 2a 00 00 00
// view: stdout
// expect: 65 74 68 30
// args: --btf --export entry,counts --set loud=0 --set limit=0x2a
// note: `limit` is `0x2a` in this object
// view: symbols
// expect: counts
// args: --btf --set loud=true
// note: `loud` is `true` in this object
// view: disasm entry
// expect: call
// args: --btf --set limit=4294967296
// error: link `limit` cannot be set to `4294967296`
// cause: its values are 0 to 4294967295
// args: --btf --set low=128
// error: link `low` cannot be set to `128`
// cause: its values are -128 to 127
// args: --btf --set level=MEDIUM
// error: link `level` cannot be set to `MEDIUM`
// cause: its values are LOW (1), HIGH (5)
// args: --btf --set name=wlp0s20f3
// error: link `name` cannot be set to `wlp0s20f3`
// cause: it has room for 8 bytes, and the text takes 9
// args: --btf --set pair=1
// error: link `pair` cannot be set to `1`
// cause: it is neither a number, a bool, an enum nor an array of bytes
// args: --btf --set limmit=1
// error: link no input defines a variable `limmit`, which --set names
// help: did you mean `limit`?
// args: --btf --set counter=1
// error: link `counter` is not a constant
// help: declare it `const volatile` in C, or without `mut` in Rust
// args: --btf --set limit
// error: usage `--set` cannot be `limit`
// cause: not of the form NAME=VALUE

enum level { LOW = 1, HIGH = 5 };
const volatile _Bool loud = 1;
const volatile unsigned int limit = 7;
const volatile enum level level = LOW;
const volatile char name[8] = "lo";
const volatile signed char low = 0;
const volatile struct { int a, b; } pair = {1, 2};
int counter = 1;
struct {
  int (*type)[2];
  int *key;
  long *value;
  int (*max_entries)[1];
} counts __attribute__((section(".maps")));
static void *(*lookup)(void *, const void *) = (void *)1;
static __attribute__((noinline)) int shout(int key) {
  long *count = lookup(&counts, &key);
  if (count) *count += 1;
  return key;
}
__attribute__((section("xdp"))) int entry(void *context) {
  if (loud) return shout(limit) + pair.b + counter;
  if (level == HIGH && name[0] == 'e') return limit + low;
  return 0;
}
