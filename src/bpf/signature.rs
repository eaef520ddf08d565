//! Types of functions, as far as registers determine them.

/// The parameters and the return value of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The returned value; `None` for a function that returns nothing.
    pub returns: Option<Scalar>,
    /// The parameters in order.
    pub parameters: Vec<Scalar>,
}

/// A value that fits a register; larger values are passed by pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// An integer of that many bits.
    Integer(u32),
    /// A pointer.
    Pointer,
}
