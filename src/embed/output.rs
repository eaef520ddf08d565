//! What an embedder gets back.

use std::{error, fmt, ops::Deref};

use crate::{
    plan::OutputKind as OutputType,
    report::{Error, Warning},
};

/// The result of a link into memory; it reads as a slice of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkerOutput {
    output_type: OutputType,
    bytes: Vec<u8>,
    warnings: Vec<Warning>,
}

impl LinkerOutput {
    pub(super) const fn new(
        output_type: OutputType,
        bytes: Vec<u8>,
        warnings: Vec<Warning>,
    ) -> Self {
        Self { output_type, bytes, warnings }
    }

    /// What it is.
    #[must_use]
    pub const fn output_type(&self) -> OutputType {
        self.output_type
    }

    /// The contents of the file that the command would have written.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    /// What a person should know although the link went well, in the order it arose.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl AsRef<[u8]> for LinkerOutput {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Deref for LinkerOutput {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a link failed, and what it warned of before; `Display` has the error alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkerError {
    // Boxed, since results of this type are passed around on the good path too.
    inner: Box<(Error, Vec<Warning>)>,
}

impl LinkerError {
    pub(super) fn new(error: Error, warnings: Vec<Warning>) -> Self {
        Self { inner: Box::new((error, warnings)) }
    }

    /// What went wrong: kind, message, causes and help.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.inner.0
    }

    /// The warnings given before, in the order they arose.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.inner.1
    }
}

impl From<LinkerError> for Error {
    fn from(error: LinkerError) -> Self {
        error.inner.0
    }
}

impl fmt::Display for LinkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl error::Error for LinkerError {}
