// Functions of any linkage, exports and calls that are marked go into their callers. Recursion cannot, and a copy of
// unknown length is a call that only code generation makes.
//
// compile: -O1 -g
// args: --export entry,visible --ignore-inline-never --fatal-warnings
// view: disasm entry
// reject: call
// args: --export recursive,visible --ignore-inline-never --fatal-errors false
// warning: `itself` is recursive
// warning: `recursive` still calls `itself` at this.c:36, which calls itself [calls-left]
// help: no kernel takes recursion: use a loop with a constant bound
// args: --export copying --ignore-inline-never
// warning: code generation calls `memcpy`, which cannot be inlined [calls-left]
// help: kernels before 4.16 know no calls between BPF functions: copy, fill and compare constant numbers of bytes
// args: --export large --ignore-inline-never --fatal-warnings
// view: disasm large
// reject: call

#define PROGRAM __attribute__((section("xdp")))
#define NEVER __attribute__((noinline))

struct large { long words[200]; };

NEVER static long hidden(volatile long *words, long at) { return words[at] * at; }
NEVER long visible(volatile long *words) { return hidden(words, 1) + hidden(words, 2); }
NEVER __attribute__((weak)) long weak(volatile long *words) { return visible(words) + words[3]; }
static inline long marked(volatile long *words) { return words[4]; }
NEVER static long itself(volatile long *words, long n) { words[n] = n; return n ? itself(words, n - 1) * 3 + words[n] : 0; }

PROGRAM long entry(volatile long *words) {
 long sum = visible(words) + weak(words);
 [[clang::noinline]] sum += marked(words);
 return sum;
}

PROGRAM long recursive(volatile long *words) { return itself(words, words[0]); }
PROGRAM long copying(long *words) { __builtin_memcpy(words + 1, words + 100, words[0]); return 0; }
PROGRAM long large(struct large *two) { two[0] = two[1]; return 0; }
