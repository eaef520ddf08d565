//! The results returned to an embedder.

use std::{error, fmt, ops::Deref};

use crate::{
    plan::OutputKind as OutputType,
    report::{Error, Warning},
};

/// The result of a link into memory; it dereferences to a slice of bytes.
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

    /// Returns the kind of output.
    #[must_use]
    pub const fn output_type(&self) -> OutputType {
        self.output_type
    }

    /// Returns the contents, the same bytes that the command would write to a file.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the contents as an owned vector.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns the warnings of the successful link, in the order they arose.
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

/// The error of a failed link, with the warnings before it; `Display` shows the error alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkerError {
    // Boxed to keep `Result`s small on the success path.
    inner: Box<(Error, Vec<Warning>)>,
}

impl LinkerError {
    pub(super) fn new(error: Error, warnings: Vec<Warning>) -> Self {
        Self { inner: Box::new((error, warnings)) }
    }

    /// Returns the error: kind, message, causes and help.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.inner.0
    }

    /// Returns the warnings issued before the error, in the order they arose.
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
