//! Locals whose values the optimizer describes, and some that stay in memory.

#![no_std]

#[derive(Clone, Copy, Default)]
pub struct Header {
    pub source: u32,
    pub ports: [u16; 2],
    pub kind: Kind,
}

#[derive(Clone, Copy, Default)]
pub enum Kind {
    #[default]
    Plain,
    Tagged(u16),
}

impl Header {
    fn parse(words: &[u32; 8], at: usize) -> Option<Self> {
        let source = words.get(at).copied()?;
        let both = words.get(at + 1).copied()?;
        let ports = [both as u16, (both >> 16) as u16];
        let kind = if both & 1 == 0 { Kind::Plain } else { Kind::Tagged(ports[0]) };
        Some(Self { source, ports, kind })
    }
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "socket")]
pub extern "C" fn entry(words: &[u32; 8]) -> u32 {
    let mut held = [0_u64; 6];
    let sum = (0..3).filter_map(|at| Header::parse(words, at)).fold(0_u32, |sum, header| {
        let port = header.ports.iter().copied().max().unwrap_or_default();
        let tag = match header.kind {
            Kind::Plain => 0,
            Kind::Tagged(tag) => u32::from(tag),
        };
        sum.rotate_left(5) ^ header.source ^ u32::from(port) ^ tag
    });
    held[sum as usize % 6] = u64::from(sum);
    core::hint::black_box(&mut held);
    held[1] as u32
}
