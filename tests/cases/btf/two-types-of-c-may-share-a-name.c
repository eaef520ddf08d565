// The kernel compares plain names (a kptr, the context, a spin lock), and C has no other.
//
// run: clang -target bpf -O2 -g -emit-llvm -c other.c -o other.bc
// link: --btf this.bc other.bc
// view: btf
// count: 2 STRUCT 'task_struct'
// reject: ___2

struct task_struct { int pid; };
__attribute__((section("xdp"))) int entry(struct task_struct *task) { return task->pid; }
//--- other.c
struct task_struct { long flags; int tgid; };
__attribute__((section("xdp"))) int other(struct task_struct *task) { return task->tgid; }
