//! Safe wrappers of what the backend needs of LLVM, and the search for a libLLVM. Raw pointers never leave this room.

mod block;
mod buffer;
mod build;
mod context;
mod edit;
mod global;
mod instruction;
mod layout;
mod library;
pub mod locate;
mod machine;
mod metadata;
mod module;
mod opcode;
mod operation;
mod pieces;
mod replace;
mod signature;
mod text;
mod value;

pub use block::Block;
pub use build::Builder;
pub use context::{Context, Diagnostic, Severity};
pub use global::{Attribute, Global, Linkage};
pub use instruction::{Instruction, SourceLine};
pub use layout::{Distance, Layout};
pub use library::{Library, OptionsLease, REMARKS};
pub use machine::{CodegenLevel, FileType, Machine, Spec};
pub use metadata::{MetadataKind, Node, Operand, Text};
pub use module::{Inline, Module};
pub use opcode::{Binary, Opcode, Predicate, Resize};
pub use operation::{Operation, Ordering, Place, Scope, Update};
pub use pieces::Piece;
pub use signature::{Scalar, Signature};
pub use value::Value;
