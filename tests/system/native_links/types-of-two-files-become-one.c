// Structs that one file only declares, a struct without a name, enumerations, and a tag: equal types are one type, and
// declarations become the struct that the other file defines.
//
// returns: first 1105
// libbpf: agrees

//--- a.c
#define SEC(name) __attribute__((section(name), used))
struct node;
struct holder { struct node *node; int number; } holder;
typedef struct { int value; } unnamed;
enum color { RED, GREEN };
int visit(int x, struct node *node, unnamed *last);
int paint(enum color color);
__attribute__((weak, noinline)) int both(void) { return 1; }
extern int late __attribute__((weak));
SEC("xdp") int first(void *ctx) {
    unnamed last = {2};
    int sum = holder.number + both() + paint(GREEN);
    sum += visit(1, 0, &last);
    if (&late) sum += late;
    return sum;
}
char LICENSE[] SEC("license") = "GPL";
//--- b.c
struct node { int key; struct node *next; struct holder *holder; };
struct holder { struct node *node; int number; };
typedef struct { int value; } unnamed;
enum color { RED, GREEN };
int late = 1000;
struct node list;
__attribute__((noinline, btf_decl_tag("mine"))) int visit(int x, struct node *node, unnamed *last) {
    return x + (last ? last->value : 0) + (node ? node->key : 0);
}
__attribute__((noinline)) int paint(enum color color) { return color * 100; }
__attribute__((noinline)) int both(void) { return 2; }
