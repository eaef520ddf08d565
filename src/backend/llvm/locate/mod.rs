//! Which libLLVM to load.
