//! Names of sections with a meaning for loaders.

/// BTF-defined maps.
pub const MAPS: &str = ".maps";
/// Maps defined by records.
pub const LEGACY_MAPS: &str = "maps";
/// Sections whose externs the loader resolves.
pub const EXTERNS: [&str; 2] = [".ksyms", ".kconfig"];
/// The beginning of the names of sections with tables of operations.
pub const STRUCT_OPS: &str = ".struct_ops";
