//! Machines made of a temporary folder, and libraries made of a few hundred bytes.

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::super::{
    elf::{Class, Machine, gnu_hash, sysv_hash},
    host::{Architecture, Host, Os},
    reader::Order,
};
use crate::input::{LlvmVersion, Producer};

pub(super) const X86_64: Machine =
    Machine { class: Class::Elf64, order: Order::Little, number: 62 };
pub(super) const X86: Machine = Machine { class: Class::Elf32, order: Order::Little, number: 3 };
pub(super) const S390X: Machine = Machine { class: Class::Elf64, order: Order::Big, number: 22 };

/// The address of a fake's first byte: not its offset, so that mixing them up shows.
const BASE: u64 = 0x1_0000;

/// The table through which the symbols are found.
#[derive(Clone, Copy)]
pub(super) enum Hash {
    Gnu,
    SysV,
    Neither,
}

/// A shared library with only the parts that the search reads.
#[derive(Clone)]
pub(super) struct Fake {
    pub(super) machine: Machine,
    pub(super) soname: Option<String>,
    pub(super) needed: Vec<String>,
    pub(super) run_path: Option<String>,
    pub(super) symbols: Vec<&'static str>,
    pub(super) undefined: Vec<&'static str>,
    pub(super) hash: Hash,
    /// The machine code of `LLVMGetVersion`, and of everything else.
    pub(super) code: Vec<u8>,
}

impl Fake {
    /// Returns a libLLVM for x86-64 with the BPF target.
    pub(super) fn llvm(major: u8, minor: u8, patch: u8) -> Self {
        Self {
            machine: X86_64,
            soname: Some(format!("libLLVM.so.{major}.{minor}")),
            needed: vec!["libc.so.6".to_owned()],
            run_path: None,
            symbols: vec![
                "LLVMContextCreate",
                "LLVMGetVersion",
                "LLVMInitializeBPFTarget",
                "LLVMInitializeX86Target",
            ],
            undefined: vec!["malloc"],
            hash: Hash::Gnu,
            code: x86_64_get_version(major, minor, patch),
        }
    }

    /// Returns the library that contains rustc.
    pub(super) fn driver(needed: &str) -> Self {
        let needed = vec![needed.to_owned()];
        Self { soname: None, needed, symbols: vec!["rustc_driver"], ..Self::llvm(22, 1, 0) }
    }

    pub(super) fn without(mut self, symbol: &str) -> Self {
        self.symbols.retain(|name| *name != symbol);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let (header, program_header) = self.header_sizes();
        let head = header + 2 * program_header;
        let (strings, offsets) = self.strings();
        let symbols = self.symbol_table(&offsets, BASE + head as u64);
        let mut body = self.code.clone();
        let mut place = |table: &[u8]| {
            body.resize(body.len().next_multiple_of(8), 0);
            let address = BASE + (head + body.len()) as u64;
            body.extend(table);
            address
        };
        let mut entries = vec![(5, place(&strings)), (6, place(&symbols))];
        match self.hash {
            Hash::Gnu => entries.push((0x6fff_fef5, place(&self.gnu_table()))),
            Hash::SysV => entries.push((4, place(&self.sysv_table()))),
            Hash::Neither => {}
        }
        let mut names = offsets[self.symbols.len() + self.undefined.len()..].iter();
        entries.extend(self.needed.iter().zip(&mut names).map(|(_, offset)| (1, *offset)));
        entries.extend(self.soname.iter().zip(&mut names).map(|(_, offset)| (14, *offset)));
        entries.extend(self.run_path.iter().zip(&mut names).map(|(_, offset)| (29, *offset)));
        entries.push((0, 0));
        let dynamic: Vec<u8> = entries
            .iter()
            .flat_map(|(tag, value)| [self.word(*tag), self.word(*value)].concat())
            .collect();
        let at = place(&dynamic) - BASE;
        let length = (head + body.len()) as u64;
        let segments =
            [self.segment(1, 0, length), self.segment(2, at, dynamic.len() as u64)].concat();
        [self.header(), segments, body].concat()
    }

    const fn header_sizes(&self) -> (usize, usize) {
        match self.machine.class {
            Class::Elf32 => (52, 32),
            Class::Elf64 => (64, 56),
        }
    }

