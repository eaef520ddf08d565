//! What is known of a 64-bit value: bits that are 0, and whether it may be an address in the frame.

/// The upper half, which arithmetic on 32 bits clears.
pub(super) const UPPER: u64 = 0xffff_ffff_0000_0000;

/// A value in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The bits that are 0 on every path.
    zeros: u64,
    /// Whether it is computed from the frame pointer on some path.
    framed: bool,
}

impl Value {
    /// Nothing is known.
    pub(super) const UNKNOWN: Self = Self { zeros: 0, framed: false };
    /// The frame pointer: every frame starts at a multiple of 8.
    pub(super) const FRAME: Self = Self { zeros: 7, framed: true };

    pub(super) const fn constant(number: u64) -> Self {
        Self::number(!number)
    }

    /// A number, no address, with these bits 0.
    pub(super) const fn number(zeros: u64) -> Self {
        Self { zeros, framed: false }
    }

    /// A number below the bound.
    pub(super) const fn below(bound: u64) -> Self {
        Self::number(upper_ones(bound.saturating_sub(1).leading_zeros()))
    }

    pub(super) const fn is_framed(self) -> bool {
        self.framed
    }

    /// Whether no bit is set in both, so that their or is their sum.
    pub(super) const fn are_disjoint(left: Self, right: Self) -> bool {
        left.zeros | right.zeros == u64::MAX
    }

    /// Whether it may be this number.
    #[cfg(test)]
    pub(super) const fn admits(self, number: u64) -> bool {
        self.zeros & number == 0
    }

    /// What holds for both.
    pub(super) const fn join(self, other: Self) -> Self {
        Self { zeros: self.zeros & other.zeros, framed: self.framed | other.framed }
    }

    /// What its lower 32 bits are as a number.
    pub(super) const fn low(self) -> Self {
        Self::number(self.zeros | UPPER)
    }

    pub(super) fn add(self, other: Self) -> Self {
        // A carry goes up, and by one bit at most beyond both.
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

    /// A quotient or a remainder without sign: not larger than what is divided, also by 0.
    pub(super) const fn divide(self) -> Self {
        Self::number(upper_ones(self.zeros.leading_ones()))
    }

    pub(super) const fn negate(self) -> Self {
        Self::number(lower_ones(self.zeros.trailing_ones()))
    }

    /// An or, or an exclusive one.
    pub(super) const fn or(self, other: Self) -> Self {
        self.join(other)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self::number(self.zeros | other.zeros)
    }

    /// Shifted to the left by less than 64.
    pub(super) const fn left(self, distance: u32) -> Self {
        Self::number(self.zeros.wrapping_shl(distance) | lower_ones(distance))
    }

    /// Shifted to the right by less than 64, without sign.
    pub(super) const fn right(self, distance: u32) -> Self {
        Self::number(self.zeros.wrapping_shr(distance) | upper_ones(distance))
    }

    /// Shifted to the right by less than 64, with its sign: new bits are 0 where the highest is known to be.
    pub(super) const fn right_signed(self, distance: u32) -> Self {
        Self::number(self.zeros.cast_signed().wrapping_shr(distance).cast_unsigned())
    }

    /// The low bits that are 0 in both.
    fn common_low(self, other: Self) -> u64 {
        lower_ones(self.zeros.trailing_ones().min(other.zeros.trailing_ones()))
    }
}

/// That many bits from the lowest on.
const fn lower_ones(count: u32) -> u64 {
    match u64::MAX.checked_shl(count) {
        Some(rest) => !rest,
        None => u64::MAX,
    }
}

/// That many bits from the highest on.
const fn upper_ones(count: u32) -> u64 {
    match u64::MAX.checked_shr(count) {
        Some(rest) => !rest,
        None => u64::MAX,
    }
}
