// What only old kernels refuse is worth a word where the program may have to run on one; what a loader may leave out, or the
// verifier never reaches, keeps nothing else from loading.
//
// args: --export old
// warning: the calls from `old` need 544 bytes of stack as kernels before 6.9, and those without a JIT compiler, count them
// args: --export old --kernel 6.9 --fatal-warnings
// args: --export modern --fatal-warnings -W no-needs-btf -W no-above-cpu
// args: --export optional
// warning: the calls from `optional` need 592 bytes of stack, and kernels allow 512: loaders leave the program out unless
// args: --export guarded,wanted
// warning: the calls from `guarded` need 592 bytes of stack, and kernels allow 512: they take it only where a constant keeps
// args: --export guarded
// warning: the calls from `guarded` need 592 bytes of stack, and kernels allow 512: they take it only where a constant keeps
// args: --export settled
// warning: the calls from `settled` need 592 bytes of stack, and kernels allow 512: they take it only where a constant keeps
// args: --export plain
// error: link the kernel would refuse the program
// says: the calls from `plain` need 592 bytes of stack, 512 are allowed
// args: --export deepest --kernel 6.18
// error: link
// says: the calls from `deepest` are 17 deep, 8 are allowed
#define SEC(name) __attribute__((section(name)))
#define OWN __attribute__((noinline)) static

static long (*probe)(void *, int, const void *) = (void *)4;
const volatile int wanted = 0;
static const volatile struct {
	char on;
	int deep;
} settings = {1, 0};
static const char table[] = {1, 2, 3, 4, 5, 6, 7, 8};
int state;

#define FRAME(name, bytes, call) \
	OWN int name(char *from) { char local[bytes]; probe(local, bytes, from); return call + local[from[0] & 7]; }
FRAME(leaf, 240, 1)
FRAME(middle, 240, leaf(from))
FRAME(large, 300, leaf(from))
SEC("xdp") int old(char *context) { char own[8]; probe(own, 8, context); return middle(context) + own[1]; }
SEC("uprobe.session") int modern(char *context)
{
	char own[8];
	probe(own, 8, context);
	return middle(context) + own[1];
}
SEC("?xdp") int optional(char *context) { char own[40]; probe(own, 40, context); return large(context) + own[1]; }
SEC("xdp") int guarded(char *context)
{
	char own[40];
	probe(own, 40, context);
	return wanted ? large(context) : own[1];
}
SEC("xdp") int settled(char *context)
{
	char own[40];
	probe(own, 40, context);
	return settings.deep ? large(context) : own[1];
}
SEC("xdp") int plain(char *context)
{
	char own[40];
	probe(own, 40, context);
	return large(context) + own[1] + table[own[2] & 7];
}

#define LINK(to, from) OWN int to(int x) { state += x; return from(x + 1) * 3; }
OWN int l0(int x) { return x * state; }
LINK(l1, l0) LINK(l2, l1) LINK(l3, l2) LINK(l4, l3) LINK(l5, l4) LINK(l6, l5) LINK(l7, l6) LINK(l8, l7)
LINK(m1, l8) LINK(m2, m1) LINK(m3, m2) LINK(m4, m3) LINK(m5, m4) LINK(m6, m5) LINK(m7, m6)
SEC("xdp") int deepest(int *context) { return m7(*context); }
__attribute__((used)) char LICENSE[] SEC("license") = "GPL";
