// Programs of ordinary Rust: `run` of each module is one. A line `// program NAME` starts a module.

// program sum_of_filter_map
pub fn run(c: &mut Skb) -> u32 {
    let values = [c.mark, c.priority, 3, 9, 27];
    values.iter().filter(|v| **v % 3 == 0).map(|v| v / 3).fold(0, |a, b| a ^ b)
}

// program slice_pattern
pub fn run(c: &mut Skb) -> u32 {
    let bytes = c.mark.to_be_bytes();
    match &bytes {
        [0, 0, rest @ ..] => u32::from(rest[0]) << 8 | u32::from(rest[1]),
        [first, .., last] if first == last => 7,
        [first, ..] => u32::from(*first),
    }
}

// program enum_with_data
#[derive(Clone, Copy)]
enum Shape { Circle(u32), Square { side: u32 }, Line(u8, u16), Nothing }
fn make(v: u32) -> Shape {
    match v & 3 {
        0 => Shape::Circle(v >> 2),
        1 => Shape::Square { side: v >> 3 },
        2 => Shape::Line(v as u8, (v >> 8) as u16),
        _ => Shape::Nothing,
    }
}
pub fn run(c: &mut Skb) -> u32 {
    match make(c.mark) {
        Shape::Circle(r) => r.wrapping_mul(r).wrapping_mul(3),
        Shape::Square { side } => side.wrapping_mul(side),
        Shape::Line(a, b) => u32::from(a) + u32::from(b),
        Shape::Nothing => 0,
    }
}

// program option_chain
pub fn run(c: &mut Skb) -> u32 {
    let found = (c.mark > 4).then_some(c.mark).and_then(|v| v.checked_sub(10)).filter(|v| v & 1 == 0);
    found.map(|v| v / 2).or_else(|| c.priority.checked_add(1)).unwrap_or(99)
}

// program result_question
#[derive(Debug, PartialEq)]
enum Wrong { Small, Large(u32) }
fn check(v: u32) -> Result<u32, Wrong> {
    if v < 3 { Err(Wrong::Small) } else if v > 1000 { Err(Wrong::Large(v)) } else { Ok(v * 2) }
}
fn both(a: u32, b: u32) -> Result<u32, Wrong> { Ok(check(a)? + check(b)?) }
pub fn run(c: &mut Skb) -> u32 {
    match both(c.mark, c.priority) { Ok(v) => v, Err(Wrong::Small) => 1, Err(Wrong::Large(v)) => !v }
}

// program const_generic
struct Ring<const N: usize> { items: [u32; N], next: usize }
impl<const N: usize> Ring<N> {
    const fn new() -> Self { Self { items: [0; N], next: 0 } }
    fn push(&mut self, v: u32) { self.items[self.next % N] = v; self.next += 1; }
    fn sum(&self) -> u32 { self.items.iter().fold(0, |a, b| a.wrapping_add(*b)) }
}
pub fn run(c: &mut Skb) -> u32 {
    let mut ring = Ring::<3>::new();
    for v in [c.mark, c.priority, 5, 6] { ring.push(v); }
    ring.sum()
}

// program trait_static
trait Area { fn area(&self) -> u32; fn twice(&self) -> u32 { self.area().wrapping_mul(2) } }
struct A(u32);
struct B { w: u32, h: u32 }
impl Area for A { fn area(&self) -> u32 { self.0 } }
impl Area for B { fn area(&self) -> u32 { self.w.wrapping_mul(self.h) } fn twice(&self) -> u32 { 5 } }
fn total(a: &impl Area, b: &impl Area) -> u32 { a.twice().wrapping_add(b.area()).wrapping_add(b.twice()) }
pub fn run(c: &mut Skb) -> u32 { total(&A(c.mark), &B { w: c.priority, h: 7 }) }

// program trait_object
trait Step { fn step(&self, v: u32) -> u32; }
struct Add(u32);
struct Xor(u32);
struct Turn;
impl Step for Add { fn step(&self, v: u32) -> u32 { v.wrapping_add(self.0) } }
impl Step for Xor { fn step(&self, v: u32) -> u32 { v ^ self.0 } }
impl Step for Turn { fn step(&self, v: u32) -> u32 { v.rotate_left(5) } }
#[inline(never)]
fn apply(step: &dyn Step, v: u32) -> u32 { step.step(v) }
pub fn run(c: &mut Skb) -> u32 {
    let (add, xor) = (Add(c.priority), Xor(0x55));
    let chosen: &dyn Step = match c.mark & 3 { 0 => &add, 1 => &xor, _ => &Turn };
    apply(chosen, c.mark)
}

