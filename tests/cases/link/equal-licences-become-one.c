// Every source file of a C program has its licence; equal ones are one, as in libbpf's linker, and different ones are
// an error.
//
// run: clang -target bpf -O2 -g -emit-llvm -c other.c -o other.bc
// run: clang -target bpf -O2 -g -emit-llvm -c different.c -o different.bc
// args: {this} other.bc
// view: symbols
// expect: g O license 0000000000000004 LICENSE
// view: sections
// expect: license PROGBITS 0000000000000000 {{[0-9a-f]+}} 000004
// args: {this} different.bc
// error: link the inputs disagree about the license
// cause: `LICENSE` in this.bc is
// cause: `LICENSE` in different.bc is

__attribute__((section("xdp"), used)) int entry(int *context) { return *context; }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
//--- other.c
__attribute__((section("tc"), used)) int classify(int *context) { return *context; }
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
//--- different.c
__attribute__((section("tc"), used)) int classify(int *context) { return *context; }
char LICENSE[] __attribute__((section("license"), used)) = "MIT";
