// Without records the code holds the offsets of the headers, whatever kernel runs.
//
// compile: -g
// args:
// view: stderr
// expect: warning: no loader will understand the one CO-RE record without BTF [needs-btf]
// args: --btf
// view: stderr
// reject: warning

struct task_struct {
  int tgid;
} __attribute__((preserve_access_index));

__attribute__((section("raw_tp/sched_switch"))) int entry(unsigned long long *arguments) {
  struct task_struct *task = (void *)arguments[1];
  return task->tgid;
}
