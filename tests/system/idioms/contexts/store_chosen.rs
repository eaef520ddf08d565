pub fn run(c: &mut Skb) -> u32 {
    let value = c.priority;
    let field = if c.mark & 1 == 0 { &mut c.cb[1] } else { &mut c.cb[3] };
    *field = value ^ 5;
    c.cb[1] ^ c.cb[3]
}
