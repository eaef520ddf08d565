static TABLE: [u32; 24] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4];

/// Too large to be inlined 64 times: about a hundred instructions, and three panics.
#[inline(never)]
fn mix(a: u32, b: u32, divisor: u32) -> u32 {
    let mut value = TABLE[(a ^ b) as usize & 31] ^ b;
    macro_rules! stir {
        ($($n:literal)*) => { $(
            value = value.wrapping_mul(0x9e37_79b1 ^ $n).rotate_left($n) ^ (value >> ($n + 1)) ^ a.wrapping_add($n);
        )* };
    }
    stir!(1 2 3 4 5 6 7 8 9 10 11 12);
    value / divisor
}

/// Passes the panics of `mix` on.
#[inline(never)]
fn twice(a: u32, b: u32, divisor: u32) -> u32 {
    let first = mix(a, b, divisor);
    let second = mix(first & 7, b & 3, divisor ^ 1);
    first ^ second.wrapping_mul(5)
}

pub fn run(c: &mut Skb) -> u32 {
    let mut sum = c.len;
    macro_rules! calls {
        ($($n:literal)*) => { $(
            sum ^= mix(c.mark.wrapping_add($n) & 15, c.cb[1] & 15, c.cb[2] & 1 | 2);
            sum ^= twice(sum & 7, c.priority & 7, (c.len & 3).wrapping_add($n));
        )* };
    }
    calls!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    sum
}
