// Loaders apply relocations to code, not to data: an index into a small constant table becomes a choice between addresses,
// and one between the numbers beside them, so that the verifier knows which belong together.
//
// args: --btf
// view: disasm simple
// expect: if {{r1|w1}} == 0x1
// expect: if {{r1|w1}} == 0x0
// view: disasm paired
// expect: 0x6
// expect: exit
struct context { unsigned index, second; };
struct pair { const char *name; long length; };

static const char *const names[] = { "alpha", "beta", "gamma" };
static const struct pair pairs[] = { { "one", 3 }, { "fourty", 6 }, { "three", 5 } };

__attribute__((section("xdp")))
int simple(struct context *it)
{
  return it->index < 3 ? names[it->index][0] : 0;
}

__attribute__((section("xdp")))
int paired(struct context *it)
{
  if (it->index >= 3 || it->second >= pairs[it->index].length)
    return 0;
  return pairs[it->index].name[it->second];
}
