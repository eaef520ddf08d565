//! BPF itself: instructions, targets, the sections that loaders know, and what each kernel introduced.

pub mod insn;
pub mod kernel;
pub mod section_names;
pub mod sections;
pub mod signature;
pub mod target;
