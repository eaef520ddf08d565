pub fn run(c: &mut Skb) -> u32 {
    let x = c.mark as u128 * c.priority as u128 * c.cb[0] as u128;
    ((x >> 32) ^ (x >> 90)) as u32
}
