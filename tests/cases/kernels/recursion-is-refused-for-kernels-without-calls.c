// What is inlined calls nothing; a function that calls itself stays.
//
// compile: -g
// args: --export entry --kernel 4.15
// error: link the kernel would refuse the program
// says: `fibonacci` is recursive
// args: --export entry --kernel 4.15 --fatal-errors false
// warning: `fibonacci` is recursive
// error: link kernel 4.15 would refuse the object
// help: --ignore-inline-never inlines all but recursion
// view: stderr
// expect: cause: {{.*}} refers to function `fibonacci` and needs calls from one BPF function to another: since kernel 4.16

__attribute__((noinline)) static int fibonacci(int number) {
  return number < 2 ? number : fibonacci(number - 1) + fibonacci(number - 2);
}

__attribute__((section("xdp"))) int entry(volatile int *words) {
  return fibonacci(words[0]);
}
