// A name one slip away from what libbpf and aya know is a slip; any other one is nobody's business.
//
// args: --btf
// warning: `first` is in section `xpd`, which no loader knows
// warning: `second` is in section `kprob/foo`, which no loader knows
// warning: `LICENSE` is in section `licence`, which no loader knows [unknown-section]
// help: did you mean `xdp`?
// help: did you mean `kprobe/foo`?
// help: did you mean `license`?
// view: stderr
// expect: `first` {{.*}}this.c:18) [unknown-section]
// count: 3 [unknown-section]
// args: --btf -W no-unknown-section
// view: stderr
// reject: warning
#define SEC(name) __attribute__((section(name), used))

SEC("xpd") int first(void *context) { return 2; }
SEC("kprob/foo") int second(void *context) { return 2; }
SEC("from-container") int third(void *context) { return 2; }
SEC("xdp2") int fourth(void *context) { return 2; }
char LICENSE[] SEC("licence") = "GPL";
char ABOUT[] SEC("about") = "a firewall";
