pub fn run(c: &mut Skb) -> u32 {
    let x = c.mark as u64 | (c.priority as u64) << 32;
    let (y, over) = x.overflowing_mul(c.cb[0] as u64);
    (x.saturating_mul(c.cb[1] as u64) >> 7) as u32 ^ y as u32 ^ over as u32
}
