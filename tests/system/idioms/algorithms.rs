// Programs whose loops end for a reason of their own, and other everyday algorithms. A line `// program NAME` starts a module.

// program bits_by_clearing
fn bits(mut n: u32) -> u32 {
    let mut count = 0;
    while n != 0 { n &= n - 1; count += 1; }
    count
}
pub fn run(c: &mut Skb) -> u32 { bits(c.mark) * 100 + bits(c.priority) }

// program bits_of_64
pub fn run(c: &mut Skb) -> u32 {
    let mut n = u64::from(c.mark) << 32 | u64::from(c.priority);
    let mut sum = 0;
    while n != 0 { sum = sum * 3 % 1009 + n.trailing_zeros(); n &= n - 1; }
    sum
}

// program lowest_bits_taken
pub fn run(c: &mut Skb) -> u32 {
    let (mut n, mut sum) = (c.priority, 0_u32);
    while n != 0 {
        let low = n & n.wrapping_neg();
        sum = sum.wrapping_mul(5) ^ low;
        n ^= low;
    }
    sum
}

// program carries_folded
pub fn run(c: &mut Skb) -> u32 {
    let mut sum = c.mark;
    while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16); }
    sum
}

// program carries_of_64_folded
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16); }
    !(sum as u16)
}
pub fn run(c: &mut Skb) -> u32 { u32::from(fold(u64::from(c.mark) << 17 | u64::from(c.priority))) }

// program checksum_of_packet
pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + 34 > end { return 0; }
    let words = data as *const u16;
    let mut sum = 0_u32;
    for i in 7..17 { sum += u32::from(u16::from_be(unsafe { words.add(i).read_unaligned() })); }
    while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16); }
    u32::from(!(sum as u16))
}

// program power_by_squaring
fn power(mut base: u32, mut exponent: u32) -> u32 {
    let mut result = 1_u32;
    while exponent > 0 {
        if exponent & 1 == 1 { result = result.wrapping_mul(base); }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}
pub fn run(c: &mut Skb) -> u32 { power(c.mark, c.priority) }

// program power_of_the_library
pub fn run(c: &mut Skb) -> u32 { c.mark.wrapping_pow(c.priority) ^ 3_u32.saturating_pow(c.mark) }

// program power_modulo
pub fn run(c: &mut Skb) -> u32 {
    let (mut base, mut exponent, mut result) = (u64::from(c.mark % 65_521), c.priority, 1_u64);
    while exponent != 0 {
        if exponent % 2 == 1 { result = result * base % 65_521; }
        base = base * base % 65_521;
        exponent /= 2;
    }
    result as u32
}

// program power_checked
pub fn run(c: &mut Skb) -> u32 { 7_u64.checked_pow(c.mark).map_or(9, |v| v as u32) }

// program greatest_common_divisor
fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 { (a, b) = (b, a % b); }
    a
}
pub fn run(c: &mut Skb) -> u32 { gcd(c.mark, c.priority) }

// program greatest_common_divisor_of_64
pub fn run(c: &mut Skb) -> u32 {
    let (mut a, mut b) = (u64::from(c.mark) * 1_000_003, u64::from(c.priority) * 77);
    while b != 0 { let rest = a % b; a = b; b = rest; }
    a as u32 ^ (a >> 32) as u32
}

// program digits_counted
pub fn run(c: &mut Skb) -> u32 {
    let (mut n, mut digits, mut sum) = (c.priority, 0, 0);
    while n > 0 { sum += n % 10; n /= 10; digits += 1; }
    digits * 1000 + sum
}

