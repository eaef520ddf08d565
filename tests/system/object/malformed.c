struct node { struct node *next; int value; };
struct { int (*type)[2]; unsigned *key; unsigned *value; int (*max_entries)[4]; } counts
	__attribute__((section(".maps"), used));
static void *(*look)(void *, const void *) = (void *)1;
int shared = 5;
static const char text[] = "words of a constant";
volatile const char *chosen(int x);
typedef const int number;
__attribute__((noinline)) int helper(struct node *n) { return n ? n->value : shared; }
static __attribute__((noinline)) int local(number x) { return x + shared; }
__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	unsigned key = 1, *value = look(&counts, &key);
	static volatile int index = 3;
	if (!value)
		return 0;
	*value = helper(0) + ((volatile const char *)text)[index & 7];
	return local(3) + local(index);
}
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
__asm__(".section .data.grouped,\"awG\",@progbits,grouped,comdat\n.globl grouped\n.type grouped,@object\n"
	"grouped:\n.long 7\n.size grouped, 4\n.text\n");
