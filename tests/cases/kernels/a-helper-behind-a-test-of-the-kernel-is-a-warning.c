// The verifier passes over what cannot be reached for the constant that the loader sets.
//
// compile: -g
// args: --btf --kernel 5.6
// warning: kernel 5.6 takes this only where a test of the kernel keeps it from being reached: `entry` at
// view: stderr
// expect: {{.*}}/this.c:18 needs helper bpf_ktime_get_boot_ns (number 125): since kernel 5.8 [kernel-guarded]
// view: disasm entry
// expect: call 0x7d
// args: --btf --kernel 5.6 -W no-kernel-guarded
// view: stderr
// reject: warning

static unsigned long (*boot_time)(void) = (void *)125;
static unsigned long (*time)(void) = (void *)5;
const volatile _Bool has_boot_time = 0;
__attribute__((section("xdp"))) int entry(void *packet) {
  return (has_boot_time ? boot_time() : time()) >> 30;
}
