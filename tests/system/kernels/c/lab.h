// What the programs of the kernel lab share; written out, so that they need no headers.

#define SEC(name) __attribute__((section(name), used))

struct xdp_md {
  unsigned int data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

char LICENSE[] SEC("license") = "GPL";
