// What cannot become one object is an error that names the files.
//
// run: for i in a twice needs other big type code data both; do clang -target bpf -O2 -g -c $i.c -o $i.o || exit 1; done
// run: clang -target bpfeb -O2 -g -c a.c -o big.o; clang -target bpf -O2 -g -emit-llvm -c a.c -o a.bc
// run: head -c 700 a.o > half.o
// link: a.o twice.o
// error: link `helper` is defined twice
// cause: first in a.o
// cause: again in twice.o
// link: a.bc twice.o
// error: link `helper` is defined twice
// cause: again in twice.o
// link: needs.o
// error: link undefined symbol `helper`
// cause: `helper` is needed by `prog` at instruction 1 (section xdp, 
// link: a.o other.o
// error: link the inputs disagree about the license
// cause: in a.o it is "GPL\x00"
// cause: in other.o it is "MIT\x00"
// link: a.o big.o
// error: link inputs of both byte orders cannot make one object
// cause: a.o is little endian
// cause: big.o is big endian
// link: a.o type.o
// error: link the inputs disagree about the type of `helper`
// link: code.o data.o
// error: link section .mine is code and data
// cause: in code.o it holds code
// cause: in data.o it holds data
// link: both.o
// error: link cannot read both.o
// cause: section .text is code and data
// cause: the object has two sections of the name, and one of them is not executable
// link: half.o
// error: input half.o is a malformed ELF file
// link: a.o --emit asm
// error: usage --emit asm needs bitcode
// cause: all inputs are native objects, whose code is linked as it is
// link: a.o --llvm-args=-bpf-stack-size=4096
// error: usage --llvm-args needs bitcode
// link: a.o --keep-dwarf
// error: usage --keep-dwarf needs bitcode
// link: a.bc needs.o --keep-dwarf
// error: usage --keep-dwarf needs bitcode
// link: a.o --unroll-loops
// error: usage --unroll-loops needs bitcode
// link: a.o --ignore-inline-never
// error: usage --ignore-inline-never needs bitcode
// link: a.bc needs.o --unroll-loops
// warning: --unroll-loops does not reach the native object needs.o

//--- a.c
int helper(int x) { return x + 1; }
char LICENSE[] __attribute__((section("license"))) = "GPL";
//--- twice.c
int helper(int x) { return x; }
//--- needs.c
int helper(int x);
__attribute__((section("xdp"))) int prog(void *context) { return helper(1); }
//--- other.c
char LICENSE[] __attribute__((section("license"))) = "MIT";
//--- big.c
//--- type.c
int helper(long x, int y);
__attribute__((section("tc"))) int classify(void *context) { return helper(1, 2); }
//--- code.c
__attribute__((section(".mine"))) int code(void *context) { return 1; }
//--- data.c
__attribute__((section(".mine"))) int data = 1;
//--- both.c
int code(int x) { return x; }
__attribute__((section(".text.data"))) int data = 1;
