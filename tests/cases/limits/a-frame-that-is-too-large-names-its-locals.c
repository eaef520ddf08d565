// The function, its source line, its frame and the large locals of it.
//
// args: --export entry
// error: link the program cannot be expressed in BPF
// says: `entry` needs more stack than BPF has
// place: this.c:22
// cause: its frame takes 616 bytes
// cause: local `buffer` (this.c:25) takes 600 bytes
// help: keep large data in a map
// view: stderr
// reject: small
// view: files
// reject: out.o
// args: --export entry --llvm-args=-bpf-stack-size=4096
// warning: no loader will understand `use` without BTF
// view: disasm entry
// expect: r10

void use(void *place) __attribute__((section(".ksyms")));

__attribute__((section("xdp")))
int entry(void *context)
{
  char small[16];
  char buffer[600];
  use(small);
  use(buffer);
  return buffer[3];
}
