pub fn run(c: &mut Skb) -> u32 {
    c.cb.iter().fold(0, |sum, one| sum ^ *one)
}