    fn header(&self) -> Vec<u8> {
        let (header, program_header) = self.header_sizes();
        let class = if self.machine.class == Class::Elf32 { 1 } else { 2 };
        let order = if self.machine.order == Order::Little { 1 } else { 2 };
        let mut bytes = [&b"\x7fELF"[..], &[class, order, 1], &[0; 9]].concat();
        bytes.extend([self.half(3), self.half(self.machine.number), self.number(1)].concat());
        bytes.extend(
            [self.word(0), self.word(header as u64), self.word(0), self.number(0)].concat(),
        );
        for half in [header, program_header, 2, 0, 0, 0] {
            bytes.extend(self.half(half as u16));
        }
        bytes
    }

    fn segment(&self, kind: u32, offset: u64, length: u64) -> Vec<u8> {
        let address = BASE + offset;
        let words =
            [offset, address, address, length, length].map(|value| self.word(value)).concat();
        match self.machine.class {
            Class::Elf32 => [self.number(kind), words, self.number(5), self.number(8)].concat(),
            Class::Elf64 => [self.number(kind), self.number(5), words, self.word(8)].concat(),
        }
    }

    /// Returns the strings of symbols, needed libraries, soname and run path, and the position of each.
    fn strings(&self) -> (Vec<u8>, Vec<u64>) {
        let symbols = self.undefined.iter().chain(&self.symbols).map(|name| (*name).to_owned());
        let mut bytes = vec![0];
        let mut offsets = Vec::new();
        for name in symbols
            .chain(self.needed.clone())
            .chain(self.soname.clone())
            .chain(self.run_path.clone())
        {
            offsets.push(bytes.len() as u64);
            bytes.extend(name.bytes());
            bytes.push(0);
        }
        (bytes, offsets)
    }

    fn symbol_table(&self, names: &[u64], value: u64) -> Vec<u8> {
        let undefined = self.undefined.iter().map(|_| 0);
        let sections = undefined.chain(self.symbols.iter().map(|_| 1));
        let symbols = names.iter().zip(sections).map(|(name, section)| (*name as u32, section));
        [(0, 0)]
            .into_iter()
            .chain(symbols)
            .flat_map(|(name, section)| self.symbol(name, section, value))
            .collect()
    }

    fn symbol(&self, name: u32, section: u16, value: u64) -> Vec<u8> {
        let kind = vec![0x12, 0];
        match self.machine.class {
            Class::Elf32 => {
                [self.number(name), self.word(value), self.word(0), kind, self.half(section)]
                    .concat()
            }
            Class::Elf64 => {
                [self.number(name), kind, self.half(section), self.word(value), self.word(0)]
                    .concat()
            }
        }
    }

    /// Writes a table with one bucket: the chain is the whole table.
    fn gnu_table(&self) -> Vec<u8> {
        let first = 1 + self.undefined.len() as u32;
        let mut table = [
            self.number(1),
            self.number(first),
            self.number(1),
            self.number(6),
            self.word(u64::MAX),
        ]
        .concat();
        table.extend(self.number(first));
        let last = self.symbols.len() - 1;
        for (index, name) in self.symbols.iter().enumerate() {
            table.extend(self.number(gnu_hash(name) & !1 | u32::from(index == last)));
        }
        table
    }

    fn sysv_table(&self) -> Vec<u8> {
        let names: Vec<&str> = self.undefined.iter().chain(&self.symbols).copied().collect();
        let mut buckets = vec![0; 3];
        let mut chains = vec![0; names.len() + 1];
        for (index, name) in names.iter().enumerate() {
            let bucket = &mut buckets[(sysv_hash(name) % 3) as usize];
            chains[index + 1] = *bucket;
            *bucket = index as u32 + 1;
        }
        let numbers = [3, chains.len() as u32].into_iter().chain(buckets).chain(chains);
        numbers.flat_map(|number| self.number(number)).collect()
    }

    fn half(&self, value: u16) -> Vec<u8> {
        let big = self.machine.order == Order::Big;
        if big { value.to_be_bytes() } else { value.to_le_bytes() }.to_vec()
    }

    fn number(&self, value: u32) -> Vec<u8> {
        let big = self.machine.order == Order::Big;
        if big { value.to_be_bytes() } else { value.to_le_bytes() }.to_vec()
    }

