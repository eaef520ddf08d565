//! `--set NAME=VALUE`: gives constants their value at link time.
//!
//! A program reads its configuration from constants that a loader fills in before it loads the object: `const volatile`
//! in C, a `static` read by `read_volatile` in Rust. With the value known here, the loads become ordinary ones and are
//! folded, and the branches that the value rules out go, with the maps and functions that only they use. The variable
//! stays where loaders look for it.

use super::{
    debuginfo::variables::{Number, Type},
    session::Session,
};
use crate::{
    bpf::target::Endian,
    llvm::{Global, Module, Shape},
    report::{Error, Result, nearest, quoted},
};

/// Sets the constants of `module` that the plan names.
///
/// # Errors
/// A name is not that of a constant, or its value does not fit.
pub(super) fn apply<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    endian: Endian,
) -> Result<()> {
    for (name, text) in &session.plan.symbols.set {
        let variable = find(module, name)?;
        let refused = |reason: String| {
            Error::link(format!("{} cannot be set to `{text}`", quoted(name))).because(reason)
        };
        let shape = variable.shape().ok_or_else(|| refused(NO_TYPE.to_owned()))?;
        let ty = Type::of(&session.context, variable);
        let bytes = encode(text, shape, ty.as_ref(), endian).map_err(refused)?;
        variable.set_initial_bytes(&bytes, endian);
        variable.trust_initial_value();
        module.keep(&session.context, &[variable]);
        let about = "a loader's later change of it has no effect";
        session.warnings.note(format!("{} is `{text}` in this object: {about}", quoted(name)));
    }
    Ok(())
}

const NO_TYPE: &str = "it is neither a number, a bool, an enum nor an array of bytes";

fn find<'s>(module: &Module<'s>, name: &str) -> Result<Global<'s>> {
    let mut variables = module.variables().filter(|variable| !variable.is_declaration());
    let Some(variable) = variables.find(|variable| variable.name() == name) else {
        let error = Error::link(format!("no input defines a variable `{name}`, which --set names"));
        let all = module.variables().filter(|it| !it.is_declaration() && it.is_constant());
        return Err(match nearest(name, all.map(Global::name)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("in Rust, `#[unsafe(no_mangle)]` keeps the name of a static"),
        });
    };
    if !variable.is_constant() {
        return Err(Error::link(format!("{} is not a constant", quoted(name)))
            .because("a program may change it, so it has no value for --set to fix")
            .help("declare it `const volatile` in C, or without `mut` in Rust"));
    }
    Ok(variable)
}

/// Returns the bytes of the value that `text` stands for, or the reason why it has none.
fn encode(text: &str, shape: Shape, ty: Option<&Type>, endian: Endian) -> Result<Vec<u8>, String> {
    let size = shape.size();
    match (ty, shape) {
        (Some(Type::Text), _) => bytes_of(text, size),
        (Some(Type::Other), _) => Err(NO_TYPE.to_owned()),
        (Some(Type::Number(number)), _) => number_of(text, number, size, endian),
        (None, Shape::Integer(_)) => number_of(text, &Number::Unknown, size, endian),
        // rustc makes integers of bytes, too, and only debug info tells them from text.
        (None, Shape::Bytes(1 | 2 | 4 | 8)) if integer(text).is_some() => {
            number_of(text, &Number::Unknown, size, endian)
        }
        (None, Shape::Bytes(_)) => bytes_of(text, size),
    }
}

fn bytes_of(text: &str, size: usize) -> Result<Vec<u8>, String> {
    let mut bytes = text.as_bytes().to_vec();
    if bytes.len() > size {
        return Err(format!("it has room for {size} bytes, and the text takes {}", bytes.len()));
    }
    bytes.resize(size, 0);
    Ok(bytes)
}

