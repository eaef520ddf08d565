static mut T: [u32; 13] = [6; 13];

pub fn run(c: &mut Skb) -> u32 {
    unsafe { T[5] = c.len };
    let i = c.mark as usize;
    if (4..=12).contains(&i) { unsafe { *T.get_unchecked(i) + i as u32 } } else { 1 }
}
