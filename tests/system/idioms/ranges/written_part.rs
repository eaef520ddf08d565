pub fn run(c: &mut Skb) -> u32 {
    let mut words = [1_u32, 2, 3, 4, 5, 6];
    let from = (c.mark % 6) as usize;
    for word in &mut words[from..] { *word ^= c.priority; }
    words.iter().fold(0, |a, b| a.wrapping_mul(3).wrapping_add(*b))
}
