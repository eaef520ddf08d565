// A trap that is kept as the compiler wrote it. LLVM 19 and 20 call `abort` instead, which is undefined.
//
// llvm: 21..
// args: --btf --export entry,LICENSE --panic keep
// warning: `entry` has a trap
// help: `__builtin_trap` and an abort in Rust become a call of `__bpf_trap`: return
// view: stderr
// expect: `entry` has a trap ({{.*}}this.c:24): every kernel refuses the program if its verifier gets there [trap]
// view: symbols
// expect: __bpf_trap
// args: --btf --export entry,LICENSE --panic keep --kernel 6.12
// warning: `entry` has a trap
// args: --btf --export entry,LICENSE --panic keep -Wno-trap --fatal-warnings
// args: --btf --export entry,LICENSE --panic keep --allow-bpf-trap --fatal-warnings
// args: --btf --export entry,LICENSE --panic keep --fatal-warnings
// error: link a warning is fatal
// cause: `entry` has a trap

__attribute__((section("xdp")))
int entry(int *x)
{
  if (x[0] == 7)
    // An abort in Rust is one too.
    __builtin_trap();
  return 2;
}

char LICENSE[] __attribute__((section("license"))) = "GPL";
