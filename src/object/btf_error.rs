//! The linker's messages for BTF errors.

use crate::{
    btf::{self, rules::Violation},
    report::Error,
};

/// The maximum number of broken rules in one message.
const SHOWN: usize = 8;

impl From<btf::Error> for Error {
    fn from(error: btf::Error) -> Self {
        match error {
            btf::Error::Malformed { fact, place } => {
                let error = Error::input("malformed BTF").because(fact);
                place.into_iter().fold(error, Self::because)
            }
            btf::Error::TooLarge { what, place } => {
                let error = Error::link(format!("{what} does not fit the BTF format")).help(
                    "link less debug information into one object: fewer crates with `debug = 2`",
                );
                place.into_iter().fold(error, Self::because)
            }
            btf::Error::LostPath { path, root, fact, place } => {
                let error =
                    Error::link(format!("the CO-RE path `{path}` of `{root}` leads nowhere"));
                let error = error.because(fact);
                let place = place.map(|place| format!("it is asked at {place}"));
                let error = place.into_iter().fold(error, Self::because);
                error.help("declare the member in the type that the path starts from")
            }
            btf::Error::Refused { violations, source } => refused(&violations, source),
            other => Error::link(other.to_string()),
        }
    }
}

fn refused(violations: &[Violation], source: Option<String>) -> Error {
    let error = Error::link("the kernel would refuse the BTF of this object");
    let error = violations.iter().take(SHOWN).fold(error, Error::because);
    let error = match violations.len().saturating_sub(SHOWN) {
        0 => error,
        more => error.because(format!("and {more} more")),
    };
    let Some(first) = violations.first() else { return error };
    let source = source.map(|source| format!("type [{}] is used {source}", first.id.0));
    source.into_iter().fold(error, Error::because).help(advice(first))
}

fn advice(violation: &Violation) -> String {
    match violation.lifted {
        Some(kernel) => {
            format!("pass --btf-compat with kernel {kernel} or later, or change the type")
        }
        None => "this is a bug of the linker; link without --btf to go on, and please report it"
            .to_owned(),
    }
}
