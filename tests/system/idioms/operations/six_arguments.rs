#[inline(never)]
fn six(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32) -> u32 {
    a ^ b.wrapping_mul(c) ^ d ^ e.wrapping_add(f)
}

pub fn run(c: &mut Skb) -> u32 {
    six(c.len, c.mark, c.cb[0], c.cb[1], c.priority, c.cb[2]) ^ six(1, 2, c.mark, 4, 5, 6)
}
