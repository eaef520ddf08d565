// The kernel refuses a program that hands a function to a helper unless BTF describes the function, and libbpf finds the
// tables of struct_ops by BTF.
//
// compile: -g
// args:
// warning: no loader will understand section .struct_ops.link, the callback `step` without BTF [needs-btf]
// args: --btf --fatal-warnings
static long (*loop)(unsigned, void *, void *, unsigned long long) = (void *)181;
static __attribute__((noinline)) long step(unsigned at, void *sum) {
  *(int *)sum += at;
  return 0;
}

__attribute__((section("xdp"), used)) int prog(void *context) {
  int sum = 0;
  loop(4, step, &sum, 0);
  return sum;
}

struct tcp_congestion_ops {
  char name[16];
};
__attribute__((section(".struct_ops.link"), used)) struct tcp_congestion_ops ops = {"none"};
