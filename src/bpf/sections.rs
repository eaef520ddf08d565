//! Names of sections that loaders give a meaning.

/// BTF-defined maps.
pub const MAPS: &str = ".maps";
/// Maps as records.
pub const LEGACY_MAPS: &str = "maps";
/// Sections whose externs the loader resolves.
pub const EXTERNS: [&str; 2] = [".ksyms", ".kconfig"];
