//! The dynamic part of an ELF shared library, as the loader sees it: program headers, the dynamic section, one hashed
//! symbol lookup. Section headers are not read: a stripped library may have none.
//!
//! Sources: the System V ABI, chapters 4 and 5; for `DT_GNU_HASH`, the loader's `do_lookup_x` in glibc's
//! `elf/dl-lookup.c`.

use super::reader::{Fault, Order, Reader};

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const ET_DYN: u16 = 3;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_SONAME: u64 = 14;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
const DT_GNU_HASH: u64 = 0x6fff_fef5;

/// The longest hash chain followed; real ones have a handful of entries.
const MAX_CHAIN: usize = 1024;

/// The width of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// 32 bit.
    Elf32,
    /// 64 bit.
    Elf64,
}

impl Class {
    /// Returns the width of this process.
    pub(super) const fn native() -> Self {
        if cfg!(target_pointer_width = "32") { Self::Elf32 } else { Self::Elf64 }
    }

    const fn word(self) -> usize {
        match self {
            Self::Elf32 => 4,
            Self::Elf64 => 8,
        }
    }
}

/// The machine properties that must match for a library to be loaded into a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) class: Class,
    pub(super) order: Order,
    /// `e_machine`.
    pub(super) number: u16,
}

#[derive(Debug)]
struct Load {
    offset: u64,
    address: u64,
    length: u64,
}

/// An opened shared library.
#[derive(Debug)]
pub(super) struct Elf {
    reader: Reader,
    machine: Machine,
    loads: Vec<Load>,
    dynamic: Vec<(u64, u64)>,
}

impl Elf {
    /// Returns true if a file that starts with `head` is ELF.
    pub(super) fn is(head: &[u8]) -> bool {
        head.starts_with(b"\x7fELF")
    }

    /// Reads the headers and the dynamic section.
    pub(super) fn parse(reader: Reader) -> Result<Self, Fault> {
        let ident = reader.bytes(0, 20)?;
        let class = match ident.get(4) {
            Some(1) => Class::Elf32,
            Some(2) => Class::Elf64,
            _ => return Err(Fault::other("is not a valid ELF file")),
        };
        let order = match ident.get(5) {
            Some(1) => Order::Little,
            Some(2) => Order::Big,
            _ => return Err(Fault::other("is not a valid ELF file")),
        };
        if order.u16(&ident, 16)? != ET_DYN {
            return Err(Fault::other("is not a shared library"));
        }
        let machine = Machine { class, order, number: order.u16(&ident, 18)? };
        let mut elf = Self { reader, machine, loads: Vec::new(), dynamic: Vec::new() };
        elf.read_segments()?;
        Ok(elf)
    }

    pub(super) const fn machine(&self) -> Machine {
        self.machine
    }

    fn read_segments(&mut self) -> Result<(), Fault> {
        let (order, class) = (self.machine.order, self.machine.class);
        let (offset, count_at, size) = match class {
            Class::Elf32 => (u64::from(order.u32(&self.reader.bytes(28, 4)?, 0)?), 42, 32),
            Class::Elf64 => (order.u64(&self.reader.bytes(32, 8)?, 0)?, 54, 56),
        };
        let counts = self.reader.bytes(count_at, 4)?;
        if usize::from(order.u16(&counts, 0)?) != size {
            return Err(Fault::other("has program headers of an unknown size"));
        }
        let count = usize::from(order.u16(&counts, 2)?);
        let table = self.reader.bytes(offset, size * count)?;
        let mut dynamic = None;
        for header in table.chunks_exact(size) {
            let load = match class {
                Class::Elf32 => Load {
                    offset: order.u32(header, 4)?.into(),
                    address: order.u32(header, 8)?.into(),
                    length: order.u32(header, 16)?.into(),
                },
                Class::Elf64 => Load {
                    offset: order.u64(header, 8)?,
                    address: order.u64(header, 16)?,
                    length: order.u64(header, 32)?,
                },
            };
            match order.u32(header, 0)? {
                PT_LOAD => self.add_load(load)?,
                PT_DYNAMIC => dynamic = Some(load),
                _ => {}
            }
        }
        let dynamic = dynamic.ok_or_else(|| Fault::other("has no dynamic section"))?;
        self.read_dynamic(&dynamic)
    }

    /// Adds a segment. One that reaches beyond the file would still be mapped, and touching it would kill the process.
    fn add_load(&mut self, load: Load) -> Result<(), Fault> {
        let end = load.offset.checked_add(load.length).ok_or(Fault::Truncated)?;
        if end > self.reader.length() {
            return Err(Fault::Truncated);
        }
        self.loads.push(load);
        Ok(())
    }

    fn read_dynamic(&mut self, segment: &Load) -> Result<(), Fault> {
        let length = usize::try_from(segment.length).map_err(|_| Fault::Truncated)?;
        let table = self.reader.bytes(segment.offset, length)?;
        let word = self.machine.class.word();
        for entry in table.chunks_exact(2 * word) {
            let tag = self.word(entry, 0)?;
            if tag == DT_NULL {
                break;
            }
            self.dynamic.push((tag, self.word(entry, word)?));
        }
        Ok(())
    }

    fn word(&self, bytes: &[u8], at: usize) -> Result<u64, Fault> {
        match self.machine.class {
            Class::Elf32 => self.machine.order.u32(bytes, at).map(u64::from),
            Class::Elf64 => self.machine.order.u64(bytes, at),
        }
    }

    /// Returns the library's soname.
    pub(super) fn soname(&self) -> Result<Option<String>, Fault> {
        self.entry(DT_SONAME).map(|offset| self.dynamic_string(offset)).transpose()
    }

