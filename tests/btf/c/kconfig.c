// Settings of the kernel, of all types that libbpf knows.
#include "bpf.h"
enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };
extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_TCP_CONG_CUBIC __kconfig __weak;
extern unsigned long CONFIG_NO_SUCH_NUMBER __kconfig __weak;
extern char CONFIG_NO_SUCH_LETTER __kconfig __weak;
extern char CONFIG_DEFAULT_HOSTNAME[64] __kconfig __weak;

SEC("tc") int kconfig(struct __sk_buff *skb) {
    if (!CONFIG_BPF_SYSCALL || CONFIG_NO_SUCH_LETTER)
        return CONFIG_NO_SUCH_NUMBER;
    return LINUX_KERNEL_VERSION + CONFIG_TCP_CONG_CUBIC + CONFIG_DEFAULT_HOSTNAME[skb->len & 63];
}
