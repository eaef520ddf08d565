static mut TEXT: [u8; 12] = *b"ordinary str";
pub fn run(c: &mut Skb) -> u32 {
    let text = unsafe { &mut *(&raw mut TEXT) };
    let old = text[3];
    text[3] = c.mark as u8;
    let found = core::str::from_utf8(text).map_or(1, |text| text.len() as u32);
    text[3] = old;
    found
}
