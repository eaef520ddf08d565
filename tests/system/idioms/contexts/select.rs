pub fn run(c: &mut Skb) -> u32 {
    if c.mark == 2 { c.len } else { c.priority }
}
