use super::{
    super::fixture::{Writer, bitcode, wrapped},
    *,
};

fn read(text: &str) -> Producer {
    Producer::read(&bitcode(text, &[])).unwrap()
}

#[test]
fn known_producers_stand_for_an_llvm() {
    for (text, version) in [
        ("LLVM22.1.2-rust-1.95.0-stable", Some((22, 1, 2))),
        ("LLVM22.1.8", Some((22, 1, 8))),
        ("LLVM23.0.0git", Some((23, 0, 0))),
        ("LLVM19.1.7-rust-1.85.0-stable", Some((19, 1, 7))),
        ("zig 0.14.1", Some((19, 0, 0))),
        ("zig 0.15.2", Some((20, 0, 0))),
        ("zig 0.16.0", Some((21, 0, 0))),
        ("zig 0.99.0", None),
        ("APPLE_1_1600.0.26.6_0", None),
        ("LLVM", None),
        ("LLVM99999999999999999999.1.1", None),
        ("", None),
    ] {
        let producer = read(text);
        let version = version.map(|(major, minor, patch)| LlvmVersion { major, minor, patch });
        assert_eq!((producer.text.as_str(), producer.version, producer.epoch), (text, version, 0));
    }
}

#[test]
fn wrapped_bitcode_has_a_producer_too() {
    let bytes = wrapped(&bitcode("LLVM22.1.8", &[]));
    assert_eq!(Producer::read(&bytes).unwrap().text, "LLVM22.1.8");
}

#[test]
fn the_epoch_is_read() {
    let mut writer = Writer::new();
    writer.identification("LLVM30.0.0", 7);
    assert_eq!(Producer::read(&writer.bytes()).unwrap().epoch, 7);
}

#[test]
fn what_a_terminal_would_obey_is_replaced() {
    assert_eq!(read("LLVM\x1B[2J").text, "LLVM\u{FFFD}[2J");
}

#[test]
fn every_prefix_is_read_or_refused() {
    let bytes = bitcode("LLVM22.1.2-rust-1.95.0-stable", &[]);
    let whole = Producer::read(&bytes).unwrap();
    for len in 0..bytes.len() {
        let part = Producer::read(&bytes[..len]);
        assert!(part.as_ref().is_none_or(|part| part.text == whole.text), "{part:?}");
    }
}

#[test]
fn hostile_lengths_are_refused() {
    // A string of 2^60 characters.
    let mut writer = Writer::new();
    writer.enter(13, 5);
    writer.id(3);
    writer.vbr(1, 6);
    writer.vbr(1 << 60, 6);
    writer.end();
    assert_eq!(Producer::read(&writer.bytes()), None);
    // An array of 2^40 elements that take no bits.
    let mut writer = Writer::new();
    writer.enter(13, 5);
    writer.id(2);
    writer.vbr(3, 5);
    writer.fixed(1, 1);
    writer.vbr(1, 8);
    writer.fixed(0, 1);
    writer.fixed(3, 3);
    writer.fixed(0, 1);
    writer.fixed(1, 3);
    writer.vbr(0, 5);
    writer.id(4);
    writer.vbr(1 << 40, 6);
    writer.end();
    assert_eq!(Producer::read(&writer.bytes()), None);
    // A number that does not end.
    let mut endless = Writer::new();
    endless.enter(13, 5);
    endless.id(3);
    (0..100).for_each(|_| endless.fixed(0b10_0001, 6));
    endless.end();
    assert_eq!(Producer::read(&endless.bytes()), None);
}
