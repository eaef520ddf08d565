pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + 1 > end {
        return 0;
    }
    unsafe { *(data as *const u8) as u32 + 1 }
}
