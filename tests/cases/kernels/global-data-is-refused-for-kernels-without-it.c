// A loader would say that it cannot find a map for .bss, if it says anything.
//
// compile: -g
// args: --kernel 5.1
// error: link kernel 5.1 would refuse the object
// help: keep it in a map or on the stack
// view: stderr
// expect: cause: {{.*}}/this.c:15 needs global data: since kernel 5.2
// args: --kernel 5.2
// view: sections
// expect: .bss

int count;
__attribute__((section("xdp"))) int entry(void *packet) {
  return ++count;
}
