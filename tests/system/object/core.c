// A CO-RE access in a function that LLVM puts into a section of its own; `pid` is deliberately not where the kernel has it.
char LICENSE[] SEC("license") = "GPL";
struct task_struct { int wrong; int pid; } __attribute__((preserve_access_index));
static void *(*current)(void) = (void *)35;
static long (*probe_read_kernel)(void *, __u32, const void *) = (void *)113;
static volatile int hits;
__attribute__((noinline)) static int warm(int x) { hits += x; return hits; }
__attribute__((cold, noinline)) static int cold(struct task_struct *task) {
    int pid = 0;
    probe_read_kernel(&pid, sizeof(pid), &task->pid);
    return pid;
}
SEC("classifier") int prog(struct __sk_buff *skb) {
    struct task_struct *task = current();
    return warm(skb->len) + cold(task);
}
