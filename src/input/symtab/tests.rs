use std::path::Path;

use super::{
    super::fixture::{GLOBAL, UNDEFINED, WEAK, Writer, bitcode},
    *,
};

fn read(bytes: Vec<u8>) -> Option<Vec<(String, Role)>> {
    let symbols = symbols(&Region::memory(bytes.into(), Path::new("x.bc"))).unwrap()?;
    Some(symbols.into_iter().map(|symbol| (symbol.name, symbol.role)).collect())
}

fn named(symbols: &[(&str, Role)]) -> Option<Vec<(String, Role)>> {
    Some(symbols.iter().map(|&(name, role)| (name.to_owned(), role)).collect())
}

#[test]
fn flags_become_roles() {
    let bytes = bitcode(
        "LLVM22.1.8",
        &[
            ("strong", GLOBAL),
            ("weak", WEAK),
            ("undefined", UNDEFINED),
            ("weak_undefined", UNDEFINED | WEAK),
            ("common", GLOBAL | 1 << 5),
            ("static", 0),
            ("llvm.memcpy", GLOBAL | 1 << 11),
        ],
    );
    let expected = [
        ("strong", Role::Strong),
        ("weak", Role::Weak),
        ("undefined", Role::Undefined),
        ("weak_undefined", Role::WeakUndefined),
        ("common", Role::Common),
    ];
    assert_eq!(read(bytes), named(&expected));
}

/// Returns bitcode as Zig writes it: declarations and names, but no symbol table.
fn module(records: &[(u64, &[u64])], names: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.identification("zig 0.15.2", 0);
    writer.enter(8, 3);
    writer.record(1, &[2]);
    // A nested block is skipped, whatever its contents.
    writer.enter(17, 4);
    writer.record(8, &[1, 2, 3]);
    writer.end();
    records.iter().for_each(|(code, operands)| writer.record(*code, operands));
    writer.end();
    writer.blob_block(23, names);
    writer.bytes()
}

#[test]
fn declarations_serve_where_there_is_no_table() {
    let bytes = module(
        &[
            (8, &[0, 1, 0, 0, 0, 0]),
            (8, &[1, 1, 0, 0, 1, 0]),
            (8, &[2, 1, 0, 0, 0, 3]),
            (8, &[3, 1, 0, 0, 0, 19]),
            (8, &[4, 1, 0, 0, 1, 7]),
            (7, &[5, 1, 0, 2, 0, 0, 0, 0, 0]),
            (7, &[6, 1, 0, 2, 5, 8, 0, 0, 1]),
            (14, &[7, 1, 0, 0, 3, 0, 0]),
            (8, &[8, 9, 0, 0, 1, 0]),
            (8, &[17, 2, 0, 0, 0, 12]),
        ],
        b"abcdefghllvm.trap\x01i",
    );
    let expected = [
        ("a", Role::Strong),
        ("b", Role::Undefined),
        ("d", Role::Weak),
        ("e", Role::WeakUndefined),
        ("f", Role::Undefined),
        ("g", Role::Common),
        ("h", Role::Strong),
        ("i", Role::Undefined),
    ];
    assert_eq!(read(bytes), named(&expected));
}

#[test]
fn what_is_malformed_has_no_symbols() {
    // A name outside the string table.
    assert_eq!(read(module(&[(8, &[5, 1, 0, 0, 0, 0])], b"abc")), None);
    assert_eq!(read(module(&[(8, &[u64::MAX, 2, 0, 0, 0, 0])], b"abc")), None);
    // A record that is too short.
    assert_eq!(read(module(&[(8, &[0, 1])], b"abc")), None);
    // No string table at all.
    let mut writer = Writer::new();
    writer.identification("LLVM22.1.8", 0);
    assert_eq!(read(writer.bytes()), None);
    // Names that each cover the whole table.
    let all: &[u64] = &[0, 4, 0, 0, 0, 0];
    assert_eq!(read(module(&[(8, all); 100], b"abcd")), None);
}
