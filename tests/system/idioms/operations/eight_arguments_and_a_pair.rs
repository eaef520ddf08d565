#[inline(never)]
fn eight(a: u32, b: u64, c: u32, d: &[u32], e: u32, f: u32, g: u64) -> u64 {
    (a as u64 ^ b).wrapping_mul(c as u64) ^ d[0] as u64 ^ e.wrapping_add(f) as u64 ^ g
}

pub fn run(c: &mut Skb) -> u32 {
    let mut sum = 0;
    for i in 0..4 {
        sum ^= eight(c.len, c.mark as u64, i, &[c.mark, 4, 5], c.cb[1], c.priority, sum);
    }
    sum as u32
}