// program trait_objects_in_an_array
trait Step { fn step(&self, v: u32) -> u32; }
struct Add(u32);
struct Xor(u32);
impl Step for Add { fn step(&self, v: u32) -> u32 { v.wrapping_add(self.0) } }
impl Step for Xor { fn step(&self, v: u32) -> u32 { v ^ self.0 } }
pub fn run(c: &mut Skb) -> u32 {
    let (add, xor) = (Add(c.priority), Xor(0x55));
    let steps: [&dyn Step; 3] = [&add, &xor, &add];
    steps.iter().fold(c.mark, |v, step| step.step(v))
}

// program closures_as_objects
fn apply(f: &dyn Fn(u32) -> u32, v: u32) -> u32 { f(f(v)) }
pub fn run(c: &mut Skb) -> u32 {
    let base = c.priority;
    let (one, other) = (move |v: u32| v.wrapping_mul(3).wrapping_add(base), |v: u32| v >> 1);
    let f: &dyn Fn(u32) -> u32 = if c.mark & 1 == 0 { &one } else { &other };
    apply(f, c.mark)
}

// program function_table
fn double(v: u32) -> u32 { v.wrapping_mul(2) }
fn invert(v: u32) -> u32 { !v }
fn half(v: u32) -> u32 { v / 2 }
static TABLE: [fn(u32) -> u32; 4] = [double, invert, half, double];
pub fn run(c: &mut Skb) -> u32 { TABLE[(c.mark % 4) as usize](c.priority) }

// program function_argument
fn double(v: u32) -> u32 { v.wrapping_mul(2) }
fn invert(v: u32) -> u32 { !v }
#[inline(never)]
fn twice(f: fn(u32) -> u32, v: u32) -> u32 { f(f(v)) }
pub fn run(c: &mut Skb) -> u32 { twice(if c.mark > 9 { double } else { invert }, c.mark) }

// program table_of_names_and_functions
struct Entry { key: u32, work: fn(u32, u32) -> u32 }
fn add(a: u32, b: u32) -> u32 { a.wrapping_add(b) }
fn sub(a: u32, b: u32) -> u32 { a.wrapping_sub(b) }
fn xor(a: u32, b: u32) -> u32 { a ^ b }
static ENTRIES: [Entry; 3] = [Entry { key: 1, work: add }, Entry { key: 7, work: sub }, Entry { key: 12, work: xor }];
pub fn run(c: &mut Skb) -> u32 {
    for entry in &ENTRIES { if entry.key == c.mark { return (entry.work)(c.mark, c.priority); } }
    1
}

// program option_of_function
fn work(v: u32) -> u32 { v ^ 0xff }
fn other(v: u32) -> u32 { v + 1 }
static mut HOOK: [Option<fn(u32) -> u32>; 2] = [None, Some(work)];
pub fn run(c: &mut Skb) -> u32 {
    let hook = unsafe { (&raw const HOOK[(c.mark & 1) as usize]).read_volatile() };
    hook.map_or(3, |hook| hook(c.priority & 0xffff)) + other(1)
}

// program wrapping_arithmetic
pub fn run(c: &mut Skb) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in c.mark.to_le_bytes() { hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193); }
    hash
}

// program wide_product
pub fn run(c: &mut Skb) -> u32 {
    let product = u128::from(u64::from(c.mark) << 20 | 5) * u128::from(u64::from(c.priority) << 30 | 3);
    (product >> 64) as u32 ^ product as u32
}

// program wide_sum_and_shift
pub fn run(c: &mut Skb) -> u32 {
    let a = u128::from(c.mark) << 90 | u128::from(c.priority);
    let b = a.wrapping_add(u128::MAX / 2).rotate_left(13);
    (b >> 17) as u32 ^ b.count_ones()
}

// program array_of_structures
#[derive(Clone, Copy)]
struct Rule { low: u32, high: u32, verdict: u8 }
static RULES: [Rule; 4] = [
    Rule { low: 0, high: 5, verdict: 1 }, Rule { low: 10, high: 90, verdict: 2 },
    Rule { low: 91, high: 1000, verdict: 3 }, Rule { low: 5000, high: u32::MAX, verdict: 4 },
];
pub fn run(c: &mut Skb) -> u32 {
    RULES.iter().find(|r| (r.low..=r.high).contains(&c.mark)).map_or(0, |r| u32::from(r.verdict))
}

