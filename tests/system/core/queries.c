// The queries of queries.rs, as C writes them: clang makes the records.
#define SEC(name) __attribute__((section(name), used))
#define __core __attribute__((preserve_access_index))

struct list_head { struct list_head *prev, *next; } __core;
struct load_weight { unsigned inv_weight; unsigned long weight; } __core;
struct sched_entity { unsigned long wrong[3]; struct load_weight load; } __core;
struct rlimit { unsigned long rlim_max, rlim_cur; } __core;
struct signal_struct { short wrong; unsigned has_child_subreaper; struct rlimit rlim[16]; } __core;
struct task_struct {
    char wrong;
    int pid, tgid;
    char comm[16];
    struct task_struct *real_parent, *group_leader;
    struct signal_struct *signal;
    struct sched_entity se;
    struct list_head tasks;
    unsigned sched_reset_on_fork;
} __core;
struct task_struct___rust { unsigned long start_time; int tgid; char wrong; } __core;
struct task_struct___before_5_14 { unsigned long state; } __core;
struct task_struct___since_5_14 { unsigned __state; } __core;
struct task_struct___future { unsigned long wrong, no_such_member; } __core;
struct no_such_struct { unsigned x; } __core;
struct sk_buff { union { struct { struct sk_buff *prev, *next; }; unsigned long list[2]; }; } __core;
union bpf_attr { unsigned long wrong; unsigned prog_type; } __core;
enum bpf_map_type { BPF_MAP_TYPE_HASH = 77, BPF_MAP_TYPE_ARENA = 78, NO_SUCH = 79 };

struct {
    int (*type)[2];
    unsigned *key;
    unsigned long *value;
    int (*max_entries)[64];
} OUT SEC(".maps");

static long (*update)(void *, unsigned *, unsigned long *, unsigned long) = (void *)2;
static struct task_struct *(*current)(void) = (void *)35;
static long (*read_str)(void *, unsigned, const void *) = (void *)115;
static long (*read)(void *, unsigned, const void *) = (void *)113;

#define NONE (~0ul)
#define put(at, what) do { unsigned index = at; unsigned long value = what; update(&OUT, &index, &value, 0); } while (0)
#define info(field, kind) __builtin_preserve_field_info(field, kind)
#define exists(field) info(field, 2)
#define offset(field) (exists(field) ? info(field, 0) : NONE)
#define size(field) (exists(field) ? info(field, 1) : NONE)
#define type(of, kind) __builtin_preserve_type_info(*(of *)0, kind)
#define value(name, kind) __builtin_preserve_enum_value(*(typeof(enum bpf_map_type) *)name, kind)
// As BPF_CORE_READ, but asking first, as Rust's core_read! does.
#define get(into, from, field) (exists((from)->field) ? read(&into, sizeof(into), &(from)->field) : -2)

SEC("raw_tp/sys_enter") int queries(void *ctx) {
    struct task_struct *task = current(), *parent = 0, *leader = 0;
    struct signal_struct *signal = 0;
    int pid = 0;
    unsigned long number = 0;
    put(0, get(pid, task, pid) ? NONE : pid);
    put(1, get(pid, task, tgid) ? NONE : pid);
    put(2, get(parent, task, real_parent) || get(pid, parent, tgid) ? NONE : pid);
    put(3, get(leader, task, group_leader) || get(parent, leader, real_parent) || get(pid, parent, tgid) ? NONE : pid);
    unsigned long comm[2] = {};
    long length = exists(task->comm) ? read_str(comm, sizeof(comm), &task->comm) : -2;
    put(4, length < 0 ? NONE : length - 1);
    put(5, comm[0]);
    put(6, comm[1]);
    unsigned long bits = NONE;
    if (!get(signal, task, signal) && exists(signal->has_child_subreaper)) {
        unsigned long memory = 0;
        if (!read(&memory, info(signal->has_child_subreaper, 1), (char *)signal + info(signal->has_child_subreaper, 0))) {
            memory <<= info(signal->has_child_subreaper, 4);
            unsigned long right = info(signal->has_child_subreaper, 5);
            bits = info(signal->has_child_subreaper, 3) ? (long)memory >> right : memory >> right;
        }
    }
    put(7, bits);
    put(8, get(signal, task, signal) || get(number, signal, rlim[7].rlim_cur) ? NONE : number);
    put(9, get(number, task, se.load.weight) ? NONE : number);
    put(10, offset(task->comm[2]));
    put(11, size(task->comm));
    put(12, size(task->se.load));
    put(13, offset(task->tasks.next));
    put(14, offset(((struct sk_buff *)0)->next));
    put(15, offset(((union bpf_attr *)0)->prog_type));
    put(16, offset(((struct task_struct___future *)0)->no_such_member));
    put(17, exists(task->comm));
    put(18, exists(((struct task_struct___before_5_14 *)0)->state));
    put(19, exists(((struct task_struct___since_5_14 *)0)->__state));
    put(20, type(struct no_such_struct, 0));
    put(21, type(struct task_struct, 0) ? type(struct task_struct, 1) : NONE);
    put(22, type(struct sched_entity, 0) ? type(struct sched_entity, 1) : NONE);
    put(23, value(BPF_MAP_TYPE_HASH, 0) ? value(BPF_MAP_TYPE_HASH, 1) : NONE);
    put(24, value(NO_SUCH, 0) ? value(NO_SUCH, 1) : NONE);
    put(25, value(BPF_MAP_TYPE_ARENA, 0));
    put(26, type(struct task_struct, 0) ? __builtin_btf_type_id(*(struct task_struct *)0, 1) : 0);
    put(27, __builtin_btf_type_id(*(struct task_struct *)0, 0) != 0);
    struct list_head *next = 0, *prev = 0;
    put(28, get(next, task, tasks.next) || get(prev, next, prev) ? NONE : prev != 0);
    put(29, get(pid, (struct task_struct *)0, pid));
    put(30, get(number, (struct task_struct___future *)task, no_such_member));
    put(31, get(pid, (struct task_struct___rust *)task, tgid) ? NONE : pid);
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
