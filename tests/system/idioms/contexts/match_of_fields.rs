pub fn run(c: &mut Skb) -> u32 {
    match c.mark & 7 {
        0 => c.len,
        1 => c.priority,
        2 => c.cb[0],
        3 => c.cb[4],
        4 => c.protocol,
        _ => 9,
    }
}
