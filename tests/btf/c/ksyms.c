// Symbols of the kernel, typed and untyped, there and not there.
#include "bpf.h"
struct rq {
    int cpu;
};
extern const struct rq no_such_queues __ksym __weak;
extern const int no_such_variable __ksym __weak;
extern const void bpf_no_such_symbol __ksym __weak;
extern const void schedule __ksym;

SEC("tc") int ksyms(struct __sk_buff *skb) {
    int result = 0;
    if (&no_such_queues)
        result |= 1;
    if (&no_such_variable)
        result |= 2;
    if (&bpf_no_such_symbol)
        result |= 4;
    if ((long)&schedule & 1)
        result |= 8;
    return result;
}
