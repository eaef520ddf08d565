//! A cursor over the bits of a bitstream, and its number encodings.

/// The maximum width of a field in LLVM.
const MAX_WIDTH: u64 = 64;

/// The minimum number of bits available in eight bytes, from any bit of the first on.
const AT_HAND: u64 = MAX_WIDTH - 7;

/// A cursor over bits, least significant first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl<'a> Bits<'a> {
    /// Creates a cursor over `bytes` at bit number `at`.
    pub(super) const fn new(bytes: &'a [u8], at: u64) -> Self {
        Self { bytes, at }
    }

    /// Returns the number of the next bit.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// Skips all remaining bits.
    pub(super) const fn end(&mut self) {
        self.at = self.len();
    }

    const fn len(&self) -> u64 {
        (self.bytes.len() as u64).saturating_mul(8)
    }

    pub(super) const fn left(&self) -> u64 {
        self.len().saturating_sub(self.at)
    }

    /// Reads the next `width` bits.
    pub(super) fn fixed(&mut self, width: u64) -> Option<u64> {
        if width > MAX_WIDTH || width > self.left() {
            return None;
        }
        if let Some(value) = self.peek().filter(|_| width <= AT_HAND) {
            self.at = self.at.saturating_add(width);
            return Some(value & low_bits(width));
        }
        let mut value = 0;
        let mut filled: u64 = 0;
        while filled < width {
            let byte = u64::from(*self.bytes.get(usize::try_from(self.at / 8).ok()?)?);
            let skip = self.at % 8;
            let take = 8_u64.checked_sub(skip)?.min(width.checked_sub(filled)?);
            value |= (byte >> skip & low_bits(take)) << filled;
            filled = filled.checked_add(take)?;
            self.at = self.at.checked_add(take)?;
        }
        Some(value)
    }

    /// Returns the next eight bytes' bits, from the next bit on.
    fn peek(&self) -> Option<u64> {
        let start = usize::try_from(self.at / 8).ok()?;
        let bytes = self.bytes.get(start..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes) >> (self.at % 8))
    }

    /// Reads a number in chunks of `width` bits.
    pub(super) fn vbr(&mut self, width: u64) -> Option<u64> {
        if !(2..=32).contains(&width) {
            return None;
        }
        let step = u32::try_from(width.checked_sub(1)?).ok()?;
        let more = 1 << step;
        if let Some(value) = self.short_vbr(step) {
            return Some(value);
        }
        let mut value: u64 = 0;
        let mut shift: u32 = 0;
        loop {
            let chunk = self.fixed(width)?;
            let bits = chunk & low_bits(step.into());
            if shift >= 64 || bits.leading_zeros() < shift {
                return None;
            }
            value |= bits << shift;
            shift = shift.checked_add(step)?;
            if chunk & more == 0 {
                return Some(value);
            }
        }
    }

    /// Reads a number whose chunks all lie in the next 57 bits, as nearly all do.
    fn short_vbr(&mut self, step: u32) -> Option<u64> {
        let (value, used) = short_vbr(self.peek()?, AT_HAND, step)?;
        self.at = self.at.saturating_add(used);
        Some(value)
    }

    /// Appends `count` numbers in chunks of six bits, as most are written, to `numbers`.
    pub(super) fn vbrs(&mut self, count: u64, numbers: &mut Vec<u64>) -> Option<()> {
        let mut left = count;
        while left > 0 {
            // Decodes as many as the bits at hand hold, and then one that is only partly there.
            let (mut bits, mut hand) = self.peek().map_or((0, 0), |bits| (bits, AT_HAND));
            while left > 1 {
                let Some((value, used)) = short_vbr(bits, hand, 5) else { break };
                numbers.push(value);
                left = left.saturating_sub(1);
                bits >>= used;
                hand = hand.saturating_sub(used);
                self.at = self.at.saturating_add(used);
            }
            numbers.push(self.vbr(6)?);
            left = left.saturating_sub(1);
        }
        Some(())
    }

    pub(super) const fn align(&mut self) {
        self.at = self.at.next_multiple_of(32);
    }

    pub(super) fn take(&mut self, len: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(self.at / 8).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        let bytes = self.bytes.get(start..end)?;
        self.at = self.at.checked_add(len.checked_mul(8)?)?;
        Some(bytes)
    }
}

/// Decodes a number in chunks of `step` + 1 bits at the start of `bits`; returns it and its number of bits, if not more
/// than `hand`.
const fn short_vbr(bits: u64, hand: u64, step: u32) -> Option<(u64, u64)> {
    let (mut value, mut shift, mut used) = (0, 0_u32, 0_u32);
    loop {
        let next = used.saturating_add(step).saturating_add(1);
        if next as u64 > hand {
            return None;
        }
        let chunk = bits >> used;
        value |= (chunk & low_bits(step as u64)) << shift;
        if chunk >> step & 1 == 0 {
            return Some((value, next as u64));
        }
        used = next;
        shift = shift.saturating_add(step);
    }
}

/// Returns a mask of the lowest `count` bits, fewer than 64.
const fn low_bits(count: u64) -> u64 {
    !(u64::MAX << count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbers_are_those_read_one_by_one() {
        let mut state = 1_u32;
        let bytes = (0..4096).map(|place| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Long numbers, short ones, and both.
            let byte = state.to_be_bytes()[0];
            if place % 256 < 64 { byte & 0x24 } else { byte }
        });
        let bytes = bytes.collect::<Vec<_>>();
        for start in 0..64 {
            let (mut together, mut alone) = (Bits::new(&bytes, start), Bits::new(&bytes, start));
            for count in [0, 1, 2, 9, 10, 11, 500, 100_000] {
                let mut numbers = Vec::new();
                let all = together.vbrs(count, &mut numbers);
                let expected = (0..count).map_while(|_| alone.vbr(6)).collect::<Vec<_>>();
                assert_eq!(numbers, expected, "{count} from bit {start}");
                assert_eq!(all.is_some(), numbers.len() as u64 == count);
            }
        }
    }
}
