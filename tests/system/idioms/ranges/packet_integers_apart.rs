pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + 14 > end {
        return 0;
    }
    let skip = unsafe { *((data + 3) as *const u8) as usize & 7 };
    let p = data + skip;
    if p + 1 > end {
        return 1;
    }
    unsafe { *(p as *const u8) as u32 + 1 }
}
