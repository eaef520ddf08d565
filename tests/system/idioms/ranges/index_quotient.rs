static mut T: [u16; 86] = [7; 86];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[2] = c.len as u16 };
    let i = (c.mark & 255) / 3;
    unsafe { T[i as usize] as u32 + i }
}
