pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + 20 > end {
        return 0;
    }
    let s = unsafe { core::slice::from_raw_parts(data as *const u8, 20) };
    s.iter().fold(0, |sum, one| sum ^ *one as u32) + (s[..6] == [9, 9, 9, 9, 9, 9]) as u32
}