// program bits
pub fn run(c: &mut Skb) -> u32 {
    let v = c.mark;
    v.count_ones() + v.leading_zeros() * 3 + v.trailing_zeros() * 5 + (v.swap_bytes() ^ v.reverse_bits()) % 1000
        + u32::from(v.is_power_of_two())
}

// program chunks_exact
pub fn run(c: &mut Skb) -> u32 {
    let mut bytes = [0_u8; 12];
    bytes[..4].copy_from_slice(&c.mark.to_ne_bytes());
    bytes[6..10].copy_from_slice(&c.priority.to_ne_bytes());
    bytes.chunks_exact(2).map(|two| u32::from(u16::from_be_bytes([two[0], two[1]]))).sum()
}

// program windows_that_rise
pub fn run(c: &mut Skb) -> u32 {
    let values = [c.mark, c.priority, 77, 78, c.cb[0]];
    values.windows(2).filter(|two| two[0] < two[1]).count() as u32
}

// program zip_of_arrays
pub fn run(c: &mut Skb) -> u32 {
    let left = [c.mark, 2, c.priority, 4];
    let right = [9, c.priority, 3, c.mark];
    left.iter().zip(right.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

// program reversed
pub fn run(c: &mut Skb) -> u32 {
    c.mark.to_be_bytes().iter().rev().enumerate().fold(0, |sum, (i, b)| sum * 31 % 65_521 + u32::from(*b) * (i as u32 + 1))
}

// program sorted
pub fn run(c: &mut Skb) -> u32 {
    let mut values = [c.mark & 0xff, c.priority & 0xff, 40, 80];
    for i in 0..values.len() {
        for j in 0..values.len() - 1 - i { if values[j] > values[j + 1] { values.swap(j, j + 1); } }
    }
    values[1] << 8 | values[2]
}

// program sort_unstable
pub fn run(c: &mut Skb) -> u32 {
    let mut values = [c.mark as u8, c.priority as u8, 40, 80, (c.mark >> 8) as u8];
    values.sort_unstable();
    u32::from(values[2])
}

// program binary_search
static PRIMES: [u32; 11] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31];
pub fn run(c: &mut Skb) -> u32 {
    match PRIMES.binary_search(&c.mark) { Ok(at) => at as u32 + 100, Err(at) => at as u32 }
}

// program compare
use core::cmp::{Ordering, Reverse, max, min};
pub fn run(c: &mut Skb) -> u32 {
    let order = (c.mark, c.priority).cmp(&(20, 1 << 31)).then(c.mark.cmp(&3)).reverse();
    let number = match order { Ordering::Less => 1, Ordering::Equal => 2, Ordering::Greater => 3 };
    number + max(c.mark, 5) % 97 + min(c.priority, 9) + u32::from(Reverse(c.mark) < Reverse(4))
}

// program derived_order
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Level { Low, Middle(u8), High { by: u16 } }
fn level(v: u32) -> Level {
    match v % 3 { 0 => Level::Low, 1 => Level::Middle(v as u8), _ => Level::High { by: v as u16 } }
}
pub fn run(c: &mut Skb) -> u32 {
    let (a, b) = (level(c.mark), level(c.priority));
    u32::from(a < b) + 2 * u32::from(a == b) + 4 * u32::from(a.max(b) == a)
}

// program maybe_uninit
use core::mem::MaybeUninit;
pub fn run(c: &mut Skb) -> u32 {
    let mut values: [MaybeUninit<u32>; 4] = [const { MaybeUninit::uninit() }; 4];
    for (i, slot) in values.iter_mut().enumerate() { slot.write(c.mark.rotate_left(i as u32)); }
    values.iter().map(|slot| unsafe { slot.assume_init() }).fold(0, |a, b| a ^ b.wrapping_mul(5))
}

// program index_of_static
static mut COUNTS: [u64; 32] = [3; 32];
pub fn run(c: &mut Skb) -> u32 {
    let counts = unsafe { &mut *(&raw mut COUNTS) };
    let slot = &mut counts[(c.mark & 31) as usize];
    *slot ^= 1;
    let value = *slot as u32;
    *slot ^= 1;
    value
}

// program index_that_may_panic
static WEIGHTS: [u32; 24] = [7; 24];
pub fn run(c: &mut Skb) -> u32 { WEIGHTS[c.mark as usize] + 1 }

// program sum_that_may_panic
pub fn run(c: &mut Skb) -> u32 { c.mark + c.priority / 2 }

// program division_that_may_panic
pub fn run(c: &mut Skb) -> u32 { 1_000_000 / c.mark + c.priority % (c.mark & 15) }

// program unwrap_that_may_panic
pub fn run(c: &mut Skb) -> u32 {
    let even = Some(c.mark).filter(|v| v % 2 == 0);
    even.unwrap() / 2 + u8::try_from(c.priority).map_or(1, u32::from)
}

// program slices_that_may_panic
pub fn run(c: &mut Skb) -> u32 {
    let bytes = [1_u8, 2, 3, 4, 5, 6, 7, 8];
    let (from, to) = ((c.mark & 7) as usize, (c.priority & 7) as usize);
    bytes[from..to].iter().map(|b| u32::from(*b)).sum()
}

// program split_at
pub fn run(c: &mut Skb) -> u32 {
    let bytes = [c.mark as u8, 2, 3, 4, 5, 6];
    let (left, right) = bytes.split_at((c.mark % 5) as usize);
    left.iter().fold(1, |a: u32, b| a.wrapping_mul(3).wrapping_add(u32::from(*b))) ^ right.len() as u32
}

// program first_and_last
pub fn run(c: &mut Skb) -> u32 {
    let values = [c.mark, c.priority, c.cb[1]];
    let (first, rest) = values.split_first().expect("three");
    first ^ rest.last().copied().unwrap_or_default() ^ *values.get(c.mark as usize).unwrap_or(&6)
}

// program position_in_bytes
pub fn run(c: &mut Skb) -> u32 {
    let text = b"a=1;bb=22;ccc=333";
    let at = text.iter().position(|b| *b == (c.mark as u8)).unwrap_or(50);
    at as u32 + text.iter().filter(|b| b.is_ascii_digit()).count() as u32
}

// program parse_digits
fn parse(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0_u32, |sum, b| {
        let digit = char::from(*b).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}
pub fn run(c: &mut Skb) -> u32 {
    let text = [b'0' + (c.mark % 10) as u8, b'0' + (c.priority % 11) as u8, b'7'];
    parse(&text).unwrap_or(4321)
}

// program str_methods
pub fn run(c: &mut Skb) -> u32 {
    let name = match c.mark & 3 { 0 => "eth0", 1 => "wlan0", 2 => "lo", _ => "docker0" };
    name.len() as u32 + u32::from(name.starts_with("eth")) * 10 + u32::from(name.as_bytes()[0])
}

// program str_equality
pub fn run(c: &mut Skb) -> u32 {
    let bytes = c.mark.to_le_bytes();
    u32::from(&bytes[..2] == b"\x05\x00") + 2 * u32::from(bytes == *b"\x07\0\0\0")
}

// program match_of_ranges
pub fn run(c: &mut Skb) -> u32 {
    match c.mark { 0 => 1, 1..=9 => 2, 10 | 20 => 3, v if v % 2 == 0 => 4, 31..=99 => 5, _ => 6 }
}

// program labeled_loop
pub fn run(c: &mut Skb) -> u32 {
    let mut found = 0;
    'outer: for a in 1..8_u32 {
        for b in a..8 { if a * b == c.mark { found = a * 100 + b; break 'outer; } if a + b > 12 { continue 'outer; } }
    }
    found
}

// program while_let
pub fn run(c: &mut Skb) -> u32 {
    let mut bits = (0..12).filter(|bit| c.mark >> bit & 1 == 1);
    let mut sum = 0;
    while let Some(bit) = bits.next() { sum = sum * 3 + bit; }
    sum
}

// program loop_with_a_variable_bound
pub fn run(c: &mut Skb) -> u32 {
    let mut sum = 0_u32;
    for i in 0..(c.mark & 15) { sum = sum.wrapping_add(i * i ^ c.priority); }
    sum
}

// program collatz
pub fn run(c: &mut Skb) -> u32 {
    let (mut v, mut steps) = (c.mark & 31, 0);
    while v > 1 && steps < 30 { v = if v % 2 == 0 { v / 2 } else { v * 3 + 1 }; steps += 1; }
    steps
}

// program step_by_and_take
pub fn run(c: &mut Skb) -> u32 {
    (1..40_u32).step_by(7).skip(1).take(4).map(|v| v ^ c.mark).min().unwrap_or(0)
}

// program chain_and_skip_while
pub fn run(c: &mut Skb) -> u32 {
    let last = [c.mark, 2];
    let values = [1, 4, 9].iter().chain(last.iter());
    values.skip_while(|v| **v < 4).copied().reduce(|a, b| a.wrapping_mul(31) ^ b).unwrap_or(5)
}

// program any_and_all
pub fn run(c: &mut Skb) -> u32 {
    let bytes = c.mark.to_ne_bytes();
    u32::from(bytes.iter().any(|b| *b == 7)) | u32::from(bytes.iter().all(|b| b.is_ascii())) << 1
}

// program min_by_key
pub fn run(c: &mut Skb) -> u32 {
    let pairs = [(3_u32, 9_u32), (c.mark & 15, 5), (6, c.priority)];
    pairs.iter().min_by_key(|(key, _)| *key).map_or(0, |(_, value)| *value)
}

// program array_map
pub fn run(c: &mut Skb) -> u32 {
    let [a, b, d] = [c.mark, c.priority, 8].map(|v| v.saturating_sub(5));
    a.wrapping_add(b.rotate_right(3)) ^ d
}

// program tuples_and_swap
pub fn run(c: &mut Skb) -> u32 {
    let (mut a, mut b) = (c.mark, c.priority);
    if a > b { core::mem::swap(&mut a, &mut b); }
    let old = core::mem::replace(&mut a, 17);
    old.wrapping_mul(3) ^ (b - old.min(b)) ^ core::mem::take(&mut a)
}

// program operators
use core::ops::{Add, AddAssign, Index, Neg};
#[derive(Clone, Copy, PartialEq, Default)]
struct Vector([i32; 3]);
impl Add for Vector { type Output = Self; fn add(self, o: Self) -> Self { Self(core::array::from_fn(|i| self.0[i].wrapping_add(o.0[i]))) } }
impl AddAssign for Vector { fn add_assign(&mut self, o: Self) { *self = *self + o; } }
impl Neg for Vector { type Output = Self; fn neg(self) -> Self { Self(self.0.map(i32::wrapping_neg)) } }
impl Index<usize> for Vector { type Output = i32; fn index(&self, i: usize) -> &i32 { &self.0[i] } }
pub fn run(c: &mut Skb) -> u32 {
    let mut v = Vector([c.mark as i32, 2, 3]) + Vector([1, c.priority as i32, 3]);
    v += -Vector::default();
    (v[0] ^ v[1] ^ v[2]) as u32
}

// program own_iterator
struct Digits { left: u32 }
impl Iterator for Digits {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.left == 0 { return None; }
        let digit = self.left & 3;
        self.left >>= 2;
        Some(digit)
    }
}
pub fn run(c: &mut Skb) -> u32 { Digits { left: c.mark & 0xfff }.map(|digit| digit + 1).sum() }

