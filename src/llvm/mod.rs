//! Safe wrappers of what the backend needs of LLVM, and the search for a libLLVM. Raw pointers never leave this room.

mod assembly;
mod block;
mod buffer;
mod context;
mod edit;
mod flow;
mod global;
mod instruction;
mod library;
pub mod locate;
mod machine;
mod metadata;
mod module;
mod noting;
mod operation;
mod pieces;
mod pointers;
mod product;
mod replace;
mod signature;
mod subprogram;
mod text;
mod types;
mod undefined;

pub use block::Block;
pub use context::{Context, Diagnostic, Severity};
pub use flow::Use;
pub use global::{Attribute, Global, Linkage};
pub use instruction::{Instruction, SourceLine};
pub use library::{Library, OptionsLease, REMARKS};
pub use machine::{CodegenLevel, FileType, Machine, Spec};
pub use metadata::{MetadataKind, Node, Operand, Text};
pub use module::{Inline, Module};
pub use operation::{Operation, Ordering, Place, Scope, Update};
pub use pieces::Piece;
pub use types::{Encoding, Tag, TypeBuilder};
