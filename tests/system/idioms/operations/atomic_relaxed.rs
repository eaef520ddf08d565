use core::sync::atomic::{AtomicU64, Ordering};

static H: AtomicU64 = AtomicU64::new(4);

pub fn run(c: &mut Skb) -> u32 {
    H.store(c.mark as u64 * 3, Ordering::Relaxed);
    H.load(Ordering::Relaxed) as u32 + (H.load(Ordering::Relaxed) >> 32) as u32
}
