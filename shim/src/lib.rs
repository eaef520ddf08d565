//! Opens one libLLVM and resolves the functions we use.
