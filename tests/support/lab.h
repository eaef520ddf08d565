typedef unsigned int __u32; typedef unsigned long long __u64; typedef unsigned char __u8;
#define SEC(n) __attribute__((section(n),used))
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))
#define __uint(n,v) int (*n)[v]
#define __type(n,v) typeof(v) *n
static void *(*bpf_map_lookup_elem)(void*,const void*)=(void*)1;
struct xdp_md{__u32 data,data_end;};
struct __sk_buff{__u32 len;};
