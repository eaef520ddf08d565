// CO-RE: offsets, sizes, existence, enumerators and types; the local layouts are deliberately not the kernel's.
#include "bpf.h"
struct list_head {
    struct list_head *next;
} __core;
struct task_struct {
    int wrong;
    int pid;
    struct list_head tasks;
    struct task_struct *group_leader;
    char comm[16];
} __core;
struct task_struct___future {
    long no_such_member;
} __core;
struct no_such_struct {
    int x;
} __core;
enum bpf_map_type___local { BPF_MAP_TYPE_HASH___local = 77, NO_SUCH___local = 78 };

SEC("raw_tp/sys_enter") int core(void *ctx) {
    struct task_struct *task = bpf_get_current_task(), *leader = 0;
    int pid = 0, result = 0;
    bpf_probe_read_kernel(&leader, sizeof(leader), &task->group_leader);
    bpf_probe_read_kernel(&pid, sizeof(pid), &leader->pid);
    struct task_struct___future *future = (void *)task;
    if (__builtin_preserve_field_info(future->no_such_member, 2)) {
        bpf_probe_read_kernel(&result, sizeof(result), &future->no_such_member);
    }
    result += __builtin_preserve_field_info(task->comm[2], 0);
    result += __builtin_preserve_field_info(task->pid, 1);
    result += __builtin_preserve_type_info(*(struct no_such_struct *)0, 0);
    result += __builtin_preserve_type_info(*(struct task_struct *)0, 1);
    result += __builtin_preserve_enum_value(
        *(typeof(enum bpf_map_type___local) *)BPF_MAP_TYPE_HASH___local, 1);
    result += __builtin_preserve_enum_value(*(typeof(enum bpf_map_type___local) *)NO_SUCH___local, 0);
    result += __builtin_btf_type_id(*(struct task_struct *)0, 1) != 0;
    return result + pid;
}
