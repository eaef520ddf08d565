//! Known properties of a 64-bit value: bits that are 0, and whether it may be an address in the frame.

/// The upper half, which arithmetic on 32 bits clears.
pub(super) const UPPER: u64 = 0xffff_ffff_0000_0000;

/// A value in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The bits that are 0 on every path.
    zeros: u64,
    /// True if it is computed from the frame pointer on some path.
    framed: bool,
}

impl Value {
    /// A value without known properties.
    pub(super) const UNKNOWN: Self = Self { zeros: 0, framed: false };
    /// The frame pointer: every frame starts at a multiple of 8.
    pub(super) const FRAME: Self = Self { zeros: 7, framed: true };

    pub(super) const fn constant(number: u64) -> Self {
        Self::number(!number)
    }

    /// Creates a number, not an address, with these bits 0.
    pub(super) const fn number(zeros: u64) -> Self {
        Self { zeros, framed: false }
    }

    /// Creates a number below the bound.
    pub(super) const fn below(bound: u64) -> Self {
        Self::number(upper_ones(bound.saturating_sub(1).leading_zeros()))
    }

    pub(super) const fn is_framed(self) -> bool {
        self.framed
    }

    /// Returns true if no bit is set in both, so that their or is their sum.
    pub(super) const fn are_disjoint(left: Self, right: Self) -> bool {
        left.zeros | right.zeros == u64::MAX
    }

    /// Returns true if it may be this number.
    #[cfg(test)]
    pub(super) const fn admits(self, number: u64) -> bool {
        self.zeros & number == 0
    }

    /// Returns the properties that hold for both.
    pub(super) const fn join(self, other: Self) -> Self {
        Self { zeros: self.zeros & other.zeros, framed: self.framed | other.framed }
    }

    /// Returns its lower 32 bits as a number.
    pub(super) const fn low(self) -> Self {
        Self::number(self.zeros | UPPER)
    }

    pub(super) fn add(self, other: Self) -> Self {
        // A carry propagates upward, by at most one bit beyond both.
        let top = self.zeros.leading_ones().min(other.zeros.leading_ones()).saturating_sub(1);
        let zeros = self.common_low(other) | upper_ones(top);
        Self { zeros, framed: self.framed | other.framed }
    }

    pub(super) fn subtract(self, other: Self) -> Self {
        Self { zeros: self.common_low(other), framed: self.framed | other.framed }
    }

    pub(super) fn multiply(self, other: Self) -> Self {
        Self::number(lower_ones(self.zeros.trailing_ones() + other.zeros.trailing_ones()))
    }

    /// Returns the unsigned quotient or remainder: not larger than the dividend, also for division by 0.
    pub(super) const fn divide(self) -> Self {
        Self::number(upper_ones(self.zeros.leading_ones()))
    }

    pub(super) const fn negate(self) -> Self {
        Self::number(lower_ones(self.zeros.trailing_ones()))
    }

    /// Returns the or, or the exclusive or.
    pub(super) const fn or(self, other: Self) -> Self {
        self.join(other)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self::number(self.zeros | other.zeros)
    }

    /// Shifts to the left by less than 64.
    pub(super) const fn left(self, distance: u32) -> Self {
        Self::number(self.zeros.wrapping_shl(distance) | lower_ones(distance))
    }

    /// Shifts to the right by less than 64, without sign.
    pub(super) const fn right(self, distance: u32) -> Self {
        Self::number(self.zeros.wrapping_shr(distance) | upper_ones(distance))
    }

    /// Shifts to the right by less than 64, with sign: new bits are 0 if the highest bit is known to be 0.
    pub(super) const fn right_signed(self, distance: u32) -> Self {
        Self::number((self.zeros as i64).wrapping_shr(distance) as u64)
    }

    /// Returns the low bits that are 0 in both.
    fn common_low(self, other: Self) -> u64 {
        lower_ones(self.zeros.trailing_ones().min(other.zeros.trailing_ones()))
    }
}

/// Returns a mask of the lowest `count` bits.
const fn lower_ones(count: u32) -> u64 {
    match u64::MAX.checked_shl(count) {
        Some(rest) => !rest,
        None => u64::MAX,
    }
}

/// Returns a mask of the highest `count` bits.
const fn upper_ones(count: u32) -> u64 {
    match u64::MAX.checked_shr(count) {
        Some(rest) => !rest,
        None => u64::MAX,
    }
}
