pub fn run(c: &mut Skb) -> u32 {
    let x = c.mark as u64 | (c.priority as u64) << 32;
    let y = c.cb[0] as u64 | (c.cb[1] as u64) << 32;
    x.checked_mul(y).map_or(5, |x| x as u32) ^ (x as i64).checked_mul(y as i64).map_or(6, |x| x as u32)
}