fn number_of(text: &str, number: &Number, size: usize, endian: Endian) -> Result<Vec<u8>, String> {
    let named = match number {
        Number::Enum { values } => {
            values.iter().find(|(name, _)| name == text).map(|(_, value)| *value)
        }
        Number::Bool | Number::Unknown if text == "true" => Some(1),
        Number::Bool | Number::Unknown if text == "false" => Some(0),
        _ => None,
    };
    let value = named.or_else(|| integer(text)).ok_or_else(|| expected(number))?;
    let (low, high) = range(number, size);
    if let Number::Enum { values } = number {
        if !values.iter().any(|(_, known)| *known == value) {
            return Err(expected(number));
        }
    }
    if value < low || value > high {
        return Err(format!("its values are {low} to {high}"));
    }
    let bytes = value.to_le_bytes();
    let mut bytes = bytes.get(..size).map(<[u8]>::to_vec).unwrap_or_default();
    if endian == Endian::Big {
        bytes.reverse();
    }
    Ok(bytes)
}

fn expected(number: &Number) -> String {
    match number {
        Number::Enum { values } => {
            let names = values.iter().map(|(name, value)| format!("{name} ({value})"));
            format!("its values are {}", names.collect::<Vec<_>>().join(", "))
        }
        Number::Bool => "it is a bool: true or false".to_owned(),
        _ => "it is a number, such as 7, -1 or 0x1f".to_owned(),
    }
}

/// Returns the least and the greatest value of a number of `size` bytes.
fn range(number: &Number, size: usize) -> (i128, i128) {
    let bits = u32::try_from(size).unwrap_or(8).saturating_mul(8).min(64);
    let all = 1_i128 << bits;
    let half = all / 2;
    match number {
        Number::Bool => (0, 1),
        Number::Unsigned => (0, all - 1),
        Number::Signed => (-half, half - 1),
        Number::Unknown | Number::Enum { .. } => (-half, all - 1),
    }
}

/// Reads a number in decimal, or after `0x`, `0o` or `0b`, with `_` between digits as in Rust.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let plain = digits.replace('_', "");
    let radix = [("0x", 16), ("0X", 16), ("0o", 8), ("0b", 2)];
    let found =
        radix.iter().find_map(|(prefix, radix)| Some((plain.strip_prefix(prefix)?, *radix)));
    let (digits, radix) = found.unwrap_or((&plain, 10));
    let value = u64::from_str_radix(digits, radix).ok()?;
    (!digits.starts_with('+')).then_some(sign * i128::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, number: Number, size: usize) -> Result<Vec<u8>, String> {
        number_of(text, &number, size, Endian::Little)
    }

    #[test]
    fn numbers_are_held_to_the_range_of_their_type() {
        assert_eq!(number("255", Number::Unsigned, 1), Ok(vec![255]));
        assert_eq!(number("-1", Number::Signed, 2), Ok(vec![255, 255]));
        assert_eq!(number("0x1_0000", Number::Unsigned, 4), Ok(vec![0, 0, 1, 0]));
        assert_eq!(number("18446744073709551615", Number::Unsigned, 8), Ok(vec![255; 8]));
        assert_eq!(number("true", Number::Bool, 1), Ok(vec![1]));
        for (text, kind, size) in [
            ("256", Number::Unsigned, 1),
            ("-1", Number::Unsigned, 8),
            ("128", Number::Signed, 1),
            ("2", Number::Bool, 1),
            ("", Number::Unsigned, 4),
            ("+1", Number::Unsigned, 4),
            ("--1", Number::Signed, 4),
            ("1e3", Number::Unsigned, 4),
            ("true", Number::Unsigned, 4),
        ] {
            assert!(number(text, kind.clone(), size).is_err(), "{text} {kind:?}");
        }
    }

    #[test]
    fn enumerators_have_names_and_other_values_are_refused() {
        let modes = || Number::Enum { values: vec![("OFF".into(), 0), ("LOUD".into(), 3)] };
        assert_eq!(number("LOUD", modes(), 4), Ok(vec![3, 0, 0, 0]));
        assert_eq!(number("3", modes(), 4), Ok(vec![3, 0, 0, 0]));
        assert_eq!(number("2", modes(), 4), Err("its values are OFF (0), LOUD (3)".to_owned()));
    }

    #[test]
    fn texts_are_padded_and_byte_order_counts() {
        assert_eq!(bytes_of("eth0", 6), Ok(b"eth0\0\0".to_vec()));
        assert!(bytes_of("eth0", 3).is_err());
        assert_eq!(number_of("1", &Number::Unsigned, 4, Endian::Big), Ok(vec![0, 0, 0, 1]));
    }
}