// program decimal_text
fn write(mut n: u32, out: &mut [u8; 10]) -> usize {
    let mut at = out.len();
    loop {
        at -= 1;
        out[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 { return at; }
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut text = [b' '; 10];
    let at = write(c.mark, &mut text);
    at as u32 * 1000 + u32::from(text[9]) + u32::from(text[0])
}

// program logarithm
fn log(mut v: u64) -> u32 { let mut r = 0; while v > 1 { v >>= 1; r += 1; } r }
pub fn run(c: &mut Skb) -> u32 { log(u64::from(c.mark) * u64::from(c.priority)) }

// program variable_length_number
pub fn run(c: &mut Skb) -> u32 {
    let (mut n, mut bytes, mut used) = (c.mark, [0_u8; 5], 0);
    loop {
        let byte = (n & 0x7f) as u8;
        n >>= 7;
        if n == 0 { bytes[used] = byte; used += 1; break; }
        bytes[used] = byte | 0x80;
        used += 1;
    }
    bytes[..used].iter().fold(used as u32, |a, b| a.wrapping_mul(31) ^ u32::from(*b))
}

// program jenkins
fn hash(bytes: &[u8]) -> u32 {
    let mut h = 0_u32;
    for b in bytes { h = h.wrapping_add(u32::from(*b)); h = h.wrapping_add(h << 10); h ^= h >> 6; }
    h = h.wrapping_add(h << 3);
    h ^= h >> 11;
    h.wrapping_add(h << 15)
}
pub fn run(c: &mut Skb) -> u32 { hash(&c.mark.to_le_bytes()) ^ hash(&c.cb[1].to_be_bytes()[1..]) }

// program murmur
fn mix(h: u32, k: u32) -> u32 {
    let k = k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    (h ^ k).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}
fn murmur(data: &[u8], seed: u32) -> u32 {
    let mut chunks = data.chunks_exact(4);
    let mut h = chunks.by_ref().fold(seed, |h, four| mix(h, u32::from_le_bytes(four.try_into().unwrap())));
    let mut tail = 0;
    for (i, b) in chunks.remainder().iter().enumerate() { tail |= u32::from(*b) << (8 * i); }
    h ^= tail.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    h ^= data.len() as u32;
    h = (h ^ h >> 16).wrapping_mul(0x85eb_ca6b);
    h = (h ^ h >> 13).wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}
pub fn run(c: &mut Skb) -> u32 {
    let mut data = [0; 11];
    data[..4].copy_from_slice(&c.mark.to_ne_bytes());
    data[5..9].copy_from_slice(&c.priority.to_ne_bytes());
    murmur(&data, 7)
}

// program crc
const fn table() -> [u32; 256] {
    let (mut table, mut i) = ([0; 256], 0);
    while i < 256 {
        let (mut v, mut bit) = (i as u32, 0);
        while bit < 8 { v = if v & 1 == 1 { 0xedb8_8320 ^ v >> 1 } else { v >> 1 }; bit += 1; }
        table[i] = v;
        i += 1;
    }
    table
}
static TABLE: [u32; 256] = table();
pub fn run(c: &mut Skb) -> u32 {
    let bytes = c.mark.to_le_bytes().into_iter().chain(c.priority.to_le_bytes());
    !bytes.fold(!0, |crc, byte| TABLE[((crc ^ u32::from(byte)) & 0xff) as usize] ^ crc >> 8)
}

// program crc_by_bits
pub fn run(c: &mut Skb) -> u32 {
    let mut crc = 0xffff_u16;
    for byte in c.mark.to_be_bytes() {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 { crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }; }
    }
    u32::from(crc)
}

// program random_numbers
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 { self.0 ^= self.0 << 13; self.0 ^= self.0 >> 7; self.0 ^= self.0 << 17; self.0 }
    fn below(&mut self, n: u32) -> u32 { ((u128::from(self.next()) * u128::from(n)) >> 64) as u32 }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut random = Random(u64::from(c.mark) | 1 << 40);
    (0..5).map(|_| random.below(1000)).fold(0, |a, b| a * 7 % 100_003 + b) ^ random.below(c.priority)
}

