// Two files have a function of the same template in a COMDAT group.
//
// returns: first 29
// libbpf: refuses

//--- a.cc
#define SEC(name) __attribute__((section(name), used))
template <int N> __attribute__((noinline)) int times(int x) { return x * N; }
extern "C" int other(int x);
extern "C" SEC("xdp") int first(void *ctx) { return times<3>(5) + other(2); }
extern "C" { extern char LICENSE[]; char LICENSE[] SEC("license") = "GPL"; }
//--- b.cc
template <int N> __attribute__((noinline)) int times(int x) { return x * N; }
extern "C" __attribute__((noinline)) int other(int x) { return times<3>(x) + times<4>(x); }
