// GCC's CO-RE records of members of unnamed unions stop at the union, and its code shifts no bit fields that have one:
// both would read something else without a message. The comment that names the compiler stands in for GCC, and so does
// the shorter access string.
//
// run: clang -target bpf -O2 -g -fdebug-compilation-dir=. -S unnamed.c -o unnamed.s && sed 's/"0:1:0"/"0:1\\0\\0"/' unnamed.s > short.s
// run: clang -target bpf -c unnamed.s -o full.o && clang -target bpf -c short.s -o short.o
// run: clang -target bpf -O2 -g -c bits.c -o bits.o && clang -target bpf -O2 -g -DGCC -c bits.c -o bits-gcc.o
// run: clang -target bpf -O2 -g -DGCC -c shifted.c -o shifted.o
// link: full.o --fatal-warnings
// link: short.o
// error: link a CO-RE record stops at an unnamed member of `task`
// cause: loaders look for names, and would put the start of the structure in its place
// cause: short.o is of GCC
// help: compile it with clang, or declare the structure without preserve_access_index
// place: ./unnamed.c:12
// link: short.o -r
// error: link a CO-RE record stops at an unnamed member of `task`
// link: bits.o
// link: bits-gcc.o
// error: link an access to the bit field `flags.high` reads its neighbors, too
// cause: its CO-RE record is for bytes, and the code does not shift them
// cause: bits-gcc.o is of GCC
// help: use BPF_CORE_READ_BITFIELD of bpf_core_read.h, or compile it with clang
// link: shifted.o

//--- unnamed.c
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
struct task {
  int first;
  union {
    int users;
    long other;
  };
} __attribute__((preserve_access_index));

__attribute__((section("raw_tp/sched_switch"), used)) int prog(unsigned long long *context) {
  struct task *task = (void *)context[1];
  return task->users;
}
//--- bits.c
#ifdef GCC
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
#endif
struct flags {
  unsigned low : 3, high : 5;
} __attribute__((preserve_access_index));

__attribute__((section("syscall"), used)) int prog(struct flags *flags) { return flags->high; }
//--- shifted.c
__asm__(".ident \"GCC: (GNU) 16.2.0\"");
struct flags {
  unsigned low : 3, high : 5;
} __attribute__((preserve_access_index));

__attribute__((section("syscall"), used)) int prog(struct flags *flags) {
  unsigned long long value = *(unsigned *)((char *)flags + __builtin_preserve_field_info(flags->high, 0));
  value <<= __builtin_preserve_field_info(flags->high, 4);
  return value >> __builtin_preserve_field_info(flags->high, 5);
}
