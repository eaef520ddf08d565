// Every level inlines functions up to another size: three calls each of a small, a middling and a large one.
//
// compile: -Xclang -disable-llvm-passes -g0
// args: --export entry -Oz
// view: disasm entry
// count: 9 R_BPF_64_32
// args: --export entry -Os
// view: disasm entry
// count: 6 R_BPF_64_32
// args: --export entry -O2
// view: disasm entry
// count: 3 R_BPF_64_32
// args: --export entry -O3
// view: disasm entry
// count: 0 R_BPF_64_32
// args: --export entry -O1 -O 3
// view: disasm entry
// count: 0 R_BPF_64_32

#define TWO(x) x x
#define FOUR(x) TWO(x) TWO(x)
#define EIGHT(x) FOUR(x) FOUR(x)
#define STEP value ^= *word;

static long small(long value, volatile long *word) { EIGHT(STEP) return value; }
static long middling(long value, volatile long *word) { EIGHT(STEP) EIGHT(STEP) FOUR(STEP) return value; }
static long large(long value, volatile long *word) { FOUR(EIGHT(STEP)) EIGHT(STEP) return value; }
#define CALL3(f) f(f(f(value, word), word), word)

__attribute__((section("xdp"))) long entry(volatile long *word) {
  long value = 1;
  value = CALL3(small);
  value = CALL3(middling);
  value = CALL3(large);
  return value;
}
