pub fn run(c: &mut Skb) -> u32 {
    let i = c.mark as usize;
    if i < 5 { c.cb[i] } else { 77 }
}
