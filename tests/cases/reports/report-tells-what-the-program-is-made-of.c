// args: --export entry --export counts --report - --report-json report.json --insn-limit 1000 -Wno-needs-btf
// view: stdout
// expect: function section insns stack deepest chain source
// expect: helper .text {{[0-9]+}} 64 64 helper {{.*}}this.c:40
// expect: entry xdp {{[0-9]+}} {{[0-9]+}} {{[0-9]+}} entry > helper {{.*}}this.c:
// expect: map type key value entries bytes
// expect-next: counts percpu_array 4 8 16 192
// expect: 1 program, 2 functions, {{.*}} 1 map, 0 bytes of data
// expect: program kernel needs since at
// expect: map type `percpu_array` 4.6 {{.*}}this.c:{{[0-9]+}}
// expect: the oldest kernel that can take all of it: {{[0-9]+}}.{{[0-9]+}}
// view: text in report.json
// expect: "callee": "helper",
// expect: "role": "program",
// expect: "bytes": 192,
// expect: "type": "percpu_array",
// expect: "what": "map type `percpu_array`"
// expect: "programs": 1,
// args: --export entry --insn-limit 3 --report r.txt
// error: link the kernel would refuse the program
// says: `entry` has
// help: raise --insn-limit
// view: text in r.txt
// expect: entry

#define UINT(name, value) int (*name)[value]
struct {
  UINT(type, 6);
  UINT(max_entries, 16);
  unsigned *key;
  unsigned long *value;
} counts __attribute__((section(".maps"), used));

static long (*const lookup)(void *, void *) = (void *)1;

__attribute__((noinline))
static long helper(long number)
{
  volatile char buffer[64];
  buffer[0] = number;
  return buffer[0] + lookup(&counts, (void *)buffer);
}

__attribute__((section("xdp")))
int entry(int *context)
{
  return helper(context[0]) * 2;
}