    /// Returns the names of the libraries it needs.
    pub(super) fn needed(&self) -> Result<Vec<String>, Fault> {
        let entries = self.dynamic.iter().filter(|(tag, _)| *tag == DT_NEEDED);
        entries.map(|(_, offset)| self.dynamic_string(*offset)).collect()
    }

    /// Returns the folders in which to look for them, with `$ORIGIN` not expanded.
    pub(super) fn run_paths(&self) -> Result<Vec<String>, Fault> {
        let lists = self.entry(DT_RUNPATH).or_else(|| self.entry(DT_RPATH));
        let list = lists.map(|offset| self.dynamic_string(offset)).transpose()?.unwrap_or_default();
        Ok(list.split(':').filter(|path| !path.is_empty()).map(str::to_owned).collect())
    }

    fn entry(&self, tag: u64) -> Option<u64> {
        self.dynamic.iter().find(|(candidate, _)| *candidate == tag).map(|(_, value)| *value)
    }

    fn table(&self, tag: u64, name: &str) -> Result<u64, Fault> {
        self.entry(tag).ok_or_else(|| Fault::other(format!("has no dynamic {name} table")))
    }

    fn dynamic_string(&self, offset: u64) -> Result<String, Fault> {
        let address =
            self.table(DT_STRTAB, "string")?.checked_add(offset).ok_or(Fault::Truncated)?;
        self.reader.string(self.file_offset(address)?)
    }

    fn file_offset(&self, address: u64) -> Result<u64, Fault> {
        let inside =
            |load: &&Load| address.checked_sub(load.address).is_some_and(|at| at < load.length);
        let load = self.loads.iter().find(inside).ok_or(Fault::Truncated)?;
        Ok(load.offset + (address - load.address))
    }

    /// Returns the `length` bytes that the loader would map at `address`.
    pub(super) fn at_address(&self, address: u64, length: usize) -> Result<Vec<u8>, Fault> {
        self.reader.bytes(self.file_offset(address)?, length)
    }

    fn u32_at(&self, table: u64, index: u64) -> Result<u32, Fault> {
        let address = table.checked_add(index.saturating_mul(4)).ok_or(Fault::Truncated)?;
        self.machine.order.u32(&self.at_address(address, 4)?, 0)
    }

    /// Returns the address of the exported symbol `name`, found as the loader finds it: through the hash table.
    pub(super) fn symbol(&self, name: &str) -> Result<Option<u64>, Fault> {
        match (self.entry(DT_GNU_HASH), self.entry(DT_HASH)) {
            (Some(table), _) => self.symbol_by_gnu_hash(table, name),
            (None, Some(table)) => self.symbol_by_hash(table, name),
            (None, None) => Err(Fault::other("has no symbol hash table")),
        }
    }

    fn symbol_by_gnu_hash(&self, table: u64, name: &str) -> Result<Option<u64>, Fault> {
        let hash = gnu_hash(name);
        let bucket_count = self.u32_at(table, 0)?;
        let first_symbol = u64::from(self.u32_at(table, 1)?);
        let bloom_words = u64::from(self.u32_at(table, 2)?);
        if bucket_count == 0 {
            return Ok(None);
        }
        let bloom_length = bloom_words * self.machine.class.word() as u64;
        let buckets = table.checked_add(16 + bloom_length).ok_or(Fault::Truncated)?;
        let start = u64::from(self.u32_at(buckets, u64::from(hash % bucket_count))?);
        if start < first_symbol {
            return Ok(None);
        }
        let chains = buckets.checked_add(4 * u64::from(bucket_count)).ok_or(Fault::Truncated)?;
        for symbol in (start..).take(MAX_CHAIN) {
            let link = self.u32_at(chains, symbol - first_symbol)?;
            if link | 1 == hash | 1 {
                if let Some(address) = self.symbol_named(symbol, name)? {
                    return Ok(Some(address));
                }
            }
            if link & 1 == 1 {
                return Ok(None);
            }
        }
        Err(Fault::other("has a symbol hash chain without an end"))
    }

    fn symbol_by_hash(&self, table: u64, name: &str) -> Result<Option<u64>, Fault> {
        let bucket_count = self.u32_at(table, 0)?;
        if bucket_count == 0 {
            return Ok(None);
        }
        let mut symbol = self.u32_at(table, 2 + u64::from(sysv_hash(name) % bucket_count))?;
        for _ in 0..MAX_CHAIN {
            if symbol == 0 {
                return Ok(None);
            }
            if let Some(address) = self.symbol_named(symbol.into(), name)? {
                return Ok(Some(address));
            }
            symbol = self.u32_at(table, 2 + u64::from(bucket_count) + u64::from(symbol))?;
        }
        Err(Fault::other("has a symbol hash chain without an end"))
    }

    /// Returns the address of symbol number `index`, if it is defined and called `name`.
    fn symbol_named(&self, index: u64, name: &str) -> Result<Option<u64>, Fault> {
        let (size, section_at, value_at) = match self.machine.class {
            Class::Elf32 => (16, 14, 4),
            Class::Elf64 => (24, 6, 8),
        };
        let table = self.table(DT_SYMTAB, "symbol")?;
        let address = table.checked_add(index * size as u64).ok_or(Fault::Truncated)?;
        let symbol = self.at_address(address, size)?;
        let is_defined = self.machine.order.u16(&symbol, section_at)? != 0;
        let found = self.dynamic_string(self.machine.order.u32(&symbol, 0)?.into())?;
        let value = self.word(&symbol, value_at)?;
        Ok((is_defined && found == name).then_some(value))
    }
}

/// Returns the hash of `DT_GNU_HASH`.
pub(super) fn gnu_hash(name: &str) -> u32 {
    name.bytes().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}

/// Returns the hash of `DT_HASH`.
pub(super) fn sysv_hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ (high >> 24)) & !high
    })
}
