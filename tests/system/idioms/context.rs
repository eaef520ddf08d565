//! The context of the programs, for BPF and for this machine.

/// `struct __sk_buff` of `linux/bpf.h`, as far as it is used.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct Skb {
    pub len: u32,
    pub pkt_type: u32,
    pub mark: u32,
    pub queue: u32,
    pub protocol: u32,
    pub vlan: u32,
    pub tci: u32,
    pub vlan_protocol: u32,
    pub priority: u32,
    pub ingress: u32,
    pub ifindex: u32,
    pub index: u32,
    pub cb: [u32; 5],
    pub hash: u32,
    pub classid: u32,
    pub data: u32,
    pub data_end: u32,
}
