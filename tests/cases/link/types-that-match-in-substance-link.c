// Names given to types, qualifiers, lengths of arrays, names of parameters and what is behind pointers may differ, also the
// members of a structure that two versions of a header declare.
//
// run: clang -target bpf -O2 -g -emit-llvm -c other.c -o other.bc
// args: --btf {this} other.bc
// view: symbols
// expect: number
// expect: user
// view: btf
// expect: VAR 'map'

#define SECTION(name) __attribute__((section(name)))
static void *(*lookup)(void *map, const void *key) = (void *)1;
typedef int pid_t;
struct task_struct { long state; pid_t pid; };
struct later;
struct pair { const pid_t first; struct task_struct *task; };
extern const volatile pid_t number;
extern int list[];
extern struct later *later;
extern struct later whole;
extern struct pair pair;
extern const struct {
    int (*type)[2]; unsigned *key; unsigned long *value; int (*max_entries)[4];
} map SECTION(".maps");
int without_prototype();
void nothing(void);
int function(struct task_struct *const task, int (*callback)(struct task_struct *));
struct task_struct___local;
int suffixed(struct task_struct___local *task);
__attribute__((weak)) int replaced(int number) { return number; }

SECTION("xdp") int user(struct task_struct *context) {
    unsigned key = 0;
    nothing();
    return number + list[1] + !later + !lookup((void *)&map, &key) + without_prototype(1, 2) + function(context, 0) +
           replaced(2) + suffixed((void *)context) + pair.first + (&whole == later);
}
//--- other.c
#define SECTION(name) __attribute__((section(name)))
typedef int integer;
struct task_struct { integer pid; char name[16]; };
struct later { int value; } whole, *later;
struct pair { int first; struct task_struct *task; } pair;
integer number = 3, list[4] = {1, 2};
struct { unsigned long *value; int (*type)[2]; int (*max_entries)[4]; unsigned *key; } map SECTION(".maps");
__attribute__((noinline)) int without_prototype(int first, int second) { return first + second; }
__attribute__((noinline)) void nothing(void) { number++; }
__attribute__((noinline)) int function(struct task_struct *other_name, integer (*run)(struct task_struct *other)) {
    return other_name->pid + !run;
}
__attribute__((noinline)) int suffixed(struct task_struct *task) { return task->pid; }
__attribute__((noinline)) int replaced(const integer value) { return value + 1; }
