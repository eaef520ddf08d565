// LLVM makes BTF without the names of members and enumerators if they are many. The object has all of them, as in a link that
// also emits assembly, which LLVM makes with the names.
//
// run: (echo 'struct big { struct { int within; } part; union { int one; long other; };'; seq 3000 | sed 's/.*/int m&;/'; echo '}; enum many {'; seq 3000 | sed 's/.*/e&,/'; echo '};') > big.h
// run: clang -target bpf -O2 -g -c -emit-llvm prog.c -o prog.bc && clang -target bpf -O2 -g -c -emit-llvm other.c -o other.bc
// run: {linker} --log-level debug --btf prog.bc other.bc --emit obj=named.o,asm=named.s 2> log && ! grep 'hiding the names' log
// run: {linker} --log-level debug --btf prog.bc other.bc -o hidden.o 2> log && grep 'hiding the names of' log
// run: cmp named.o hidden.o
// view: btf in hidden.o
// expect: e3000
// expect: m3000
// expect: lone

//--- unused.c
int unused;
//--- prog.c
#include "big.h"
struct same { int left; };
enum { lone, second };
typedef enum { nameless = 1 } alias;
struct big big;
enum many many = e7;
struct same one;
alias other_name;
int anonymous = lone;
struct map { int (*type)[2]; int (*max_entries)[4]; int *key; struct same *value; } table __attribute__((section(".maps")));
__attribute__((section("socket"), used)) long entry(long *context) {
    return big.m7 + many + one.left + other_name + anonymous;
}
//--- other.c
#include "big.h"
struct same { long right, further; };
enum again { lone, e1_again };
struct same two;
extern struct big big;
enum again again;
__attribute__((section("socket"), used)) long second(long *context) {
    return big.m9 + two.right + again;
}
