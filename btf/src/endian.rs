//! Byte order.

/// Byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Endian {
    /// The byte order of the host.
    pub const HOST: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };
}
