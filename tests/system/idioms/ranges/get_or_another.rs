pub fn run(c: &mut Skb) -> u32 {
    let values = [c.mark, c.priority, c.cb[1]];
    *values.get(c.mark as usize).unwrap_or(&6) ^ *values.get(c.priority as usize).unwrap_or(&values[1])
}
