//! BPF itself: instructions, targets, section names known to loaders, and the features of each kernel.

pub mod insn;
pub mod kernel;
pub mod section_names;
pub mod sections;
pub mod signature;
pub mod target;
