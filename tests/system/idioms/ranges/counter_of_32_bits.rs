pub fn run(c: &mut Skb) -> u32 {
    let (mut left, mut sum) = (c.mark & 0xfff, 1_u32);
    while left != 0 { sum = sum.wrapping_mul(7) ^ left; left >>= 2; }
    let mut rounds = c.priority & 15;
    while rounds > 0 { sum = sum.rotate_left(1) ^ rounds; rounds -= 1; }
    sum
}
