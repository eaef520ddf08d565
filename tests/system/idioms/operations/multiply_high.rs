pub fn run(c: &mut Skb) -> u32 {
    let x = c.mark as u64 | (c.priority as u64) << 32;
    (x as u128 * 0x9e37_79b9_7f4a_7c15_u128 >> 64) as u32
}
