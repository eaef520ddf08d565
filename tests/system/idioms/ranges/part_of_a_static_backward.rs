static mut WORDS: [u16; 12] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
pub fn run(c: &mut Skb) -> u32 {
    let words = unsafe { &*(&raw const WORDS) };
    let count = (c.mark % 12) as usize;
    words[..count].iter().rev().fold(7, |a: u32, b| a.rotate_left(3) ^ u32::from(*b))
}
