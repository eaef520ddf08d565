//! A panic that remains in a program once it is optimized.

/// A panic that remains in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// The symbol of the program.
    pub program: String,
    /// The function that panics, once the optimizer inlined what it likes.
    pub function: String,
    /// The place in the user's source, as `file:line:column`.
    pub source: Option<String>,
    /// The description of the panic.
    pub what: String,
    /// The way in which it ends the program.
    pub way: Way,
    /// The value that the program returns, if that is known from its section.
    pub value: i64,
    /// A resource that the program holds on some ways to the panic, which the kernel then rejects.
    pub may_hold: Option<&'static str>,
}

/// The way in which a panic ends its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a return of the program, into which the function is inlined.
    Return,
    /// By a flag that a callback or a large function sets, and whoever calls it tests.
    Flag,
    /// By `bpf_throw`.
    Throw,
}
