//! Makes `core::str::from_utf8` read strings byte by byte.
//!
//! It reads two words at once where the address is a multiple of eight and the next byte is ASCII. Where a word holds another
//! byte, it goes back to bytes, and reads the first one again: the verifier takes that for a new, unknown value, so to it
//! the loop may never advance ("The sequence of 8193 jumps is too complex"). What it computes is the same without words.

use crate::llvm::{
    Binary, Builder, Context, Global, Instruction, Module, Opcode, Predicate, Value,
};

/// Parts of the symbols of the functions that hold the loop (`library/core/src/str`).
const SYMBOLS: [&str; 3] =
    ["4core3str8converts9from_utf8", "4core3str8converts13from_utf8_mut", "4core3str11validations"];

/// The bytes of a word.
const WORD: i64 = 8;

/// Makes the test for an aligned word fail in `module`.
pub(super) fn read_bytes<'c>(context: &'c Context, module: &Module<'c>) {
    let bodies = module.functions().filter(|function| {
        !function.is_declaration() && SYMBOLS.iter().any(|symbol| function.name().contains(symbol))
    });
    for test in bodies.flat_map(Global::instructions).collect::<Vec<_>>() {
        if let Some(answer) = answer(test) {
            let builder = Builder::before(context, test);
            test.value().replace_uses_with(builder.integer(1, answer));
        }
    }
}

/// Returns the answer of `test` for an address that is no multiple of a word, if it tests for one.
fn answer(test: Instruction<'_>) -> Option<i64> {
    let answer = match test.value().opcode() {
        Opcode::Compare(Predicate::Eq) => 0,
        Opcode::Compare(Predicate::Ne) => -1,
        _ => return None,
    };
    let (rest, zero) = (test.value().operand(0)?, test.value().operand(1)?.integer()?);
    let by = rest.operand(1).and_then(Value::integer)?;
    let is_rest = match rest.opcode() {
        Opcode::Binary(Binary::And) => by == WORD - 1,
        Opcode::Binary(Binary::URem) => by == WORD,
        _ => false,
    };
    (is_rest && zero == 0 && rest.bits() == Some(64)).then_some(answer)
}
