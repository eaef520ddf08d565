// Each file defines a struct_ops map of its own, and its programs.
//
// libbpf: agrees

//--- a.c
#define SEC(name) __attribute__((section(name), used))
struct sock;
struct tcp_congestion_ops { unsigned (*ssthresh)(struct sock *sk); void (*cong_avoid)(struct sock *sk, unsigned ack, unsigned acked); unsigned (*undo_cwnd)(struct sock *sk); char name[16]; };
SEC("struct_ops") unsigned one_ssthresh(unsigned long long *ctx) { return 2; }
SEC("struct_ops") void one_avoid(unsigned long long *ctx) { }
SEC("struct_ops") unsigned one_undo(unsigned long long *ctx) { return 3; }
struct tcp_congestion_ops one SEC(".struct_ops") = { .ssthresh = (void *)one_ssthresh, .cong_avoid = (void *)one_avoid, .undo_cwnd = (void *)one_undo, .name = "one" };
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define SEC(name) __attribute__((section(name), used))
struct sock;
struct tcp_congestion_ops { unsigned (*ssthresh)(struct sock *sk); void (*cong_avoid)(struct sock *sk, unsigned ack, unsigned acked); unsigned (*undo_cwnd)(struct sock *sk); char name[16]; };
static __attribute__((noinline)) int help(void) { return 5; }
SEC("struct_ops") unsigned two_ssthresh(unsigned long long *ctx) { return help(); }
SEC("struct_ops") void two_avoid(unsigned long long *ctx) { }
SEC("struct_ops") unsigned two_undo(unsigned long long *ctx) { return 6; }
struct tcp_congestion_ops two SEC(".struct_ops") = { .ssthresh = (void *)two_ssthresh, .cong_avoid = (void *)two_avoid, .undo_cwnd = (void *)two_undo, .name = "two" };
