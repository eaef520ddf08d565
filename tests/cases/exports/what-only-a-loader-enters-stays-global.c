// Programs that an array of programs, a struct_ops or a tag names are entered by the kernel: who exports the one that needs them
// need not name them. Others go.
//
// args: --export entry --export operations --btf
// view: symbols
// expect: g O license {{.*}} LICENSE
// view: symbols
// expect: g F .text {{.*}} callback
// view: symbols
// expect: g F tc {{.*}} entry
// view: symbols
// expect: g F struct_ops/first {{.*}} first
// view: symbols
// expect: g F tc {{.*}} tailed
// view: symbols
// reject: other

#define SEC(name) __attribute__((section(name)))

typedef unsigned long u64;

__attribute__((noinline)) int callback(u64 cookie)
{
  return cookie + 3;
}

__attribute__((noinline)) int other(u64 cookie)
{
  return cookie + 4;
}

SEC("tc") int tailed(void *context)
{
  return 7;
}

struct {
  int (*type)[3];
  int (*max_entries)[3];
  int (*key_size)[4];
  int (*values[])(void *);
} jumps SEC(".maps") = { .values = { [2] = (void *)&tailed } };

static long (*tail_call)(void *context, void *map, unsigned index) = (void *)12;
static u64 (*ktime)(void) = (void *)5;
extern void bpf_throw(u64 cookie) SEC(".ksyms");

SEC("tc") __attribute__((btf_decl_tag("exception_callback:callback"))) int entry(void *context)
{
  if (ktime() == 5)
    bpf_throw(5);
  tail_call(context, &jumps, 2);
  return 0;
}

SEC("struct_ops/first") unsigned first(u64 *context)
{
  return 5;
}

struct operations {
  unsigned (*first)(void *);
  char name[16];
};

SEC(".struct_ops") struct operations operations = { .first = (void *)first, .name = "mine" };

char LICENSE[] __attribute__((section("license"))) = "GPL";
