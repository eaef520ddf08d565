static mut T: [u8; 32] = [3; 32];
static mut U: [u8; 32] = [3; 32];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[2] = c.len as u8 };
    let n = (c.mark & 31) as usize;
    unsafe { (T[..n] == U[..n]) as u32 }
}
