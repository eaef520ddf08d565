// The length of an operation and LLVM's limits tell whether it becomes a call, so routines are linked before code is generated:
// up to 1024 bytes are no call at any alignment, and what words leave takes smaller stores. LLVM 23 has other limits near
// 1024 bytes: there the guess may fail, and code is generated again.
//
// llvm: ..22
// run: for n in 1023 1024 1025 n; do for a in 1 8; do clang -target bpf -mcpu=v3 -O2 -DN=$n -DA=$a -emit-llvm -c kinds.c -o $n-$a.bc || exit; done; done
// run: for input in *-?.bc; do for order in --disable-expand-memcpy-in-order --allow-bpf-trap; do {linker} --log-level debug $order --export fill --export copy $input -o one.o 2>> log || exit; done; done
// run: test "$(grep -c 'parsing the emitted object' log)" = 16
// run: ! grep 'foreseen' log
// run: clang -target bpf -mcpu=v3 -O2 -DN=64 -DA=1 -emit-llvm -c kinds.c -o move.bc && {linker} --log-level debug --export move move.bc -o one.o 2> log
// run: test "$(grep -c 'parsing the emitted object' log)" = 1 && ! grep 'foreseen' log
// args: --export entry
// view: disasm entry
// expect: exit

__attribute__((section("socket"))) int entry(void *context)
{
  return 0;
}

//--- kinds.c
typedef struct { _Alignas(A) unsigned char bytes[4096]; } block;

__attribute__((section("socket"))) int fill(block *to, unsigned long n)
{
  __builtin_memset(to, 0, N);
  return 0;
}

__attribute__((section("socket"))) int copy(block *to, block *from, unsigned long n)
{
  __builtin_memcpy(to, from, N);
  return 0;
}

__attribute__((section("socket"))) int move(block *to, block *from, unsigned long n)
{
  __builtin_memmove(to, from, N);
  return 0;
}
