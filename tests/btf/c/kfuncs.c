// Functions of the kernel: needed ones, weak ones that are there, weak ones that are not.
#include "bpf.h"
struct task_struct;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;
extern int bpf_no_such_kfunc(struct task_struct *task, __u64 flags, const char *name) __ksym __weak;

SEC("tc") int kfuncs(struct __sk_buff *skb) {
    int result = 0;
    bpf_rcu_read_lock();
    if (bpf_no_such_kfunc)
        result = bpf_no_such_kfunc(0, 1, 0);
    bpf_rcu_read_unlock();
    return result;
}
