//! BTF that every kernel and every loader accepts.
//!
//! LLVM emits BTF that mirrors the debug info it was given; rustc's debug info says things that C cannot, so the
//! kernel refuses it. Everything is put right here, on the emitted sections, independent of the LLVM version:
//!
//! - [`Btf`] and [`Ext`]: the decoded `.BTF` and `.BTF.ext`, and their codec;
//! - [`rules`]: would the kernel take it;
//! - [`walk`]: every place where a type number or a string offset stands.

mod codec;
mod cursor;
mod ext;
pub mod link;
mod model;
pub mod rules;
mod strings;
pub mod walk;

pub use ext::{CoreRelo, Ext, FuncInfo, LineInfo, SecTable, records_mut};
pub use model::{
    Array, Btf, Composite, Datasec, DeclTag, Enum, FuncProto, FwdKind, Int, Kind, Linkage, Member,
    Param, SecEntry, Type, TypeId, Variant,
};
pub use strings::{StrOff, Strings};

use crate::report::Result;

/// The debug information of one object: `.BTF` and, if there is code, `.BTF.ext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The types.
    pub btf: Btf,
    /// What ties instructions to them.
    pub ext: Option<Ext>,
}

impl Info {
    /// Decodes the two sections of one object.
    ///
    /// # Errors
    /// One of them is malformed, or they do not fit together.
    pub fn decode(btf: &[u8], ext: Option<&[u8]>) -> Result<Self> {
        let btf = Btf::decode(btf)?;
        let ext = ext.map(|bytes| Ext::decode(bytes, &btf)).transpose()?;
        Ok(Self { btf, ext })
    }

    /// Encodes the two sections: `.BTF`, then `.BTF.ext` if there is one.
    ///
    /// # Errors
    /// Something does not fit its field; see [`Btf::encode`].
    pub fn encode(&self) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let ext = self.ext.as_ref().map(|ext| ext.encode(self.btf.endian)).transpose()?;
        Ok((self.btf.encode()?, ext))
    }
}
