// What a level lacks, LLVM reports or ends the process at; what BPF lacks, no level has.
//
// args: --export exchange --cpu v1
// error: link
// says: `exchange` has an atomic operation on 32 bits
// place: this.c:28:10
// help: link with `--cpu v3`
// args: --export exchange --cpu v3
// view: disasm exchange
// expect: xchg32_32
// args: --export acquire --cpu v3
// error: link
// says: `acquire` has an atomic load or store
// place: this.c:33:10
// help: link with `--cpu v4`
// args: --export small --export nand --cpu v4
// error: link
// says: `small` updates memory atomically in units that BPF lacks
// place: this.c:38:10
// cause: it operates on 16 bits
// says: `nand` has an atomic operation that BPF lacks
// place: this.c:43:10
// help: make minimum, maximum or nand a loop

__attribute__((section("xdp")))
long exchange(int *x)
{
  return __atomic_exchange_n(x, 3, __ATOMIC_SEQ_CST);
}
__attribute__((section("xdp")))
long acquire(long *x)
{
  return __atomic_load_n(x, __ATOMIC_ACQUIRE);
}
__attribute__((section("xdp")))
long small(short *x)
{
  return __sync_fetch_and_add(x, 3);
}
__attribute__((section("xdp")))
long nand(long *x)
{
  return __atomic_fetch_nand(x, 3, __ATOMIC_SEQ_CST);
}
