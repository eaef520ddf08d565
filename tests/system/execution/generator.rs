//! Functions in C, made up at random but the same for the same seed: expressions of all integer types, control flow,
//! memory, and what else code generation for BPF treats in a way of its own.
//!
//! None does anything undefined: see `prelude.h`.

use std::fmt::Write as _;

/// A source of numbers: splitmix64.
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next of them.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// One of `0..limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of `choices`.
    pub fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = usize::try_from(self.below(choices.len() as u64)).expect("below a length");
        choices[index]
    }

    /// A number where arithmetic has its edges, or any.
    pub fn edge(&mut self) -> u64 {
        let edge = self.choose(&EDGES);
        match self.below(6) {
            0 => self.next(),
            1 => edge.wrapping_neg(),
            2 => edge.wrapping_add(self.below(5)).wrapping_sub(2),
            _ => edge,
        }
    }
}

const EDGES: [u64; 20] = [
    0,
    1,
    2,
    3,
    7,
    10,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
    0x0123_4567_89ab_cdef,
];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Integer {
    name: &'static str,
    bits: u64,
    signed: bool,
}

const fn integer(name: &'static str, bits: u64, signed: bool) -> Integer {
    Integer { name, bits, signed }
}

const U32: Integer = integer("u32", 32, false);
const U64: Integer = integer("u64", 64, false);

/// The wide ones are more frequent.
const INTEGERS: [Integer; 12] = [
    integer("u8", 8, false),
    integer("s8", 8, true),
    integer("u16", 16, false),
    integer("s16", 16, true),
    U32,
    integer("s32", 32, true),
    U64,
    integer("s64", 64, true),
    U32,
    integer("s32", 32, true),
    U64,
    integer("s64", 64, true),
];

/// The C text of the function called `name`, and of the subprograms that it calls.
pub fn function(name: &str, seed: u64) -> String {
    let mut writer =
        Writer { numbers: Numbers::new(seed), variables: Vec::new(), helpers: 0, name, next: 0 };
    let mut subprograms = String::new();
    if writer.numbers.below(3) == 0 {
        for _ in 0..=writer.numbers.below(2) {
            writer.subprogram(&mut subprograms);
        }
    }
    writer.variables = ["a", "b", "c", "d"].map(|name| (name.to_owned(), U64)).to_vec();
    let mut body = String::new();
    for _ in 0..3 + writer.numbers.below(6) {
        writer.statement(&mut body, 2, "  ");
    }
    let sums = writer.variables.iter().fold(String::new(), |mut text, (name, _)| {
        let _ = writeln!(text, "  sum = mix(sum, (u64){name});");
        text
    });
    format!(
        "{subprograms}INLINE void {name}(struct record *record) {{\n  u64 a = record->a, b = record->b, c = record->c, d = \
         record->d;\n  u64 sum = 0;\n  union memory m = take(record);\n  struct bits bits = {{0}};\n  struct pair pair = {{0}}, copy = {{0}};\n{body}{sums}  \
         sum = mix(sum, (u64)bits.p + bits.q + bits.r + bits.s + bits.t + bits.u + bits.v);\n  sum = mix(sum, pair.left ^ \
         pair.right ^ pair.small ^ copy.right);\n  give(record, m);\n  record->result = sum;\n}}\n"
    )
}

struct Writer<'a> {
    numbers: Numbers,
    /// Variables that an expression may read and a statement may change.
    variables: Vec<(String, Integer)>,
    /// Number of subprograms.
    helpers: u64,
    name: &'a str,
    /// The number of the next variable.
    next: u64,
}