    fn word(&self, value: u64) -> Vec<u8> {
        let big = self.machine.order == Order::Big;
        match self.machine.class {
            Class::Elf32 => self.number(value as u32),
            Class::Elf64 => if big { value.to_be_bytes() } else { value.to_le_bytes() }.to_vec(),
        }
    }
}

/// Returns the code of `LLVMGetVersion` as every compiler emits it.
fn x86_64_get_version(major: u8, minor: u8, patch: u8) -> Vec<u8> {
    let store = |test: [u8; 3], register: u8, value: u8| {
        [&test[..], &[0x74, 0x06, 0xc7, register, value, 0, 0, 0]].concat()
    };
    let stores = [
        store([0x48, 0x85, 0xff], 0x07, major),
        store([0x48, 0x85, 0xf6], 0x06, minor),
        store([0x48, 0x85, 0xd2], 0x02, patch),
    ];
    [stores.concat(), vec![0xc3]].concat()
}

/// A machine in a temporary folder.
pub(super) struct Tree {
    folder: TempDir,
    pub(super) host: Host,
}

impl Tree {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("its own path");
        let host = Host {
            built_in: None,
            os: Os::Linux,
            architecture: Architecture { elf: X86_64, mach_o: 0x0100_0007 },
            processes: root.join("proc"),
            root,
            path: None,
            rustc: None,
            asked_for: None,
        };
        Self { folder, host }
    }

    /// Returns the path of `name` on this machine.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.host.root.join(name)
    }

    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("to create it");
        fs::write(&path, bytes).expect("to write it");
        path
    }

    pub(super) fn library(&self, name: &str, library: &Fake) -> PathBuf {
        self.file(name, library.bytes())
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("to create it");
        path
    }

    pub(super) fn link(&self, name: &str, target: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("to create it");
        symlink(target, &path).expect("to link it");
        path
    }

    /// Creates a program that prints `line`.
    pub(super) fn program(&self, name: &str, line: &Path) -> PathBuf {
        self.script(name, &format!("echo '{}'", line.display()))
    }

    /// Creates a program that runs `script` in a shell.
    pub(super) fn script(&self, name: &str, script: &str) -> PathBuf {
        let path = self.file(name, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .expect("to make it executable");
        path
    }

    /// Sets PATH to these folders of the machine.
    pub(super) fn set_path(&mut self, folders: &[&str]) {
        self.host.path =
            Some(env::join_paths(folders.iter().map(|folder| self.path(folder))).expect("a PATH"));
    }

    /// Creates the process `pid` with its parent and the files it maps, as the kernel writes them.
    pub(super) fn process(&self, pid: &str, parent: u32, maps: &[String]) {
        self.file(&format!("proc/{pid}/stat"), format!("7 (a ) b) S {parent} 1 2 3"));
        let lines: String =
            maps.iter().map(|file| format!("7f00-7f80 r-xp 0000 08:01 42      {file}\n")).collect();
        self.file(
            &format!("proc/{pid}/maps"),
            format!("5500-5600 rw-p 0000 00:00 0       [heap]\n{lines}"),
        );
    }

    /// Makes rustc, process 40, which maps `maps`, our parent.
    pub(super) fn called_by(&self, maps: &[String]) {
        self.process("self", 40, &[]);
        self.process("40", 30, maps);
        self.process("30", 1, &[]);
    }

    /// Creates a sysroot like rustup's under `root`, with this libLLVM; returns its library folder.
    pub(super) fn sysroot(&self, root: &str, name: &str, library: &Fake) -> PathBuf {
        self.library(&format!("{root}/lib/{name}"), library);
        self.library(&format!("{root}/lib/librustc_driver-0123.so"), &Fake::driver(name));
        self.folder(&format!("{root}/lib/rustlib/x86_64-unknown-linux-gnu/bin"));
        self.path(&format!("{root}/lib"))
    }

    pub(super) fn name(&self) -> String {
        self.folder.path().display().to_string()
    }
}

/// Returns the producer of `main.o`.
pub(super) fn written_by(
    text: &str,
    major: u32,
    minor: u32,
    patch: u32,
) -> Option<(String, Producer)> {
    let version = Some(LlvmVersion { major, minor, patch });
    Some(("main.o".to_owned(), Producer { text: text.to_owned(), version, epoch: 0 }))
}
