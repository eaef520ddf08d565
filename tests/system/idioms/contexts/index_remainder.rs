pub fn run(c: &mut Skb) -> u32 {
    c.cb[c.mark as usize % 5]
}