// program drop_order
struct Note<'a>(&'a mut u32, u32);
impl Drop for Note<'_> { fn drop(&mut self) { *self.0 = self.0.wrapping_mul(10).wrapping_add(self.1); } }
pub fn run(c: &mut Skb) -> u32 {
    let mut log = 0;
    { let _one = Note(&mut log, c.mark & 7); }
    { let _two = Note(&mut log, 3); if c.mark > 50 { return 77; } }
    log
}

// program cells
use core::cell::{Cell, RefCell};
pub fn run(c: &mut Skb) -> u32 {
    let (count, state) = (Cell::new(0), RefCell::new([c.mark, 1]));
    let note = |v: u32| { count.set(count.get() + 1); state.borrow_mut()[1] ^= v; };
    note(c.priority);
    note(5);
    let state = state.borrow();
    state[0].wrapping_add(state[1]).wrapping_add(count.get())
}

// program signed_arithmetic
pub fn run(c: &mut Skb) -> u32 {
    let v = c.mark as i32;
    let (a, b) = (v.wrapping_abs() as i64, i64::from(v).clamp(-100, 100));
    (a.wrapping_mul(3) - b) as u32 ^ v.signum() as u32 ^ (v >> 3) as u32 ^ u32::from(v.is_negative())
}

// program saturating_and_overflowing
pub fn run(c: &mut Skb) -> u32 {
    let (sum, over) = c.mark.overflowing_add(c.priority);
    let small = (c.mark as u8).saturating_add(c.priority as u8);
    sum ^ u32::from(over) << 7 ^ u32::from(small) ^ c.mark.checked_shl(c.priority & 63).unwrap_or(1)
}

