//! Packets, byte by byte.

/// The Ethernet addresses of every packet made here.
pub const TO: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
pub const FROM: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];

/// Protocol numbers of IPv4.
pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP: u8 = 1;

/// An IPv4 packet to be.
#[derive(Clone, Copy)]
pub struct Ipv4 {
    pub source: [u8; 4],
    pub destination: [u8; 4],
    pub protocol: u8,
    pub source_port: u16,
    pub destination_port: u16,
    /// Words of header options.
    pub options: u8,
}

impl Ipv4 {
    /// With a correct header checksum, padded to the 60 bytes of the smallest frame.
    pub fn bytes(self) -> Vec<u8> {
        let words = 5 + self.options;
        let mut header = vec![0x40 | words, 0, 0, 40, 0, 1, 0, 0, 64, self.protocol, 0, 0];
        header.extend(self.source);
        header.extend(self.destination);
        header.extend(vec![1; usize::from(self.options) * 4]);
        let checksum = !sum(&header);
        header[10..12].copy_from_slice(&checksum.to_be_bytes());

        let mut packet = ethernet([0x08, 0x00], &header);
        packet.extend(self.source_port.to_be_bytes());
        packet.extend(self.destination_port.to_be_bytes());
        packet.extend([0, 20, 0xab, 0xcd]);
        packet.resize(packet.len().max(60), 0);
        packet
    }
}

/// A frame of that type.
pub fn ethernet(kind: [u8; 2], rest: &[u8]) -> Vec<u8> {
    [&TO[..], &FROM, &kind, rest].concat()
}

/// The ones' complement sum of an IPv4 header (RFC 1071); 0xffff for one with a correct checksum.
pub fn sum(header: &[u8]) -> u16 {
    let words = header.chunks_exact(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).expect("folded to 16 bits")
}
