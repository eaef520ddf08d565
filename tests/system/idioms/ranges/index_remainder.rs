static mut T: [u32; 60] = [3; 60];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[c.mark as usize % 60] += c.len; T[c.mark as usize % 60] }
}