// program power_and_logarithm
pub fn run(c: &mut Skb) -> u32 {
    (c.mark & 7).pow(4) ^ c.priority.checked_ilog2().unwrap_or(40) ^ (c.mark & 0xffff).isqrt()
}

// program remainder_of_signs
pub fn run(c: &mut Skb) -> u32 { (c.mark / 7 * 3 + c.mark % 7).next_multiple_of(4) ^ c.priority.div_ceil(9) }

// program ethernet_header
#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Ethernet { to: [u8; 6], from: [u8; 6], kind: u16 }
pub fn run(c: &mut Skb) -> u32 {
    let (data, end) = (c.data as usize, c.data_end as usize);
    if data + size_of::<Ethernet>() > end { return 1; }
    let header = unsafe { (data as *const Ethernet).read_unaligned() };
    u32::from(u16::from_be(header.kind)) ^ header.to.iter().fold(0, |a, b| a * 7 + u32::from(*b)) ^ u32::from(header.from[2])
}

// program packet_parser
struct Reader { at: usize, end: usize }
impl Reader {
    fn take<T: Copy>(&mut self) -> Option<T> {
        let next = self.at.checked_add(size_of::<T>())?;
        if next > self.end { return None; }
        let value = unsafe { (self.at as *const T).read_unaligned() };
        self.at = next;
        Some(value)
    }
}
fn parse(reader: &mut Reader) -> Option<u32> {
    let to: [u8; 6] = reader.take()?;
    let _from: [u8; 6] = reader.take()?;
    let kind = u16::from_be(reader.take()?);
    let length: u8 = reader.take()?;
    Some(u32::from(to[5]) + u32::from(kind) + u32::from(length))
}
pub fn run(c: &mut Skb) -> u32 {
    parse(&mut Reader { at: c.data as usize, end: c.data_end as usize }).unwrap_or(2)
}

