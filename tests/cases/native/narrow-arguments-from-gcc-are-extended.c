// LLVM's callees rely on callers to extend narrow arguments, and GCC's callers do not: such calls go through a function
// that does. The comment that names the compiler stands in for GCC.
//
// run: clang -target bpf -mcpu=v2 -O2 -c caller.c -o clang.o; clang -target bpf -mcpu=v2 -O2 -DGCC -c caller.c -o gcc.o
// run: clang -target bpf -mcpu=v2 -O2 -g -c callee.c -o callee.o; clang -target bpf -O2 -g -emit-llvm -c callee.c -o callee.bc
// run: clang -target bpf -mcpu=v2 -O2 -c callee.c -o silent.o; clang -target bpf -O2 -c other.c -o clang2.o
// link: gcc.o callee.o --btf -W no-missing-debug-info
// view: disasm narrow__extended
// expect: r1 <<= {{0x38|56}}
// expect: r1 >>= {{0x38|56}}
// expect: r3 <<= {{0x30|48}}
// expect: r3 s>>= {{0x30|48}}
// expect: call
// expect: exit
// view: symbols
// reject: wide__extended
// link: gcc.o silent.o --btf -W no-missing-debug-info
// warning: `narrow` may get arguments with wrong upper bits: GCC leaves narrow ones to the callee, silent.o leaves them to the caller gcc.o [unknown-widths]
// link: clang.o silent.o --btf -W no-missing-debug-info --fatal-warnings
// run: {linker} -r gcc.o -o part.o && {linker} -r gcc.o clang2.o -o mixed.o
// link: part.o callee.o --btf -W no-missing-debug-info
// view: symbols
// expect: narrow__extended
// link: mixed.o callee.o --btf -W no-missing-debug-info
// view: symbols
// expect: narrow__extended
// link: gcc.o callee.bc --btf -W no-missing-debug-info
// view: symbols
// expect: narrow__extended
// link: clang.o callee.o --btf -W no-missing-debug-info
// view: symbols
// reject: narrow__extended

//--- caller.c
#ifdef GCC
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
#endif
extern long narrow(unsigned long byte, unsigned long whole, unsigned long half);
extern long wide(unsigned long whole);
__attribute__((section("xdp"), used)) int prog(void *context) { return narrow(0x1ff, 1, 2) + wide(3); }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";

//--- callee.c
__attribute__((noinline)) int narrow(unsigned char byte, unsigned long whole, short half) { return byte + whole + half; }
__attribute__((noinline)) int wide(unsigned long whole) { return whole + 1; }

//--- other.c
__attribute__((noinline)) int other(int x) { return x; }
