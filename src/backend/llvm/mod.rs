//! Safe wrappers of what the backend needs of LLVM, and the search for a libLLVM. Raw pointers never leave this room.

pub mod locate;
