//! macOS and other Unix systems, as far as they can be tested on Linux: their folders, and Mach-O.

use super::{
    super::{FoundBy, Search, host::Os, locate_on},
    fixtures::{Fake, Tree},
};

const ARM64: u32 = 0x0100_000c;
const X86_64: u32 = 0x0100_0007;

/// A dylib with only the parts that the search reads.
#[derive(Clone)]
struct Dylib {
    processor: u32,
    version: [u8; 3],
    needed: &'static str,
    symbols: Vec<&'static str>,
}

impl Dylib {
    fn llvm(major: u8, minor: u8, patch: u8) -> Self {
        let symbols = vec!["ContextCreate", "GetVersion", "InitializeBPFTarget"];
        Self {
            processor: ARM64,
            version: [major, minor, patch],
            needed: "/usr/lib/libSystem.B.dylib",
            symbols,
        }
    }

    fn driver() -> Self {
        Self { needed: "@rpath/libLLVM.dylib", symbols: Vec::new(), ..Self::llvm(0, 0, 0) }
    }

    fn bytes(&self) -> Vec<u8> {
        let [major, minor, patch] = self.version;
        let version = u32::from(major) << 16 | u32::from(minor) << 8 | u32::from(patch);
        let trie = self.trie();
        let id = command(0xd, &[24, 0, version, 0], "@rpath/libLLVM.dylib");
        let needed = command(0xc, &[24, 0, 0, 0], self.needed);
        let run_path = command(0x8000_001c, &[12], "@loader_path/../lib");
        let length = 32 + id.len() + needed.len() + run_path.len() + 16;
        let exports = command(0x8000_0033, &[length as u32, trie.len() as u32], "");
        let commands = [id, needed, run_path, exports].concat();
        let header = [0xfeed_facf, self.processor, 0, 6, 4, commands.len() as u32, 0, 0];
        [words(&header), commands, trie].concat()
    }

    /// Returns a root with the edge `_LLVM` to a node that has one edge per symbol to a leaf.
    fn trie(&self) -> Vec<u8> {
        let root = b"\0\x01_LLVM\0\x09".to_vec();
        let edges: usize = self.symbols.iter().map(|symbol| symbol.len() + 2).sum();
        let leaves = root.len() + 2 + edges;
        let mut node = vec![0, self.symbols.len() as u8];
        for (index, symbol) in self.symbols.iter().enumerate() {
            node.extend(symbol.bytes().chain([0, (leaves + 4 * index) as u8]));
        }
        let leaf = [2, 0, 0x10, 0];
        [root, node, leaf.repeat(self.symbols.len())].concat()
    }
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn command(kind: u32, fields: &[u32], text: &str) -> Vec<u8> {
    let mut text = text.as_bytes().to_vec();
    text.resize(if text.is_empty() { 0 } else { (text.len() + 1).next_multiple_of(8) }, 0);
    let length = 8 + 4 * fields.len() + text.len();
    [words(&[kind, length as u32]), words(fields), text].concat()
}

/// Returns a universal file of these slices.
fn universal(slices: &[Dylib]) -> Vec<u8> {
    let mut head = [0xcafe_babe_u32, slices.len() as u32].map(u32::to_be_bytes).concat();
    let mut body = Vec::new();
    for slice in slices {
        let bytes = slice.bytes();
        let offset = 4096 + body.len();
        head.extend(
            [slice.processor, 0, offset as u32, bytes.len() as u32, 14]
                .map(u32::to_be_bytes)
                .concat(),
        );
        body.extend(bytes);
    }
    head.resize(4096, 0);
    [head, body].concat()
}

fn mac() -> Tree {
    let mut tree = Tree::new();
    tree.host.os = Os::Apple;
    tree.host.architecture.mach_o = ARM64;
    tree
}

fn reason_for(dylib: &[u8]) -> String {
    let tree = mac();
    let path = tree.file("opt/homebrew/opt/llvm/lib/libLLVM.dylib", dylib);
    let error = locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() })
        .expect_err("a decoy");
    error.causes()[0].rsplit_once(") ").expect("a reason").1.to_owned()
}

