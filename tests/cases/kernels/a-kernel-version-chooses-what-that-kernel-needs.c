// Kernels before 5.3 know no loops, before 4.16 no calls, before 5.1 no jumps on 32 bits, and old BTF.
//
// compile: -g -mcpu=v3
// args: --btf
// view: disasm entry
// expect: if w{{[0-9]+}}
// expect: call
// args: --btf --kernel 5.2
// view: disasm entry
// reject: goto -
// expect: call
// args: --btf --kernel 4.14
// view: disasm entry
// reject: {{goto -|call|if w}}
// view: btf
// reject: {{FUNC|VAR}}
// args: --btf --kernel 4.14 --print-plan
// view: stdout
// expect: kernel 4.14
// args: --btf --kernel newest
// error: usage
// cause: not a kernel version such as 5.4

__attribute__((noinline)) static unsigned int mixed(unsigned int value) {
  return (value ^ value >> 16) * 0x85ebca6b;
}

__attribute__((section("xdp"))) int entry(volatile unsigned int *words) {
  unsigned int sum = mixed(words[0]);
  for (int at = 0; at < 40; at++)
    sum += words[0] < sum ? 1 : mixed(words[1]);
  return sum;
}