impl Writer<'_> {
    fn subprogram(&mut self, out: &mut String) {
        self.variables = ["x", "y"].map(|name| (name.to_owned(), U64)).to_vec();
        let (first, second) = (self.expression(U64, 3), self.expression(U64, 2));
        let condition = self.condition(1);
        let _ = writeln!(
            out,
            "static __attribute__((noinline)) u64 {}_sub{}(u64 x, u64 y) {{\n  if {condition}\n    x = {first};\n  return {second};\n}}",
            self.name, self.helpers
        );
        self.helpers += 1;
    }

    fn integer(&mut self) -> Integer {
        self.numbers.choose(&INTEGERS)
    }

    fn condition(&mut self, depth: u32) -> String {
        let integer = self.integer();
        let (left, right) = (self.expression(integer, depth), self.expression(integer, depth));
        let compare = self.numbers.choose(&["<", "<=", ">", ">=", "==", "!="]);
        format!("({left} {compare} {right})")
    }

    fn constant(&mut self, integer: Integer) -> String {
        format!("({})0x{:x}ULL", integer.name, self.numbers.edge())
    }

    fn variable(&mut self, integer: Integer) -> String {
        let index = self.numbers.below(self.variables.len() as u64);
        let (name, of) = &self.variables[usize::try_from(index).expect("below a length")];
        if *of == integer { name.clone() } else { format!("({}){name}", integer.name) }
    }

    /// A place in memory of that type.
    fn place(&mut self, integer: Integer) -> String {
        format!("m.{}s[{}]", integer.name, self.numbers.below(512 / integer.bits))
    }

    /// An expression of exactly that type.
    fn expression(&mut self, integer: Integer, depth: u32) -> String {
        let name = integer.name;
        if depth == 0 {
            return match self.numbers.below(4) {
                0 => self.constant(integer),
                _ => self.variable(integer),
            };
        }
        let below = depth - 1;
        match self.numbers.below(20) {
            0..=5 => {
                let operator = self.numbers.choose(&["+", "-", "*", "&", "|", "^"]);
                let (left, right) =
                    (self.expression(integer, below), self.expression(integer, below));
                format!("({name})({left} {operator} {right})")
            }
            6 | 7 => {
                let operator = self.numbers.choose(&["<<", ">>"]);
                let (value, by) = (self.expression(integer, below), self.expression(U32, below));
                format!("({name})({value} {operator} ({by} & {}))", integer.bits - 1)
            }
            8 | 9 => self.division(integer, below),
            10 => {
                let operator = self.numbers.choose(&["~", "-", "!"]);
                format!("({name})({operator}{})", self.expression(integer, below))
            }
            11 => format!("({name}){}", self.condition(below)),
            12 => {
                let condition = self.condition(below);
                let (yes, no) = (self.expression(integer, below), self.expression(integer, below));
                format!("({condition} ? {yes} : {no})")
            }
            13 | 14 => {
                let from = self.integer();
                format!("({name}){}", self.expression(from, below))
            }
            15 | 16 => self.builtin(integer, below),
            17 if self.helpers > 0 && self.variables[0].0 == "a" => {
                let (helper, x, y) = (
                    self.numbers.below(self.helpers),
                    self.expression(U64, below),
                    self.expression(U64, below),
                );
                format!("({name}){}_sub{helper}({x}, {y})", self.name)
            }
            _ => self.variable(integer),
        }
    }

    fn division(&mut self, integer: Integer, depth: u32) -> String {
        let wide = if integer.bits == 64 { 64 } else { 32 };
        let operation = self.numbers.choose(&["div", "mod"]);
        let sign = if integer.signed { "s" } else { "u" };
        let value = self.expression(integer, depth);
        let by = match self.numbers.below(2) {
            0 => self.constant(integer),
            _ => self.expression(integer, depth),
        };
        format!("({}){sign}{operation}{wide}({value}, {by})", integer.name)
    }

    fn builtin(&mut self, integer: Integer, depth: u32) -> String {
        let argument = |writer: &mut Self, of| writer.expression(of, depth);
        let call = match self.numbers.below(8) {
            0 => format!("__builtin_bswap16((u16){})", argument(self, U32)),
            1 => format!("__builtin_bswap32({})", argument(self, U32)),
            2 => format!("__builtin_bswap64({})", argument(self, U64)),
            3 => format!("rotate32({}, {})", argument(self, U32), argument(self, U32)),
            4 => format!("rotate64({}, {})", argument(self, U64), argument(self, U32)),
            5 => format!("__builtin_popcountll({})", argument(self, U64)),
            6 => format!("__builtin_clzll({} | 1)", argument(self, U64)),
            _ => format!("__builtin_ctz({} | 0x80000000U)", argument(self, U32)),
        };
        format!("({}){call}", integer.name)
    }

    fn statement(&mut self, out: &mut String, depth: u32, indent: &str) {
        let kind = self.numbers.below(if depth == 0 { 11 } else { 16 });
        let integer = self.integer();
        let _ = match kind {
            0..=2 if depth == 2 => {
                let value = self.expression(integer, 3);
                let name = format!("v{}", self.next);
                self.next += 1;
                self.variables.push((name.clone(), integer));
                writeln!(out, "{indent}{} {name} = {value};", integer.name)
            }
            0..=3 => {
                let index = self.numbers.below(self.variables.len() as u64);
                let (name, of) =
                    self.variables[usize::try_from(index).expect("below a length")].clone();
                writeln!(out, "{indent}{name} = {};", self.expression(of, 3))
            }
            4 | 5 => {
                writeln!(out, "{indent}{} = {};", self.place(integer), self.expression(integer, 3))
            }
            6 => {
                let name = self.variables[0].0.clone();
                writeln!(out, "{indent}{name} ^= (u64){};", self.place(integer))
            }
            7 => self.bitfield(out, indent),
            8 => self.block_operation(out, indent),
            9 | 10 => self.atomic(out, indent),
            11 | 12 => {
                let _ = writeln!(out, "{indent}if {} {{", self.condition(2));
                self.block(out, depth, indent);
                let _ = writeln!(out, "{indent}}} else {{");
                self.block(out, depth, indent);
                writeln!(out, "{indent}}}")
            }
            13 => self.switch(out, indent),
            _ => self.repetition(out, depth, indent),
        };
    }

    fn block(&mut self, out: &mut String, depth: u32, indent: &str) {
        for _ in 0..=self.numbers.below(2) {
            self.statement(out, depth - 1, &format!("{indent}  "));
        }
    }

    fn bitfield(&mut self, out: &mut String, indent: &str) -> std::fmt::Result {
        let field = self.numbers.choose(&["p", "q", "r", "s", "t", "u", "v"]);
        let value = self.expression(U64, 2);
        writeln!(out, "{indent}bits.{field} = {value};")?;
        writeln!(out, "{indent}d += bits.{field};")
    }

    /// Copies, fills and compares parts of the memory, and copies structures.
    fn block_operation(&mut self, out: &mut String, indent: &str) -> std::fmt::Result {
        let (to, from, length) =
            (self.numbers.below(16), 32 + self.numbers.below(16), 1 + self.numbers.below(16));
        match self.numbers.below(5) {
            0 => writeln!(out, "{indent}__builtin_memcpy(&m.u8s[{to}], &m.u8s[{from}], {length});"),
            1 => writeln!(
                out,
                "{indent}__builtin_memset(&m.u8s[{to}], {}, {length});",
                self.numbers.below(256)
            ),
            2 => writeln!(
                out,
                "{indent}__builtin_memmove(&m.u8s[{to}], &m.u8s[{}], {length});",
                to + 3
            ),
            3 => writeln!(
                out,
                "{indent}c += sign(__builtin_memcmp(&m.u8s[{to}], &m.u8s[{from}], {length}));"
            ),
            _ => {
                let (left, right) = (self.expression(U32, 2), self.expression(U64, 2));
                writeln!(
                    out,
                    "{indent}pair.left = {left}; pair.right = {right}; pair.small = (s16)b; copy = pair;"
                )
            }
        }
    }

    fn atomic(&mut self, out: &mut String, indent: &str) -> std::fmt::Result {
        let integer = self.numbers.choose(&[U32, U64]);
        let (place, value) = (self.place(integer), self.expression(integer, 2));
        let operation = self.numbers.choose(&["ADD", "AND", "OR", "XOR"]);
        match self.numbers.below(4) {
            // Of an addition of zero LLVM makes a bitwise one, which only v3 has.
            0 => writeln!(out, "{indent}(void)__sync_fetch_and_add(&{place}, {value} | 1);"),
            1 => writeln!(out, "{indent}b += EXCHANGE(&{place}, {value});"),
            2 => {
                let old = self.expression(integer, 1);
                writeln!(out, "{indent}b ^= COMPARE_EXCHANGE(&{place}, {old}, {value});")
            }
            _ => writeln!(out, "{indent}b -= FETCH_{operation}(&{place}, {value});"),
        }
    }

    /// Few cases or many, near each other or far apart, of constants or of code.
    fn switch(&mut self, out: &mut String, indent: &str) -> std::fmt::Result {
        let count = self.numbers.choose(&[3, 6, 12, 24, 48]);
        let step = self.numbers.choose(&[1, 1, 1, 5, 1000]);
        let computes = self.numbers.below(2) == 0;
        let value = self.expression(U64, 2);
        writeln!(out, "{indent}switch (({value}) % {} * {step}) {{", count + 2)?;
        for case in 0..count {
            let result = match computes {
                true if case % 3 == 0 => self.expression(U64, 1),
                _ => self.constant(U64),
            };
            let operator = if computes { self.numbers.choose(&["=", "+=", "^="]) } else { "=" };
            writeln!(out, "{indent}case {}: c {operator} {result}; break;", case * step)?;
        }
        writeln!(out, "{indent}default: c = ~c;\n{indent}}}")
    }

    /// A loop with a constant count or a bound, perhaps left early.
    fn repetition(&mut self, out: &mut String, depth: u32, indent: &str) -> std::fmt::Result {
        let counter = format!("i{}", self.next);
        self.next += 1;
        let count = 2 + self.numbers.below(4);
        let more = match self.numbers.below(3) {
            0 => format!(" && {counter} < (a & 7)"),
            _ => String::new(),
        };
        writeln!(
            out,
            "{indent}for (u32 {counter} = 0; {counter} < {count}{more}; {counter}++) {{"
        )?;
        writeln!(out, "{indent}  d = mix(d, {counter} + {});", self.expression(U64, 1))?;
        self.block(out, depth, indent);
        if self.numbers.below(2) == 0 {
            let leave = self.numbers.choose(&["break", "continue"]);
            writeln!(out, "{indent}  if {} {leave};", self.condition(1))?;
            writeln!(out, "{indent}  b += d;")?;
        }
        writeln!(out, "{indent}}}")
    }
}
