// Every function that cannot be expressed is named, with its line and a remedy of its own; without --btf too.
//
// args: --export first --export second --export third --cpu v3
// error: link the program cannot be expressed in BPF
// says: `first` divides with a sign
// place: this.c:21:27
// says: `second` has a local of variable size
// place: this.c:27:3
// says: `third` has a memory fence
// place: this.c:35:3
// help: signed division needs the instructions of `--cpu v4`
// help: give it a constant size
// view: stderr
// count: 4 error:
// view: files
// reject: out.o

typedef long two __attribute__((vector_size(16)));
__attribute__((section("xdp"))) long first(volatile two *context)
{
  context[0] = context[0] / context[1]; return 0;
}

void use(void *place) __attribute__((section(".ksyms")));
__attribute__((section("xdp")))
long second(long *context) {
  char buffer[context[0]];
  use(buffer);
  return buffer[0];
}
__attribute__((section("xdp")))
long third(volatile long *context)
{
  context[0] = 1;
  __sync_synchronize();
  context[1] = 1;
  return 0;
}
