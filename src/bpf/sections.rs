//! Names of sections with a meaning for loaders.

/// BTF-defined maps.
pub const MAPS: &str = ".maps";
/// Maps defined by records.
pub const LEGACY_MAPS: &str = "maps";
/// Sections whose externs the loader resolves.
pub const EXTERNS: [&str; 2] = [".ksyms", ".kconfig"];
/// The beginning of the names of sections with tables of operations.
pub const STRUCT_OPS: &str = ".struct_ops";
/// Sections of variables that loaders make maps of by their types, and whose initial values name programs: libbpf's
/// `MAPS_ELF_SEC`, `STRUCT_OPS_SEC` and `STRUCT_OPS_LINK_SEC`, the latter two also with the prefix that marks them as
/// optional.
pub const TYPED: [&str; 5] =
    [MAPS, STRUCT_OPS, ".struct_ops.link", "?.struct_ops", "?.struct_ops.link"];
