#[inline(never)]
fn pick(c: &Skb, first: bool) -> u32 {
    if first { c.cb[1] } else { c.priority }
}

pub fn run(c: &mut Skb) -> u32 {
    pick(c, c.mark > 3) ^ pick(c, c.mark > 7)
}
