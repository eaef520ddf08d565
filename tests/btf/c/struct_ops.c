// Congestion control in BPF: a table of programs that the kernel calls.
#include "bpf.h"
struct sock;
struct tcp_congestion_ops {
    __u32 (*ssthresh)(struct sock *sk);
    void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
    __u32 (*undo_cwnd)(struct sock *sk);
    char name[16];
};
static volatile int calls;

SEC("struct_ops/ssthresh") __u32 ssthresh(unsigned long long *ctx) {
    calls++;
    return 2;
}
SEC("struct_ops/undo_cwnd") __u32 undo_cwnd(unsigned long long *ctx) { return 3; }
SEC("struct_ops/cong_avoid") void cong_avoid(unsigned long long *ctx) { calls += ctx[2] > 1; }

SEC(".struct_ops") struct tcp_congestion_ops lab_congestion = {
    .ssthresh = (void *)ssthresh,
    .cong_avoid = (void *)cong_avoid,
    .undo_cwnd = (void *)undo_cwnd,
    .name = "bpf_lab",
};
