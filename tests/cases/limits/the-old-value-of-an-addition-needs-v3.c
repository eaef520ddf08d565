// LLVM 19 writes the instruction at every level.
//
// llvm: 22..
// args: --export entry --cpu v1
// error: link
// says: `entry` uses the old value of an atomic addition
// place: this.c:12:10
// help: link with `--cpu v3`
__attribute__((section("xdp")))
long entry(long *x)
{
  return __sync_fetch_and_add(x, 3);
}
