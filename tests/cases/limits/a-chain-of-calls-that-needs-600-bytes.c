// The kernel counts the frames of a chain together; none of them is too large alone. The message names the chain, with
// the line of each call, each frame, the sum, and what is large in the frames; also without --btf.
//
// args: --export entry
// error: link the kernel would refuse the program
// says: the calls from `entry` need 608 bytes of stack, 512 are allowed
// view: stderr
// expect: --> {{.*}}this.c:51
// expect: = cause: `entry` ({{.*}}this.c:51): 200 bytes
// expect-next: = cause: `middle` ({{.*}}this.c:45), called by `entry` at {{.*}}this.c:56: 200 bytes
// expect-next: = cause: `leaf` ({{.*}}this.c:36), called by `middle` at {{.*}}this.c:47: 192 bytes
// expect: the kernel counts each frame in steps of 16 bytes
// expect-next: = cause: local `packet` (this.c:54) takes 200 bytes
// expect-next: = cause: local `rows` (this.c:45) takes 200 bytes
// expect-next: = cause: local `buffer` (this.c:35) takes 192 bytes
// expect: = help: keep large data in a map
// view: files
// reject: out.o
// args: --export entry --stack-limit 608 -Wno-needs-btf
// view: symbols
// expect: middle
// args: --export probe
// warning: the calls from `probe` need 608 bytes of stack: only kernels from 6.13 on, on x86-64 and arm64, allow
// warning: no loader will understand
// args: --export probe --stack-limit 600
// error: link the kernel would refuse the program
// says: the calls from `probe` need 608 bytes of stack, 600 are allowed
// args: --export entry --llvm-args=-bpf-stack-size=4096 -Wno-needs-btf
// view: symbols
// expect: entry
void use(void *place) __attribute__((section(".ksyms")));

__attribute__((noinline))
static long leaf(long number) {
  char buffer[192];
  buffer[0] = number;
  use(buffer);
  return buffer[3];
}

// A global function is verified alone, and counts all the same.
__attribute__((noinline))
long middle(long number)
{
  char rows[200]; rows[0] = number;
  use(rows);
  return leaf(rows[7]) + rows[9];
}

__attribute__((section("xdp")))
int entry(int *context)

{
  char packet[200];
  use(packet);
  return middle(packet[1]) + packet[4];
}

__attribute__((section("kprobe/do_unlinkat")))
int probe(int *context)
{
  char packet[200];
  use(packet);
  return middle(packet[1]) + packet[4];
}
