pub fn run(c: &mut Skb) -> u32 {
    let field = match c.mark {
        1 => &c.priority,
        2 => &c.cb[2],
        3 => &c.cb[3],
        _ => &c.len,
    };
    *field
}
