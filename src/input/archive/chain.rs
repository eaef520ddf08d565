//! The members of an archive and its symbol index, obtained by positioned reads of the headers only.

use std::{
    collections::HashMap,
    io::{self, Read, Seek, SeekFrom},
};

use object::read::{
    ReadCache,
    archive::{ArchiveFile, ArchiveMember, ArchiveOffset},
};

use super::super::region::Region;
use crate::report::{Error, Result};

/// The members and the symbol index of an archive.
#[derive(Debug)]
pub(super) struct Chain {
    /// The members, in order.
    pub(super) members: Vec<Link>,
    /// (symbol, index in `members`), as in the index; empty if there is no index.
    pub(super) symbols: Vec<(String, usize)>,
}

/// A member.
#[derive(Debug)]
pub(super) struct Link {
    /// The name; in a thin archive a path, relative to the archive's folder.
    pub(super) name: Vec<u8>,
    /// The location.
    pub(super) place: Place,
}

/// The location of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// In the archive: offset and length, in bytes.
    Inside(u64, u64),
    /// In a file of its own; the address of its header distinguishes it from others.
    Outside(usize),
}

/// Reads the chain of headers and the symbol index of the archive in `region`.
///
/// # Errors
/// It is malformed or cannot be read.
pub(super) fn read(region: &Region) -> Result<Chain> {
    let cache = ReadCache::new(Stream { region, at: 0, failure: None });
    parse(&cache).map_err(|error| match cache.into_inner().failure {
        Some(failure) => failure,
        None => malformed(region, &error),
    })
}

fn malformed(region: &Region, reason: &object::read::Error) -> Error {
    let error = Error::input("the archive is malformed").because(reason.to_string().to_lowercase());
    match region.head(THIN.len() as u64) {
        // Only GNU ar writes and reads such references, `/NAME:OFFSET`.
        Ok(head) if head == THIN => error.help(
            "a thin archive made of archives refers to members inside them: name those archives instead",
        ),
        _ => error.help("build it again"),
    }
}

/// The first bytes of a thin archive.
const THIN: &[u8] = b"!<thin>\n";

fn parse(cache: &ReadCache<Stream<'_>>) -> object::read::Result<Chain> {
    let archive = ArchiveFile::parse(cache)?;
    let mut members = Vec::new();
    let mut places = HashMap::new();
    for member in archive.members() {
        let member = member?;
        let place = place(&member);
        // Special members of other systems, such as /<ECSYMBOLS>/.
        if !member.name().starts_with(b"/<") {
            places.insert(place, members.len());
            members.push(Link { name: member.name().to_vec(), place });
        }
    }
    let mut symbols = Vec::new();
    let mut by_header = HashMap::new();
    for symbol in archive.symbols()?.into_iter().flatten() {
        let symbol = symbol?;
        let ArchiveOffset(header) = symbol.offset();
        let index = match by_header.get(&header) {
            Some(&index) => index,
            None => {
                let index = places.get(&place(&archive.member(symbol.offset())?)).copied();
                by_header.insert(header, index);
                index
            }
        };
        let name = String::from_utf8_lossy(symbol.name()).into_owned();
        symbols.extend(index.map(|index| (name, index)));
    }
    Ok(Chain { members, symbols })
}

fn place(member: &ArchiveMember<'_>) -> Place {
    if member.is_thin() {
        // The cache does not move what it read, so a header has one address.
        return Place::Outside(
            member.header().map_or(0, |header| std::ptr::from_ref(header).addr()),
        );
    }
    let (start, len) = member.file_range();
    Place::Inside(start, len)
}

/// A region as a stream that remembers why a read failed.
struct Stream<'a> {
    region: &'a Region,
    at: u64,
    failure: Option<Error>,
}

impl Read for Stream<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.region.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let len = bytes.len().min(left);
        let bytes = bytes.get_mut(..len).unwrap_or_default();
        if let Err(failure) = self.region.fill(self.at, bytes) {
            self.failure = Some(failure);
            return Err(io::ErrorKind::Other.into());
        }
        self.at = self.at.saturating_add(len as u64);
        Ok(len)
    }
}

impl Seek for Stream<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.region.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
