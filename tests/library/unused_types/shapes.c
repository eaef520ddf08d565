// Every way in which a type leads to another, as far as BTF distinguishes them.

struct deep { int a; };
struct pointed { struct deep inside; int b; };
struct twice { int one; struct deep inside; };
struct once { int one; };
struct aliased { int one; };
struct held { long a, b; };
struct element { long c; };
struct argument { struct deep *of; };
struct local { long a, b; };
struct forward;
typedef const struct aliased *alias;
typedef struct { long z; struct local *away; } nameless;
typedef int (*callback)(struct argument *, nameless *);

#define user __attribute__((btf_type_tag("user")))

struct shown {
    struct pointed *p;
    const struct twice *first, *second;
    const struct once *only;
    alias by_name;
    struct held held;
    struct element *elements[3];
    struct forward *nothing;
    struct shown *next;
    struct pointed user *tagged;
    callback call;
    union { int i; long l; struct { int x : 3, y : 5; }; };
    enum kind { A, B = -1 } kind;
    enum kind *kinds;
    volatile int number;
};

struct key { struct deep *of; };
struct value { struct key *of; int n; };
struct inner { int (*type)[1]; int (*max_entries)[4]; struct key *key; struct value *value; };

struct inner table __attribute__((section(".maps"), used));
struct { int (*type)[12]; int (*max_entries)[4]; unsigned *key; struct inner *values[]; }
    tables __attribute__((section(".maps"), used)) = { .values = { &table } };

struct { struct held *of; } global = { 0 };
static struct argument hidden_but_used;

int external(struct local *x) __attribute__((section(".ksyms")));

static __attribute__((noinline)) int inlined_not(struct argument *x) { return x->of != 0; }

static int inlined(nameless *x, struct local *space) {
    if (!x->z) goto labelled;
    space->a = x->z;
labelled:
    __asm__ volatile("" :: "r"(space) : "memory");
    return space->b;
}

__attribute__((section("xdp"), used)) int entry(struct shown *s __attribute__((btf_decl_tag("context")))) {
    nameless x = { s->i };
    struct local space = { 0 };
    int sum = inlined(&x, &space) + inlined_not(&hidden_but_used) + external(&space);
    sum += __builtin_preserve_access_index(s->held.b) + __builtin_preserve_access_index(s->next->kind);
    return sum + __builtin_preserve_type_info(*(struct once *)0, 0) + (global.of != 0);
}

// What only one function mentions is the function's own in bitcode, and stays.
__attribute__((section("xdp"), used)) int other(struct shown *s) {
    nameless x = { s->l };
    struct local space = { 1 };
    return inlined(&x, &space) + (s->by_name != 0);
}

char _license[] __attribute__((section("license"), used)) = "GPL";
