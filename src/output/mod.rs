//! Bytes to files: written beside, then renamed.