#[test]
fn homebrews_library_is_found() {
    let tree = mac();
    tree.file("opt/homebrew/opt/llvm@18/lib/libLLVM.dylib", Dylib::llvm(18, 1, 8).bytes());
    let path =
        tree.file("opt/homebrew/opt/llvm@22/lib/libLLVM.dylib", Dylib::llvm(22, 1, 2).bytes());
    tree.file("opt/homebrew/opt/llvm/lib/libLLVM.dylib", Dylib::llvm(23, 1, 0).bytes());
    let located = locate_on(&tree.host, &Search::default()).expect("it");
    assert_eq!((located.path, located.found_by), (path, FoundBy::System));
    assert_eq!(located.version.to_string(), "22.1.2");
}

#[test]
fn the_sysroot_of_a_toolchain_that_carries_a_dylib_wins() {
    let mut tree = mac();
    let path = tree.file("rust/lib/libLLVM.dylib", Dylib::llvm(22, 1, 2).bytes());
    tree.file("rust/lib/librustc_driver-0123.dylib", Dylib::driver().bytes());
    tree.file("opt/homebrew/opt/llvm/lib/libLLVM.dylib", Dylib::llvm(22, 1, 2).bytes());
    tree.folder("rust/lib/rustlib/aarch64-apple-darwin/bin");
    tree.set_path(&["rust/lib/rustlib/aarch64-apple-darwin/bin"]);
    let located = locate_on(&tree.host, &Search::default()).expect("it");
    assert_eq!((located.path, located.found_by), (path, FoundBy::Sysroot));
}

#[test]
fn the_slice_for_this_processor_is_judged() {
    let tree = mac();
    let intel = Dylib { processor: X86_64, ..Dylib::llvm(21, 1, 0) };
    let path = tree.file("a.dylib", universal(&[intel.clone(), Dylib::llvm(22, 1, 2)]));
    let located =
        locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() }).expect("it");
    assert_eq!(located.version.to_string(), "22.1.2");
    assert_eq!(
        reason_for(&universal(std::slice::from_ref(&intel))),
        "is made for other kinds of machine"
    );
    assert_eq!(reason_for(&intel.bytes()), "is made for another kind of machine");
}

#[test]
fn decoys_are_refused() {
    let mut dylib = Dylib::llvm(22, 1, 2);
    dylib.symbols.pop();
    assert_eq!(reason_for(&dylib.bytes()), "is LLVM 22.1.2 without the BPF target");
    assert_eq!(
        reason_for(&Dylib::driver().bytes()),
        "is not a libLLVM: it exports no LLVMContextCreate"
    );
    assert_eq!(reason_for(&Dylib::llvm(1, 0, 0).bytes()), "does not tell its version");
    assert_eq!(reason_for(&Fake::llvm(22, 1, 2).bytes()), "is made for another operating system");
}

#[test]
fn no_damage_makes_the_search_fail() {
    let bytes = Dylib::llvm(22, 1, 2).bytes();
    let tree = mac();
    let damaged = (0..bytes.len()).flat_map(|at| {
        let with = |value| [&bytes[..at], &[value], &bytes[at + 1..]].concat();
        [with(!bytes[at]), bytes[..at].to_vec()]
    });
    for bytes in damaged {
        let path = tree.file("a.dylib", &bytes);
        if let Err(error) =
            locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() })
        {
            assert_eq!(error.causes().len(), 1, "{error}");
        }
    }
}

#[test]
fn a_mac_library_is_refused_on_linux() {
    let tree = Tree::new();
    let dylib = Dylib { processor: X86_64, ..Dylib::llvm(22, 1, 2) };
    let path = tree.file("a.so", dylib.bytes());
    let error = locate_on(&tree.host, &Search { explicit: Some(&path), ..Search::default() })
        .expect_err("a dylib");
    assert!(error.causes()[0].ends_with("is made for another operating system"), "{error}");
}

#[test]
fn the_bsds_ports_are_found() {
    let mut tree = Tree::new();
    tree.host.os = Os::Unix;
    let path = tree.library("usr/local/llvm22/lib/libLLVM.so.22.1", &Fake::llvm(22, 1, 0));
    let located = locate_on(&tree.host, &Search::default()).expect("it");
    assert_eq!(located.path, path);
}
