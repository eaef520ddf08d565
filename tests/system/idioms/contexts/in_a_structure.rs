struct Wrapper<'a> {
    c: &'a Skb,
    shift: u32,
}

impl Wrapper<'_> {
    fn field(&self, which: u32) -> Option<u32> {
        Some(match which {
            0 => self.c.cb[0],
            1 => self.c.cb[1],
            2 => self.c.mark,
            _ => return None,
        })
    }
}

pub fn run(c: &mut Skb) -> u32 {
    let wrapper = Wrapper { c, shift: c.mark & 7 };
    wrapper.field(c.mark & 3).map_or(1, |field| field >> wrapper.shift)
}