// program siphash
fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]); v[1] = v[1].rotate_left(13) ^ v[0]; v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]); v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]); v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]); v[1] = v[1].rotate_left(17) ^ v[2]; v[2] = v[2].rotate_left(32);
}
pub fn run(c: &mut Skb) -> u32 {
    let (k0, k1) = (0x0706_0504_0302_0100_u64, 0x0f0e_0d0c_0b0a_0908_u64);
    let mut v = [k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d, k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573];
    for m in [u64::from(c.mark), u64::from(c.priority) | 8 << 56] { v[3] ^= m; round(&mut v); round(&mut v); v[0] ^= m; }
    v[2] ^= 0xff;
    for _ in 0..4 { round(&mut v); }
    let hash = v.iter().fold(0, |a, b| a ^ b);
    hash as u32 ^ (hash >> 32) as u32
}

// program headers
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Ip { version: u8, tos: u8, len: [u8; 2], id: [u8; 2], fragment: [u8; 2], ttl: u8, protocol: u8, sum: [u8; 2], from: [u8; 4], to: [u8; 4] }
#[derive(Debug)]
enum Wrong { Short, Kind(u16), Version(u8) }
unsafe fn at<T: Copy>(c: &Skb, offset: usize) -> Result<T, Wrong> {
    let (start, end) = (c.data as usize, c.data_end as usize);
    if start + offset + size_of::<T>() > end { return Err(Wrong::Short); }
    Ok(unsafe { ((start + offset) as *const T).read_unaligned() })
}
fn parse(c: &Skb) -> Result<u32, Wrong> {
    let kind: [u8; 2] = unsafe { at(c, 12) }?;
    let kind = u16::from_be_bytes(kind);
    if kind & 1 == 1 { return Err(Wrong::Kind(kind)); }
    let ip: Ip = unsafe { at(c, 14) }?;
    let words = usize::from(ip.version & 0xf);
    if !(1..=9).contains(&words) { return Err(Wrong::Version(ip.version)); }
    let ports: [u8; 4] = unsafe { at(c, 14 + words * 4) }?;
    Ok(u32::from_be_bytes(ports) ^ u32::from_be_bytes(ip.from) ^ u32::from(ip.ttl))
}
pub fn run(c: &mut Skb) -> u32 {
    match parse(c) { Ok(v) => v, Err(Wrong::Short) => 1, Err(Wrong::Kind(k)) => u32::from(k), Err(Wrong::Version(v)) => 70_000 + u32::from(v) }
}

// program options_of_tcp
fn mss(options: &[u8; 20]) -> Option<u16> {
    let mut at = 0;
    while at < options.len() {
        match options[at] {
            0 => return None,
            1 => at += 1,
            2 => return Some(u16::from_be_bytes([*options.get(at + 2)?, *options.get(at + 3)?])),
            _ => { let len = usize::from(*options.get(at + 1)?); if len < 2 { return None; } at += len; }
        }
    }
    None
}
pub fn run(c: &mut Skb) -> u32 {
    let mut options = [1_u8; 20];
    options[..4].copy_from_slice(&c.mark.to_be_bytes());
    options[3] &= 15;
    options[8..12].copy_from_slice(&c.priority.to_be_bytes());
    mss(&options).map_or(7, u32::from)
}

// program time_length_value
pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    let (mut at, mut sum) = (data + 14, 0_u32);
    for _ in 0..8 {
        if at + 2 > end { break; }
        let (kind, len) = unsafe { (*(at as *const u8), *((at + 1) as *const u8) & 15) };
        sum = sum.wrapping_mul(31).wrapping_add(u32::from(kind));
        at += 2 + len as usize;
    }
    sum
}

