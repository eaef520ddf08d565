//! Detects which linker's or driver's command-line syntax the arguments use, from `argv[0]`, `-flavor X` and the
//! wrappers `-Wl,` and `-Xlinker`, which compiler drivers use to pass arguments on to ld.

use std::ffi::{OsStr, OsString};

use super::{
    response::{Arg, ArgStream, Place},
    words,
};
use crate::report::{Error, Result};

/// The program whose command-line syntax is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Our own syntax, as rustc's BPF targets use it.
    Bpf,
    /// The syntax of llvm-bitcode-linker.
    Llbc,
    /// The syntax of ld, gold and ld.lld.
    Gnu,
    /// The syntax of wasm-ld.
    Wasm,
    /// The syntax of gcc or clang as a linker driver.
    Gcc,
}

impl Flavor {
    /// Returns true if the arguments are those of a link for the host, including libraries of its C runtime.
    pub const fn is_for_host(self) -> bool {
        matches!(self, Self::Gnu | Self::Wasm | Self::Gcc)
    }
}

/// The intended recipient of an argument; a few options differ in meaning between a compiler driver and ld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// This linker, or a compiler driver.
    Driver,
    /// GNU ld, or a linker that takes its place.
    Ld,
}

/// One argument of the command line without its wrapper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The argument.
    pub text: OsString,
    /// The program it is intended for.
    pub addressee: Addressee,
    /// The place it was written in.
    pub place: Place,
}

/// Names for `-flavor` and their meaning; an error for flavors whose options cannot express a BPF link.
const FLAVORS: &[(&str, Result<Flavor, &str>)] = &[
    ("bpf", Ok(Flavor::Bpf)),
    ("bpf-linker", Ok(Flavor::Bpf)),
    ("llbc", Ok(Flavor::Llbc)),
    ("llvm-bitcode-linker", Ok(Flavor::Llbc)),
    ("gnu", Ok(Flavor::Gnu)),
    ("gnu-lld", Ok(Flavor::Gnu)),
    ("ld", Ok(Flavor::Gnu)),
    ("ld.lld", Ok(Flavor::Gnu)),
    ("wasm", Ok(Flavor::Wasm)),
    ("wasm-ld", Ok(Flavor::Wasm)),
    ("wasm-lld", Ok(Flavor::Wasm)),
    ("gcc", Ok(Flavor::Gcc)),
    ("gnu-cc", Ok(Flavor::Gcc)),
    ("gnu-lld-cc", Ok(Flavor::Gcc)),
    ("darwin", Err("ld64's options name frameworks and platforms")),
    ("ld64", Err("ld64's options name frameworks and platforms")),
    ("ld64.lld", Err("ld64's options name frameworks and platforms")),
    ("link", Err("link.exe's options start with a slash, as paths do")),
    ("lld-link", Err("link.exe's options start with a slash, as paths do")),
];

/// File names of linkers and the flavor each selects, the longest match first. A name also matches with a prefix that
/// ends in `-`, as in `x86_64-linux-gnu-ld`.
const PROGRAMS: &[(&str, Flavor)] = &[
    ("llvm-bitcode-linker", Flavor::Llbc),
    ("wasm-ld", Flavor::Wasm),
    ("wasm-lld", Flavor::Wasm),
    ("ld.lld", Flavor::Gnu),
    ("ld.bfd", Flavor::Gnu),
    ("ld.gold", Flavor::Gnu),
    ("ld.mold", Flavor::Gnu),
    ("ld", Flavor::Gnu),
    ("gold", Flavor::Gnu),
    ("clang++", Flavor::Gcc),
    ("clang", Flavor::Gcc),
    ("gcc", Flavor::Gcc),
    ("g++", Flavor::Gcc),
    ("cc", Flavor::Gcc),
    ("c++", Flavor::Gcc),
];

/// Returns the flavor of `stream` and its arguments, without a leading `-flavor X` and without `-Wl,` and `-Xlinker`.
///
/// # Errors
/// The flavor is unknown or cannot drive a BPF link, or a wrapper has no argument.
pub fn identify(stream: ArgStream) -> Result<(Flavor, Vec<Word>)> {
    let named = flavor_of_program(&stream.program);
    let mut args = stream.args;
    let flavor = match args.first() {
        Some(first) if first.word == "-flavor" || first.word == "--flavor" => {
            let mut pair = args.drain(..args.len().min(2)).skip(1);
            flavor_called(pair.next().map(|arg| arg.word))?
        }
        _ => named,
    };
    let flavor =
        if flavor == Flavor::Bpf && args.iter().any(is_of_gcc) { Flavor::Gcc } else { flavor };
    Ok((flavor, unwrap(flavor, args)?))
}

