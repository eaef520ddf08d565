// A symbol has no type, so a wrong extern would read the bytes of a neighbor. Types are compared as libbpf's linker does.
//
// run: clang -target bpf -O2 -g -emit-llvm -c other.c -o other.bc
// run: for one in NUMBER CALL MAP SIZE MEMBER CONFIG KERNEL WEAK; do clang -target bpf -O2 -g -D$one -emit-llvm -c users.c -o $one.bc || exit 1; done
// run: clang -target bpf -O2 -g1 -DCALL -emit-llvm -c users.c -o lines.bc
// run: llvm-ar rcs other.a other.bc
// link: NUMBER.bc other.bc
// error: link conflicting types for `number`
// cause: users.c:5 declares it as `long`
// cause: other.c:3 defines it as `int`
// help: declare it with the type of its definition, best in one header that both sources include
// link: other.bc NUMBER.bc
// error: link conflicting types for `number`
// cause: other.c:3 defines it as `int`
// link: CALL.bc other.bc
// error: link conflicting types for `function`
// cause: users.c:9 declares it as `int (const char *)`
// cause: other.c:4 defines it as `long (long, int)`
// link: CALL.bc other.a
// error: link conflicting types for `function`
// cause: users.c:9 declares it as `int (const char *)`
// link: MAP.bc other.bc
// error: link conflicting types for `map`
// cause: users.c:13 declares it as a map with type 1
// cause: other.c:6 defines it as a map with type 2
// link: SIZE.bc other.bc
// error: link conflicting types for `map`
// cause: users.c:17 defines it as a map with the value `unsigned int`
// cause: other.c:6 defines it as a map with the value `unsigned long`
// link: MEMBER.bc other.bc
// error: link conflicting types for `pair`
// cause: users.c:22 declares it as `struct pair` with `long second` at byte 8
// cause: other.c:8 defines it as `struct pair` with `int second` at byte 4
// link: CONFIG.bc other.bc
// error: link conflicting types for `CONFIG_X`
// cause: users.c:27 declares it as `enum tristate`
// cause: other.c:9 declares it as `_Bool`
// link: KERNEL.bc other.bc
// error: link conflicting types for `kernel_function`
// cause: users.c:31 declares it as `int (struct task_struct **)`
// cause: other.c:10 declares it as `int (struct task_struct *)`
// link: WEAK.bc other.bc
// error: link conflicting types for `function`
// cause: users.c:35 defines it as `int (void)`
// cause: other.c:4 defines it as `long (long, int)`
// link: lines.bc other.bc
// view: files
// expect: out.o

//--- other.c
#define SECTION(name) __attribute__((section(name)))
struct pair { int first, second; };
int number = 5;
__attribute__((noinline)) long function(long first, int second) { return first + second; }
struct { int (*type)[2]; int (*max_entries)[4]; unsigned *key; unsigned long *value; }
    map SECTION(".maps") __attribute__((weak));
struct task_struct { int pid; };
struct pair pair = {1, 2};
extern _Bool CONFIG_X SECTION(".kconfig") __attribute__((weak));
extern int kernel_function(struct task_struct *task) SECTION(".ksyms");
SECTION("tc") int other(struct task_struct *task) {
    return number + pair.second + CONFIG_X + kernel_function(task);
}
//--- users.c
#define SECTION(name) __attribute__((section(name)))
static void *(*lookup)(void *map, const void *key) = (void *)1;

#ifdef NUMBER
extern long number;
SECTION("xdp") int user(void *context) { return number >> 32; }
#endif
#ifdef CALL
int function(const char *text);
SECTION("xdp") int user(void *context) { return function(context); }
#endif
#ifdef MAP
extern struct { int (*type)[1]; int (*max_entries)[4]; unsigned *key; unsigned long *value; } map SECTION(".maps");
SECTION("xdp") int user(void *context) { unsigned key = 0; return !lookup(&map, &key); }
#endif
#ifdef SIZE
struct { int (*type)[2]; int (*max_entries)[4]; unsigned *key; unsigned *value; } map SECTION(".maps");
SECTION("xdp") int user(void *context) { unsigned key = 0; return !lookup(&map, &key); }
#endif
#ifdef MEMBER
struct pair { int first; long second; };
extern struct pair pair;
SECTION("xdp") int user(void *context) { return pair.second; }
#endif
#ifdef CONFIG
enum tristate { NO, YES };
extern enum tristate CONFIG_X SECTION(".kconfig") __attribute__((weak));
SECTION("xdp") int user(void *context) { return CONFIG_X; }
#endif
#ifdef KERNEL
extern int kernel_function(struct task_struct **task) SECTION(".ksyms");
SECTION("tc") int user(void *context) { return kernel_function(context); }
#endif
#ifdef WEAK
__attribute__((weak)) int function(void) { return 1; }
SECTION("tc") int user(void *context) { return function(); }
#endif
