// No loader applies relocations to data, so the program would read 0 and go on with that. Only small tables become choices.
//
// args: --btf
// error: link the program cannot be expressed in BPF
// says: `name` reads an address that is never filled in
// place: this.c:43:14
// cause: the initial value of `names` holds addresses
// cause: loaders apply no relocations to data
// help: choose the address in code
// says: `chosen` reads an address that is never filled in
// place: this.c:48:12
// cause: the initial value of `selected` holds addresses
// says: `copied` reads an address that is never filled in
// place: this.c:54:22
// cause: the initial value of `pairs` holds addresses
// view: files
// reject: out.o
// args: --btf --fatal-errors false
// warning: `name` reads an address that is never filled in
// warning: `chosen` reads an address that is never filled in
// warning: `copied` reads an address that is never filled in
// args: --btf --export number
// view: disasm number
// expect: exit
//
// A loader that is not the kernel may apply them.
// args: --btf --llvm-args=-bpf-stack-size=4096
// view: symbols
// expect: chosen
struct pair { const char *name; long number, other; };
struct context { unsigned index; };

void use(struct pair *place) __attribute__((section(".ksyms")));

int number_one = 1;
int *selected = &number_one;
static const char *const names[] = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0",
  "b1", "b2", "b3", "b4", "b5", "b6" };
static const struct pair pairs[] = { { "one", 11, 12 }, { "two", 22, 23 }, { "four", 44, 45 } };

__attribute__((section("xdp")))
int name(struct context *it) { return it->index < 17 ?
             names[it->index][1] : 0; }

__attribute__((section("xdp")))
int chosen(struct context *it)
{
  int *p = selected;
  return p ? *p : 5;
}

__attribute__((section("xdp")))
int copied(struct context *it) { if (it->index >= 3) return 0;
  struct pair copy = pairs[it->index];
  use(&copy);
  return copy.number;
}

__attribute__((section("xdp")))
int number(struct context *it)
{
  return it->index < 3 ? pairs[it->index].number : 0;
}
