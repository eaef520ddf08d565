/* What C can say in BTF: `regenerate.sh` makes BTF of it, which no fix may change. */
typedef unsigned int u32; typedef unsigned long long u64;
#define SEC(n) __attribute__((section(n), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __tag(x) __attribute__((btf_decl_tag(x)))
#define __ttag(x) __attribute__((btf_type_tag(x)))
#define __ksym __attribute__((section(".ksyms")))
#define __kconfig __attribute__((section(".kconfig")))
#define __weak __attribute__((weak))
struct bf { int a:3; unsigned b:5; u64 c:40; enum {P,Q} e; u32 plain; } __tag("bf");
enum big { HUGE = 1ULL<<40, NEG = -1 };
union un { struct bf b; float f; double d; long double ld; struct { int x; int y __tag("member"); }; };
struct list { struct list *next; struct list **prev; volatile const char *restrict name; int (*cb)(struct list *, int); };
struct fwd;
struct task { int pid; struct { int in; struct list l; } sub[4]; struct fwd *f; u32 __ttag("user") *up; } __attribute__((preserve_access_index));
extern int kfn(struct task *t, int) __ksym;
extern const int weakv __ksym __weak;
extern const void vsym __ksym;
extern int CONFIG_HZ __kconfig;
struct { __uint(type, 1); __uint(max_entries, 16); __type(key, u32); __type(value, union un); } m1 SEC(".maps");
struct { __uint(type, 2); __uint(max_entries, 16); __type(key, u32); __type(value, struct list); } m2 SEC(".maps");
char lic[] SEC("license") = "GPL";
static volatile int st = 3; int bssv; const volatile u64 ro = 4; enum big gb;
static __attribute__((noinline)) int sub(struct task *t, u64 x __tag("arg")) { return t->sub[2].l.next != 0 ? x + st : 0; }
__attribute__((noinline)) int glob(int a) { return a * st + bssv; }
SEC("xdp") int prog(void *ctx) { struct task *t = ctx; if (__builtin_preserve_field_info(t->sub[1].in, 2)) return kfn(t, 1);
 return sub(t, ro) + glob(3) + weakv + CONFIG_HZ + (int)(long)&vsym + (int)gb + *t->up + __builtin_preserve_type_info(*(struct bf*)0, 0); }
