//! An XDP firewall.
//!
//! User space fills `BLOCKLIST`; the program looks the sender of every IPv4 packet up there, and
//! counts in `ACTIONS` what became of it. See README.md for the table of packets and verdicts.
#![no_std]
#![no_main]

use core::ptr;

use aya_ebpf::{
    bindings::xdp_action,
    macros::{map, xdp},
    maps::{HashMap, PerCpuArray},
    programs::XdpContext,
};

const ETHERNET: usize = 14;
const IPV4_MINIMUM: usize = 20;
const ETHERTYPE_IPV4: [u8; 2] = [0x08, 0x00];
const TCP: u8 = 6;
const UDP: u8 = 17;

/// What is to happen to the packets of one address.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rule {
    /// An `xdp_action`; `XDP_TX` sends the packet back to where it came from.
    pub action: u32,
    /// The only TCP or UDP destination port that the rule is about; 0 stands for every packet.
    pub port: u32,
}

/// Sender (the four bytes of the address, as on the wire) to rule.
#[map]
static BLOCKLIST: HashMap<[u8; 4], Rule> = HashMap::with_max_entries(1024, 0);

/// Packets by the `xdp_action` that they met.
#[map]
static ACTIONS: PerCpuArray<u64> = PerCpuArray::with_max_entries(5, 0);

/// The action for senders without a rule. A loader may override it before it loads the object.
#[unsafe(no_mangle)]
static DEFAULT_ACTION: u32 = xdp_action::XDP_PASS;

#[xdp]
pub fn firewall(ctx: XdpContext) -> u32 {
    let action = judge(&ctx).unwrap_or(xdp_action::XDP_ABORTED);
    count(action);
    action
}

/// The action for a packet; none for one that ends before its headers do.
#[inline(always)]
fn judge(ctx: &XdpContext) -> Option<u32> {
    let ethertype: [u8; 2] = read(ctx, 12)?;
    if ethertype != ETHERTYPE_IPV4 {
        return Some(xdp_action::XDP_PASS);
    }
    let version_and_length: u8 = read(ctx, ETHERNET)?;
    let header = usize::from(version_and_length & 0x0f) * 4;
    if version_and_length >> 4 != 4 || header < IPV4_MINIMUM {
        return None;
    }
    let protocol: u8 = read(ctx, ETHERNET + 9)?;
    let source: [u8; 4] = read(ctx, ETHERNET + 12)?;
    let port = match protocol {
        TCP | UDP => u16::from_be_bytes(read(ctx, ETHERNET + header + 2)?),
        _ => 0,
    };
    let action = action_for(u32::from_ne_bytes(source), port);
    if action == xdp_action::XDP_TX {
        send_back(ctx)?;
    }
    Some(action)
}

/// Looks the rules up. A function of its own: the verifier sees a BPF-to-BPF call.
#[inline(never)]
fn action_for(source: u32, port: u16) -> u32 {
    // SAFETY: an entry that user space replaces meanwhile may be read half old, half new; both
    // halves are plain numbers.
    match unsafe { BLOCKLIST.get(source.to_ne_bytes()) } {
        Some(rule) if rule.port == 0 || rule.port == u32::from(port) => rule.action,
        // SAFETY: a static is valid to read. Volatile, because a loader may have changed it.
        _ => unsafe { ptr::read_volatile(&raw const DEFAULT_ACTION) },
    }
}

#[inline(never)]
fn count(action: u32) {
    if let Some(counter) = ACTIONS.get_ptr_mut(action) {
        // SAFETY: the counter is this CPU's own, and programs are not preempted by one another.
        unsafe { *counter += 1 }
    }
}

/// Swaps the two Ethernet addresses.
#[inline(always)]
fn send_back(ctx: &XdpContext) -> Option<()> {
    let addresses: *mut [[u8; 6]; 2] = at(ctx, 0)?;
    // SAFETY: `at` proved that all twelve bytes are inside the packet.
    unsafe {
        let [destination, source] = addresses.read();
        addresses.write([source, destination]);
    }
    Some(())
}

#[inline(always)]
fn read<T: Copy>(ctx: &XdpContext, offset: usize) -> Option<T> {
    let field: *mut T = at(ctx, offset)?;
    // SAFETY: `at` proved that the field is inside the packet; packets are not aligned.
    Some(unsafe { field.read_unaligned() })
}

/// The place of a `T` in the packet; none when the packet is too short for it.
#[inline(always)]
fn at<T>(ctx: &XdpContext, offset: usize) -> Option<*mut T> {
    let start = ctx.data() + offset;
    if start + size_of::<T>() > ctx.data_end() {
        return None;
    }
    Some(start as *mut T)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