/// Returns true if `arg` is one that rustc always passes to a linker it takes for gcc, which gets no flavor.
fn is_of_gcc(arg: &Arg) -> bool {
    ["-m64", "-m32", "-nodefaultlibs", "-nostartfiles", "-nostdlib"]
        .iter()
        .any(|word| arg.word == *word)
}

fn flavor_called(name: Option<OsString>) -> Result<Flavor> {
    let name = name.ok_or_else(|| Error::usage("`-flavor` needs a name").help(flavors_help()))?;
    match FLAVORS.iter().find(|(known, _)| *known == name) {
        Some((_, Ok(flavor))) => Ok(*flavor),
        Some((known, Err(reason))) => {
            Err(Error::usage(format!("`-flavor {known}` cannot drive a BPF link"))
                .because(reason)
                .help(flavors_help()))
        }
        None => Err(Error::usage(format!("unknown flavor `{}`", name.to_string_lossy()))
            .help(flavors_help())),
    }
}

fn flavors_help() -> String {
    let known: Vec<_> =
        FLAVORS.iter().filter(|(_, flavor)| flavor.is_ok()).map(|(name, _)| *name).collect();
    format!("flavors are {}", known.join(", "))
}

/// Returns the flavor for a program of this name, ignoring folder, `.exe` and version.
fn flavor_of_program(program: &OsStr) -> Flavor {
    let name = std::path::Path::new(program)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let stem = name.strip_suffix(".exe").unwrap_or(&name);
    let unversioned = stem.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    let stem = unversioned.strip_suffix('-').unwrap_or(stem);
    let called = |known: &str| {
        stem.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
    };
    PROGRAMS.iter().find(|(known, _)| called(known)).map_or(Flavor::Bpf, |(_, flavor)| *flavor)
}

/// Unwraps `-Wl,a,b` and `-Xlinker a`, up to a `--`.
fn unwrap(flavor: Flavor, args: Vec<Arg>) -> Result<Vec<Word>> {
    let own = if flavor == Flavor::Gnu { Addressee::Ld } else { Addressee::Driver };
    let mut words = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(Arg { word, place }) = args.next() {
        let to_ld = |text| Word { text, addressee: Addressee::Ld, place: place.clone() };
        if let Some(list) = words::strip_prefix(&word, "-Wl,") {
            words.extend(words::split_commas(&list).into_iter().map(to_ld));
        } else if word == "-Xlinker" || word == "--for-linker" {
            let wrapped = args
                .next()
                .ok_or_else(|| place.locate(Error::usage("`-Xlinker` needs a word to pass on")))?;
            words.push(to_ld(wrapped.word));
        } else if word == "--" {
            words.push(Word { text: word, addressee: own, place });
            words.extend(args.map(|arg| Word { text: arg.word, addressee: own, place: arg.place }));
            break;
        } else {
            words.push(Word { text: word, addressee: own, place });
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_name_selects_the_flavor() {
        for (program, flavor) in [
            ("bpf-linker", Flavor::Bpf),
            ("/usr/bin/bpf-linker-0.1", Flavor::Bpf),
            ("", Flavor::Bpf),
            ("sold", Flavor::Bpf),
            ("ld", Flavor::Gnu),
            ("/usr/bin/x86_64-linux-gnu-ld.bfd", Flavor::Gnu),
            ("ld.lld-19", Flavor::Gnu),
            ("wasm-ld", Flavor::Wasm),
            ("wasm-ld-19.exe", Flavor::Wasm),
            ("/sysroot/bin/llvm-bitcode-linker", Flavor::Llbc),
            ("LLVM-bitcode-linker.EXE", Flavor::Llbc),
            ("x86_64-linux-gnu-gcc-14", Flavor::Gcc),
            ("clang-22", Flavor::Gcc),
        ] {
            assert_eq!(flavor_of_program(program.as_ref()), flavor, "{program}");
        }
    }
}
