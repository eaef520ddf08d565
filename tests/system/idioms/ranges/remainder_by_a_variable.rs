static mut T: [u8; 32] = [6; 32];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[5] = c.len as u8 };
    let n = (c.priority & 31) as usize + 1;
    unsafe { *T.get_unchecked(c.mark as usize % n) as u32 + n as u32 }
}