// program prefix_match
#[derive(Clone, Copy)]
struct Prefix { address: u32, length: u8, next: u16 }
const ROUTES: [Prefix; 5] = [
    Prefix { address: 0, length: 0, next: 1 }, Prefix { address: 10 << 24, length: 8, next: 2 },
    Prefix { address: 0x8000_0000, length: 1, next: 3 }, Prefix { address: 0, length: 24, next: 4 },
    Prefix { address: 5, length: 32, next: 5 },
];
fn matches(p: &Prefix, a: u32) -> bool { p.length == 0 || (a ^ p.address) >> (32 - p.length) == 0 }
pub fn run(c: &mut Skb) -> u32 {
    let best = ROUTES.iter().filter(|p| matches(p, c.mark)).max_by_key(|p| p.length);
    best.map_or(0, |p| u32::from(p.next)) * 10 + ROUTES.iter().rev().position(|p| matches(p, c.priority)).unwrap_or(9) as u32
}

// program ring_buffer
struct Ring { items: [u16; 8], head: usize, tail: usize }
impl Ring {
    fn push(&mut self, v: u16) -> Result<(), u16> {
        if self.head - self.tail == self.items.len() { return Err(v); }
        self.items[self.head & 7] = v;
        self.head += 1;
        Ok(())
    }
    fn pop(&mut self) -> Option<u16> {
        if self.head == self.tail { return None; }
        let v = self.items[self.tail & 7];
        self.tail += 1;
        Some(v)
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut ring = Ring { items: [0; 8], head: 0, tail: 0 };
    let mut sum = 0;
    for i in 0..12 {
        let v = (c.mark >> i) as u16;
        if v & 1 == 0 || i < 3 { if let Err(v) = ring.push(v) { sum += u32::from(v); } } else { sum = sum * 3 % 65_537 + ring.pop().map_or(1, u32::from); }
    }
    while let Some(v) = ring.pop() { sum = sum.wrapping_mul(5) + u32::from(v); }
    sum
}

// program big_structure_by_value
#[derive(Clone, Copy)]
struct Flow { from: [u32; 4], to: [u32; 4], ports: (u16, u16), bytes: u64, packets: u64 }
impl Flow {
    #[inline(never)]
    fn turned(self) -> Self { Self { from: self.to, to: self.from, ports: (self.ports.1, self.ports.0), ..self } }
    #[inline(never)]
    fn hash(self) -> u32 {
        let words = self.from.iter().chain(&self.to).fold(17, |h: u32, w| h.rotate_left(5) ^ w);
        words ^ u32::from(self.ports.0) << 3 ^ u32::from(self.ports.1) ^ self.bytes as u32 ^ self.packets as u32
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let flow = Flow { from: [c.mark, 1, 2, c.cb[0]], to: [c.priority, 5, c.cb[1], 7], ports: (c.mark as u16, 443), bytes: 9, packets: u64::from(c.cb[2]) };
    flow.hash() ^ flow.turned().hash().rotate_left(3)
}

// program big_closures
fn apply<F: FnMut(u32) -> Option<u32>>(n: u32, mut f: F) -> Option<u32> {
    let mut last = None;
    for i in 0..n { last = Some(f(i)?); }
    last
}
pub fn run(c: &mut Skb) -> u32 {
    let (mut seen, mark, mut total) = ([0_u8; 4], c.mark, 1_u32);
    let found = apply(mark & 7, |i| {
        let byte = (mark >> (i * 4)) as u8;
        seen[(byte & 3) as usize] += 1;
        total = total.wrapping_mul(u32::from(byte) | 1);
        (byte != 77).then_some(total)
    });
    found.unwrap_or(3) ^ u32::from(seen[0]) ^ u32::from(seen[3]) << 8
}

// program wide_arithmetic
pub fn run(c: &mut Skb) -> u32 {
    let a = i128::from(c.mark as i32) * i128::from(c.priority) - (1_i128 << 70);
    let b = u128::from(c.mark) << 64 | u128::from(c.priority);
    let (sum, over) = b.overflowing_add(u128::MAX - u128::from(c.cb[0]));
    let order = match a.cmp(&-(1 << 70)) { core::cmp::Ordering::Less => 1, core::cmp::Ordering::Equal => 2, _ => 3 };
    (a >> 5) as u32 ^ (sum >> 60) as u32 ^ u32::from(over) ^ order ^ a.unsigned_abs().leading_zeros() ^ b.trailing_zeros()
}

// program flags
#[derive(Clone, Copy, PartialEq, Eq)]
struct Flags(u8);
impl Flags {
    const SYN: Self = Self(2);
    const ACK: Self = Self(16);
    const fn contains(self, other: Self) -> bool { self.0 & other.0 == other.0 }
    const fn without(self, other: Self) -> Self { Self(self.0 & !other.0) }
}
impl core::ops::BitOr for Flags { type Output = Self; fn bitor(self, o: Self) -> Self { Self(self.0 | o.0) } }
impl core::ops::BitOrAssign for Flags { fn bitor_assign(&mut self, o: Self) { self.0 |= o.0; } }
pub fn run(c: &mut Skb) -> u32 {
    let mut flags = Flags(c.mark as u8);
    if c.priority > 1 << 20 { flags |= Flags::ACK; }
    let both = Flags::SYN | Flags::ACK;
    match flags { f if f.contains(both) => 1, f if f == Flags::SYN => 2, f => u32::from(f.without(Flags::ACK).0) + 3 }
}

// program insertion_sort
pub fn run(c: &mut Skb) -> u32 {
    let mut values = [c.mark, c.priority, c.cb[0], 1 << 20, c.cb[1]];
    for i in 1..values.len() {
        let mut j = i;
        while j > 0 && values[j - 1] > values[j] { values.swap(j - 1, j); j -= 1; }
    }
    values[0] ^ values[2].rotate_left(7) ^ values[4].rotate_left(14)
}

// program sort_by_a_key
pub fn run(c: &mut Skb) -> u32 {
    let mut pairs = [(c.mark & 15, 1_u8), (c.priority & 15, 2), (7, 3), (c.cb[0] & 15, 4)];
    pairs.sort_unstable_by_key(|pair| (core::cmp::Reverse(pair.0), pair.1));
    pairs.iter().fold(0, |sum, pair| sum * 5 + u32::from(pair.1))
}

// program matrix
type Matrix = [[u32; 2]; 2];
fn times(a: &Matrix, b: &Matrix) -> Matrix {
    core::array::from_fn(|i| core::array::from_fn(|j| (0..2).map(|k| a[i][k].wrapping_mul(b[k][j])).fold(0, u32::wrapping_add)))
}
pub fn run(c: &mut Skb) -> u32 {
    let (mut n, mut base, mut result) = (c.mark & 0x3f, [[1, 1], [1, 0]], [[1, 0], [0, 1]]);
    while n > 0 { if n & 1 == 1 { result = times(&result, &base); } base = times(&base, &base); n >>= 1; }
    result[0][1]
}

// program fibonacci
pub fn run(c: &mut Skb) -> u32 {
    let (mut a, mut b) = (0_u64, 1);
    while a < u64::from(c.mark) { (a, b) = (b, a + b); }
    a as u32
}

// program doubling
pub fn run(c: &mut Skb) -> u32 {
    let mut size = 1_u64;
    while size < u64::from(c.mark) { size *= 2; }
    let mut bits = 0;
    while 1_u64 << bits <= u64::from(c.priority) { bits += 1; }
    size as u32 ^ bits << 8
}

// program saturating_division
pub fn run(c: &mut Skb) -> u32 {
    let quotient = c.mark.checked_div(c.priority & 3).unwrap_or(u32::MAX);
    let signed = (c.mark as i32).checked_rem_euclid((c.priority & 7) as i32 - 3).unwrap_or(-9);
    quotient ^ signed as u32 ^ (c.mark as i32).div_euclid(7) as u32 ^ (c.priority as i32).rem_euclid(10) as u32
}

// program try_from_numbers
fn small(v: u32) -> Result<u8, core::num::TryFromIntError> { let half = u16::try_from(v)?; u8::try_from(half / 3) }
pub fn run(c: &mut Skb) -> u32 {
    let a = small(c.mark).map(u32::from).unwrap_or_else(|_| 300);
    a + i8::try_from(c.priority as i32).map_or(1000, |v| (v as i32 + 128) as u32) + usize::try_from(c.cb[0]).map_or(0, |v| v as u32 & 7)
}

// program chunks_of_array
pub fn run(c: &mut Skb) -> u32 {
    let mut bytes = [0_u8; 13];
    for (i, b) in bytes.iter_mut().enumerate() { *b = (c.mark >> (i % 8 * 4)) as u8; }
    let sums = bytes.chunks(5).map(|five| five.iter().map(|b| u32::from(*b)).sum::<u32>());
    let rises = bytes.rchunks(4).zip(bytes.chunks(4)).filter(|(a, b)| a[0] < b[0]).count() as u32;
    sums.enumerate().fold(rises, |a, (i, s)| a * 11 + s * (i as u32 + 1))
}

// program from_bytes
pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + 24 > end { return 0; }
    let bytes = unsafe { core::slice::from_raw_parts(data as *const u8, 24) };
    let wide = u64::from_be_bytes(bytes[6..14].try_into().unwrap());
    let array: &[u8; 4] = bytes[20..].try_into().unwrap();
    wide as u32 ^ (wide >> 32) as u32 ^ u32::from_le_bytes(*array) ^ u32::from(u16::from_be_bytes(*bytes[1..].first_chunk().unwrap()))
}

// program lower_case
pub fn run(c: &mut Skb) -> u32 {
    let mut name = *b"WlAn0:Ab";
    name[(c.mark & 7) as usize] = c.priority as u8;
    name.make_ascii_lowercase();
    let is_wireless = name.starts_with(b"wlan") || name.eq_ignore_ascii_case(b"ETH0:AB ");
    let colon = name.iter().rposition(|b| *b == b':').map_or(0, |at| at + 1);
    u32::from(is_wireless) + 2 * colon as u32 + name.iter().filter(|b| b.is_ascii_punctuation()).count() as u32 * 100
}

// program hexadecimal
fn digit(b: u8) -> Option<u8> { match b { b'0'..=b'9' => Some(b - b'0'), b'a'..=b'f' => Some(b - b'a' + 10), b'A'..=b'F' => Some(b - b'A' + 10), _ => None } }
fn parse(text: &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for b in text { value = value.checked_mul(16)? | u32::from(digit(*b)?); }
    Some(value)
}
pub fn run(c: &mut Skb) -> u32 {
    let mut text = [b'0'; 8];
    for (i, b) in text.iter_mut().rev().enumerate() { *b = b"0123456789abcdef"[(c.mark >> (4 * i) & 15) as usize]; }
    if c.priority & 7 == 7 { text[3] = b'x'; }
    parse(&text).unwrap_or(11)
}

// program parse_address
fn parse(text: &[u8]) -> Option<u32> {
    let (mut address, mut part, mut dots) = (0_u32, 0_u32, 0);
    for b in text {
        match *b {
            b'0'..=b'9' => { part = part * 10 + u32::from(*b - b'0'); if part > 255 { return None; } }
            b'.' if dots < 3 => { address = address << 8 | part; part = 0; dots += 1; }
            _ => return None,
        }
    }
    (dots == 3).then_some(address << 8 | part)
}
pub fn run(c: &mut Skb) -> u32 {
    let mut text = *b"10.1.22.254";
    text[0] = b'0' + (c.mark % 3) as u8;
    text[(c.priority % 11) as usize] = b"0123456789."[(c.mark % 11) as usize];
    parse(&text).unwrap_or(1)
}

// program split_text
pub fn run(c: &mut Skb) -> u32 {
    let mut text = *b"get /a/bc?x=1 ";
    text[(c.mark % 14) as usize] = if c.priority & 1 == 0 { b' ' } else { b'/' };
    let mut words = text.split(|b| *b == b' ' || *b == b'/').filter(|word| !word.is_empty());
    let first = words.next().map_or(0, <[u8]>::len);
    first as u32 * 100 + words.map(|word| word.len() as u32).max().unwrap_or(0)
}

// program token_bucket
struct Bucket { tokens: u64, last: u64, rate: u64, burst: u64 }
impl Bucket {
    fn take(&mut self, now: u64, cost: u64) -> bool {
        let earned = now.saturating_sub(self.last).saturating_mul(self.rate) / 1_000;
        self.tokens = self.tokens.saturating_add(earned).min(self.burst);
        self.last = now;
        match self.tokens.checked_sub(cost) { Some(left) => { self.tokens = left; true } None => false }
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut bucket = Bucket { tokens: 100, last: 0, rate: u64::from(c.mark), burst: 1500 };
    let passed = [60, 80, u64::from(c.priority & 0xfff)].into_iter().enumerate().filter(|(i, cost)| bucket.take(*i as u64 * 9, *cost)).count();
    passed as u32 * 10_000 + bucket.tokens as u32
}

// program moving_average
pub fn run(c: &mut Skb) -> u32 {
    let samples = [c.mark & 0xffff, c.priority & 0xffff, 400, c.cb[0] & 0xfff];
    let average = samples.iter().fold(0_u64, |avg, s| avg - (avg >> 3) + u64::from(*s));
    let spread = samples.iter().max().unwrap() - samples.iter().min().unwrap();
    let mean = samples.iter().sum::<u32>() / samples.len() as u32;
    average as u32 ^ spread << 4 ^ samples.iter().map(|s| s.abs_diff(mean)).sum::<u32>()
}

// program histogram
static mut SLOTS: [u32; 33] = [0; 33];
pub fn run(c: &mut Skb) -> u32 {
    let slots = unsafe { &mut *(&raw mut SLOTS) };
    for v in [c.mark, c.priority, c.cb[0]] { slots[(u32::BITS - v.leading_zeros()) as usize] += 1; }
    let found = slots.iter().enumerate().filter(|(_, n)| **n > 0).fold(0, |a, (i, n)| a * 37 % 65_521 + i as u32 * n);
    slots.fill(0);
    found
}

// program bitmap
struct Bitmap([u64; 4]);
impl Bitmap {
    fn set(&mut self, at: u8) { self.0[usize::from(at / 64)] |= 1 << (at % 64); }
    fn has(&self, at: u8) -> bool { self.0[usize::from(at >> 6)] >> (at & 63) & 1 == 1 }
    fn first_free(&self) -> Option<u32> {
        self.0.iter().position(|w| *w != u64::MAX).map(|i| i as u32 * 64 + self.0[i].trailing_ones())
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut map = Bitmap([u64::MAX, 0, 0, 0]);
    for at in c.mark.to_le_bytes() { map.set(at); }
    u32::from(map.has(c.priority as u8)) + 2 * map.first_free().unwrap_or(999) + map.0.iter().map(|w| w.count_ones()).sum::<u32>() * 1000
}

// program iterate_set_bits
struct Bits(u64);
impl Iterator for Bits {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 { return None; }
        let at = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(at)
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let bits = Bits(u64::from(c.mark) | u64::from(c.priority & 0xff) << 40);
    bits.map(|at| at * at).sum::<u32>()
}

// program two_ends
pub fn run(c: &mut Skb) -> u32 {
    let bytes = [c.mark.to_ne_bytes(), c.priority.to_ne_bytes()].concat_bytes();
    let (mut left, mut right, mut swaps) = (0, bytes.len() - 1, 0);
    while left < right { if bytes[left] > bytes[right] { swaps += 1; } left += 1; right -= 1; }
    swaps
}
trait Concat { fn concat_bytes(self) -> [u8; 8]; }
impl Concat for [[u8; 4]; 2] {
    fn concat_bytes(self) -> [u8; 8] {
        let mut all = [0; 8];
        let (low, high) = all.split_at_mut(4);
        low.copy_from_slice(&self[0]);
        high.copy_from_slice(&self[1]);
        all
    }
}

// program tree_in_an_array
#[derive(Clone, Copy)]
struct Node { key: u32, left: u8, right: u8 }
const NONE: u8 = 255;
static NODES: [Node; 7] = [
    Node { key: 50, left: 1, right: 2 }, Node { key: 10, left: 3, right: 4 }, Node { key: 1 << 20, left: 5, right: 6 },
    Node { key: 3, left: NONE, right: NONE }, Node { key: 20, left: NONE, right: NONE },
    Node { key: 99, left: NONE, right: NONE }, Node { key: 1 << 31, left: NONE, right: NONE },
];
pub fn run(c: &mut Skb) -> u32 {
    let (mut at, mut path) = (0_u8, 1);
    for _ in 0..4 {
        let Some(node) = NODES.get(usize::from(at)) else { break };
        path = path * 3 + match c.mark.cmp(&node.key) {
            core::cmp::Ordering::Equal => return path * 1000,
            core::cmp::Ordering::Less => { at = node.left; 1 }
            core::cmp::Ordering::Greater => { at = node.right; 2 }
        };
    }
    path
}

// program stack_machine
#[derive(Clone, Copy)]
enum Op { Push(u32), Mark, Add, Xor, Dup, Swap, JumpIfZero(u8), End }
static CODE: [Op; 9] = [Op::Mark, Op::Dup, Op::JumpIfZero(7), Op::Push(9), Op::Add, Op::Push(0xff), Op::Xor, Op::Push(4), Op::End];
pub fn run(c: &mut Skb) -> u32 {
    let (mut stack, mut top, mut pc) = ([0_u32; 8], 0_usize, 0_usize);
    for _ in 0..12 {
        let op = CODE[pc];
        pc += 1;
        match op {
            Op::Push(v) => { stack[top] = v; top += 1; }
            Op::Mark => { stack[top] = c.mark; top += 1; }
            Op::Add => { top -= 1; stack[top - 1] = stack[top - 1].wrapping_add(stack[top]); }
            Op::Xor => { top -= 1; stack[top - 1] ^= stack[top]; }
            Op::Dup => { stack[top] = stack[top - 1]; top += 1; }
            Op::Swap => stack.swap(top - 1, top - 2),
            Op::JumpIfZero(to) => { top -= 1; if stack[top] == 0 { pc = usize::from(to); } }
            Op::End => break,
        }
    }
    stack[top - 1]
}

// program wildcard
fn matches(pattern: &[u8; 4], text: &[u8; 4]) -> bool {
    pattern.iter().zip(text).all(|(p, t)| *p == b'?' || p == t)
}
pub fn run(c: &mut Skb) -> u32 {
    let text = c.mark.to_le_bytes();
    [*b"\x05\0\0\0", *b"?\0\0\0", *b"????"].iter().position(|p| matches(p, &text)).map_or(9, |at| at as u32)
}

// program backoff
pub fn run(c: &mut Skb) -> u32 {
    let (mut wait, mut tries) = (1_u32, 0);
    loop {
        if wait >= c.mark || tries >= c.priority & 15 { break wait ^ tries << 16; }
        wait = wait.saturating_mul(2) + 1;
        tries += 1;
    }
}

// program subtract_until_less
pub fn run(c: &mut Skb) -> u32 {
    let (mut n, mut rounds) = (c.mark & 0x3ff, 0);
    while n >= 37 { n -= 37; rounds += 1; }
    n + rounds * 100
}
