static mut T: [u32; 13] = [6; 13];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[2] = c.len };
    let i = (c.mark as i32 - 7).clamp(0, 12);
    unsafe { *T.get_unchecked(i as usize) + i as u32 }
}
