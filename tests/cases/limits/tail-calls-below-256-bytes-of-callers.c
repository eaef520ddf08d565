// The frames of a tail call's callers stay while the next program runs, so they have a limit of their own; and a tail
// call in a program that traces takes the stacks away that its functions would have.
//
// args: --btf --export entry,jumps
// error: link the kernel would refuse the program
// says: the callers of `jump`, which makes a tail call, need 256 bytes of stack, less than 256 are allowed
// view: stderr
// expect: --> {{.*}}this.c:38
// expect: = cause: `entry` ({{.*}}this.c:48): 96 bytes
// expect-next: = cause: `middle` ({{.*}}this.c:42), called by `entry` at {{.*}}this.c:49: 160 bytes
// expect-next: = cause: `jump` ({{.*}}this.c:38), called by `middle` at {{.*}}this.c:43: 0 bytes
// expect: = help: make the tail call from the program itself
// args: --btf --export small,jumps --fatal-warnings
// args: --btf --export old,jumps
// warning: the callers of `jump`, which makes a tail call, need 256 bytes of stack as kernels before 6.9 count them
// args: --btf --export traces,jumps
// error: link the kernel would refuse the program
// says: the calls from `traces` need 528 bytes of stack, 512 are allowed

struct {
  int (*type)[3];
  int (*key_size)[4];
  int (*value_size)[4];
  int (*max_entries)[1];
} jumps __attribute__((section(".maps")));

static long (*tail_call)(void *context, void *map, unsigned index) = (void *)12;
void use(void *place) __attribute__((section(".ksyms")));

#define FUNCTION __attribute__((noinline)) static long
#define PROGRAM(kind) __attribute__((section(kind))) int
#define WITH_FRAME(size, calls) { char frame[size]; use(frame); return (calls) + frame[3]; }

// The calls come first, so that they are not at the end of a function.
//
FUNCTION jump(void *context)
{
  return tail_call(context, &jumps, 0);
}

//
FUNCTION middle(void *context)
WITH_FRAME(160, jump(context))

FUNCTION large(void *context) WITH_FRAME(384, 0)

//
PROGRAM("xdp") entry(void *context)
WITH_FRAME(96, middle(context))
PROGRAM("xdp") small(void *context)
WITH_FRAME(64, middle(context))
PROGRAM("xdp") old(void *context)
WITH_FRAME(72, middle(context))
PROGRAM("kprobe/a") traces(void *context)
WITH_FRAME(144, jump(context) + large(context))
