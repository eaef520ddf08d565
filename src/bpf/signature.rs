//! Types of functions, as far as registers tell.

/// What a function takes and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `None` returns nothing.
    pub returns: Option<Scalar>,
    /// The parameters in order.
    pub parameters: Vec<Scalar>,
}

/// A value that fits a register; what does not is passed by a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// An integer of that many bits.
    Integer(u32),
    /// A pointer.
    Pointer,
}
