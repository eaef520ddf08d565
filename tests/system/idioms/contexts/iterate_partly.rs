pub fn run(c: &mut Skb) -> u32 {
    let mut sum = 0;
    for (i, one) in c.cb.iter().enumerate() {
        if i as u32 >= c.mark {
            break;
        }
        sum += one >> i;
    }
    sum
}