// program state_machine
#[derive(Clone, Copy, PartialEq)]
enum State { Start, Word, Number, Failed }
fn next(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Failed, _) => State::Failed,
        (_, b'0'..=b'9') => State::Number,
        (State::Start | State::Word, b'a'..=b'z' | b'A'..=b'Z') => State::Word,
        (State::Number, b'.') => State::Number,
        _ => State::Failed,
    }
}
pub fn run(c: &mut Skb) -> u32 {
    let end = c.mark.to_le_bytes().iter().fold(State::Start, |state, byte| next(state, *byte));
    end as u32
}

// program copy_within_and_fill
pub fn run(c: &mut Skb) -> u32 {
    let mut bytes = [1_u8, 2, 3, 4, 5, 6, 7, 8];
    bytes.copy_within(2..5, 0);
    bytes[4..].fill(c.mark as u8);
    bytes.rotate_left(3);
    bytes.reverse();
    u64::from_le_bytes(bytes) as u32 ^ (u64::from_le_bytes(bytes) >> 32) as u32
}

// program u64_from_parts
pub fn run(c: &mut Skb) -> u32 {
    let wide = u64::from(c.mark) << 32 | u64::from(c.priority);
    let mixed = (wide ^ wide >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (mixed ^ mixed >> 29) as u32 ^ (wide.leading_ones() + wide.trailing_ones())
}

// program generic_with_bounds
trait Bytes: Copy { const SIZE: usize; fn low(self) -> u8; }
impl Bytes for u16 { const SIZE: usize = 2; fn low(self) -> u8 { self as u8 } }
impl Bytes for u64 { const SIZE: usize = 8; fn low(self) -> u8 { (self % 251) as u8 } }
fn weigh<T: Bytes, const N: usize>(items: [T; N]) -> u32 where T: PartialOrd {
    let mut best = items[0];
    for item in items { if item > best { best = item; } }
    u32::from(best.low()) * T::SIZE as u32 + N as u32
}
pub fn run(c: &mut Skb) -> u32 { weigh([c.mark as u16, 3, 4]) + weigh([u64::from(c.priority), u64::from(c.mark) * 9]) }

// program chars
pub fn run(c: &mut Skb) -> u32 {
    let letter = char::from_u32(c.mark & 0x7f).unwrap_or('?');
    letter.to_ascii_uppercase() as u32 + u32::from(letter.is_alphanumeric()) * 1000 + letter.len_utf8() as u32
}

// program ip_checksum
pub fn run(c: &mut Skb) -> u32 {
    let words = [c.mark as u16, (c.mark >> 16) as u16, c.priority as u16, 0x4500];
    let mut sum: u32 = words.iter().map(|w| u32::from(*w)).sum();
    for _ in 0..2 { sum = (sum & 0xffff) + (sum >> 16); }
    u32::from(!(sum as u16))
}
