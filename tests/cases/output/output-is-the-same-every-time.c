// args: {this} --export entry --btf -o one.o
// args: {this} --export entry --btf -o two.o
// run: cmp one.o two.o
// view: disasm entry in one.o
// expect: exit

__attribute__((section("xdp"))) int entry(int *context) { return *context; }
