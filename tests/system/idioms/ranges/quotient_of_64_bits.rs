static mut T: [u8; 86] = [6; 86];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[5] = c.len as u8 };
    let x = (c.mark as u64) << 20 | c.priority as u64;
    let i = (x & 0xff_ffff_ffff) / 0x3_0000_0000;
    unsafe { *T.get_unchecked(i as usize) as u32 + i as u32 }
}
