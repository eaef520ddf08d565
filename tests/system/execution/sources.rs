//! Sources in C that make one program, made up at random but the same for the same seed.

use std::fmt::Write as _;

use super::generator::Numbers;

/// The number of sources of a program.
pub const SOURCES: usize = 3;
/// The number of structures in the header.
const STRUCTURES: usize = 3;

/// Members of structures: declaration, and an expression of an integer in it.
const MEMBERS: [(&str, &str); 20] = [
    ("u8 NAME", "NAME"),
    ("s16 NAME", "NAME"),
    ("u32 NAME", "NAME"),
    ("s64 NAME", "NAME"),
    ("_Bool NAME", "NAME"),
    ("char NAME", "NAME"),
    ("volatile u16 NAME", "NAME"),
    ("u32 NAME : 5", "NAME"),
    ("s32 NAME : 11", "NAME"),
    ("u64 NAME : 33", "NAME"),
    ("enum color NAME", "NAME"),
    ("enum wide NAME", "NAME"),
    ("u16 NAME[4]", "NAME[x & 3]"),
    ("s8 NAME[3]", "NAME[1]"),
    ("u32 NAME[2][4]", "NAME[1][x & 3]"),
    ("struct { u8 first; u64 second; } NAME", "NAME.second"),
    ("union { u64 whole; u32 halves[2]; } NAME", "NAME.whole"),
    ("struct packed NAME", "NAME.unaligned"),
    ("unsigned __int128 NAME", "NAME"),
    ("word NAME", "NAME"),
];
/// Members that take place and are not used.
const IDLE: [&str; 6] = [
    "float NAME",
    "void *NAME",
    "struct later *NAME",
    "u64 (*NAME)(u64, struct later *)",
    "const char *NAME",
    "u32 : 0",
];

/// The sources of a program.
pub struct Sources {
    /// The header that all include.
    pub header: String,
    /// Their texts, each a file of its own.
    pub texts: Vec<String>,
}

/// A structure: expressions of its members.
type Structure = Vec<String>;

struct Writer {
    numbers: Numbers,
    structures: Vec<Structure>,
    header: String,
}

impl Sources {
    /// Makes up the program of that seed.
    pub fn new(seed: u64) -> Self {
        let numbers = Numbers::new(seed.wrapping_mul(7_000_003));
        let mut writer = Writer { numbers, structures: Vec::new(), header: types() };
        (0..STRUCTURES).for_each(|number| writer.structure(number));
        let mut texts: Vec<String> = (0..SOURCES).map(|at| writer.source(at)).collect();
        texts[0].push_str(&writer.program());
        Self { header: writer.header, texts }
    }
}

/// The types that structures are made of.
fn types() -> String {
    "struct later;
typedef u32 word __attribute__((aligned(2)));
enum color { RED, GREEN = 7, BLUE = 100 };
enum wide { NARROW = 1, WIDE = 0x100000001LL };
struct packed { u8 before; u32 unaligned; u16 after; } __attribute__((packed));
static inline u64 shared(u64 x, u64 y) { static u64 calls; calls++; return mix(x ^ calls, y); }
"
    .to_owned()
}

impl Writer {
    fn structure(&mut self, number: usize) {
        let (mut text, mut members) = (format!("struct s{number} {{\n"), Vec::new());
        for at in 0..3 + self.numbers.below(6) {
            let name = format!("m{at}");
            if self.numbers.below(5) == 0 {
                let _ = writeln!(text, "  {};", self.numbers.choose(&IDLE).replace("NAME", &name));
                continue;
            }
            let (declaration, member) = self.numbers.choose(&MEMBERS);
            let _ = writeln!(text, "  {};", declaration.replace("NAME", &name));
            members.push(member.replace("NAME", &name));
        }
        text.push_str("  u64 last;\n};\n");
        members.push("last".to_owned());
        self.header.push_str(&text);
        self.structures.push(members);
    }

    /// One source: variables, static functions with names that others have too, and functions for the others.
    fn source(&mut self, at: usize) -> String {
        let mut text = "#include \"shared.h\"\n".to_owned();
        let of = self.numbers.below(STRUCTURES as u64);
        self.variables(&mut text, at, of);
        for name in ["helper", "other"] {
            let line = self.numbers.choose(&["", "__attribute__((noinline)) ", "inline "]);
            let body = self.body(at, 2);
            let _ = writeln!(
                text,
                "static {line}u64 {name}(u64 x, u64 y) {{\n{body}  return x ^ y;\n}}"
            );
        }
        let name = format!("change{at}");
        let change = self.change(of);
        let line = self.numbers.choose(&["", "__attribute__((noinline)) "]);
        let _ = writeln!(self.header, "u64 {name}(struct s{of} *it, u64 x);");
        let _ = writeln!(
            text,
            "{line}u64 {name}(struct s{of} *it, u64 x) {{\n  if (!it) return 0;\n{change}  return x;\n}}"
        );
        let body = self.body(at, 3);
        let call = self.calls(at);
        let line = self.numbers.choose(&["", "__attribute__((noinline)) "]);
        let _ = writeln!(self.header, "u64 work{at}(u64 x, u64 y);");
        let _ = writeln!(
            text,
            "{line}u64 work{at}(u64 x, u64 y) {{\n{body}  struct s{of} own = {{0}};\n  own.last = y;\n  x = mix(x, {name}(&own, y));\n  \
             x += helper(x, y) + other(y, x) + shared(x, y);\n{call}  return x + own.last;\n}}"
        );
        // Some sources replace what another defines weakly.
        if at == 0 {
            self.header.push_str("u64 replaced(u64 x);\n");
        }
        if self.numbers.below(2) == 0 || at + 1 == SOURCES {
            let number = self.numbers.edge();
            let _ = writeln!(
                text,
                "__attribute__((weak)) u64 replaced(u64 x) {{ return x * {number}ULL + {at}; }}"
            );
        }
        text
    }

    fn variables(&mut self, text: &mut String, at: usize, of: u64) {
        let number = self.numbers.edge();
        let _ = writeln!(text, "static u64 counter = {number}ULL;\nstatic u32 zero;");
        let _ = writeln!(text, "static struct s{of} state = {{ .last = {number}ULL }};");
        let _ = writeln!(self.header, "extern struct s{of} global{at};\nextern u16 list{at}[8];");
        let weak = self.numbers.choose(&["", "", "__attribute__((weak)) "]);
        let _ = writeln!(text, "{weak}struct s{of} global{at} = {{ .last = {at} }};");
        let numbers: Vec<String> =
            (0..8).map(|_| (self.numbers.edge() & 0xffff).to_string()).collect();
        let numbers = numbers.join(", ");
        let _ = writeln!(text, "u16 list{at}[8] = {{ {numbers} }};");
        let word = self.numbers.choose(&["static const", "const", "static"]);
        let _ = writeln!(text, "{word} s32 table{at}[8] = {{ {numbers} }};");
        let used: String = self.structures[usize::try_from(of).expect("a small number")]
            .iter()
            .map(|member| format!(" it->{member} += (u8)x; x ^= (u64)it->{member};"))
            .collect();
        let _ = writeln!(
            text,
            "static __attribute__((noinline)) u64 keep(u64 x) {{ struct s{of} *it = &state;{used} counter += x; return x + ++zero; }}"
        );
    }

    /// Statements that change `x` and `y`.
    fn body(&mut self, at: usize, count: u64) -> String {
        let mut text = String::new();
        for _ in 0..=self.numbers.below(count) {
            let number = self.numbers.edge();
            let _ = match self.numbers.below(7) {
                0 => writeln!(text, "  x = mix(x, y + {number}ULL);"),
                1 => writeln!(text, "  if (x < y) y = x * 3; else x -= y;"),
                2 => writeln!(text, "  x += list{at}[y & 7]; list{at}[x & 7] = (u16)y;"),
                3 => writeln!(text, "  y ^= (u64)table{at}[x & 7];"),
                4 => writeln!(text, "  x += keep(y);"),
                5 => writeln!(text, "  for (u32 i = 0; i < 4; i++) y = mix(y, table{at}[i] + i);"),
                _ => writeln!(text, "  counter += x; y -= counter;"),
            };
        }
        text
    }

    /// Statements that change and read the members of a structure.
    fn change(&mut self, of: u64) -> String {
        let members = self.structures[usize::try_from(of).expect("a small number")].clone();
        let mut text = String::new();
        for member in members {
            let number = self.numbers.below(200);
            let _ = match self.numbers.below(3) {
                0 => writeln!(text, "  it->{member} = x + {number};"),
                1 => writeln!(text, "  it->{member} ^= x & 63;"),
                _ => Ok(()),
            };
            let _ = writeln!(text, "  x = mix(x, (u64)it->{member});");
        }
        text
    }

    /// Calls of functions that earlier sources define, so that there is no recursion.
    fn calls(&mut self, at: usize) -> String {
        let mut text = String::new();
        for other in 0..at {
            let _ = match self.numbers.below(3) {
                0 => Ok(()),
                1 => writeln!(text, "  x = mix(x, work{other}(y, x));"),
                _ => writeln!(text, "  x += change{other}(&global{other}, y);"),
            };
        }
        text + "  x ^= replaced(y);\n"
    }

    fn program(&mut self) -> String {
        let last = SOURCES - 1;
        let mut text = String::new();
        for at in 1..SOURCES {
            let _ = writeln!(text, "u64 work{at}(u64 x, u64 y);");
        }
        let of_others: String =
            (1..SOURCES).map(|at| format!("  x += list{at}[y & 7];\n")).collect();
        text += "extern u16 list1[8], list2[8];\n";
        let _ = writeln!(
            text,
            "__attribute__((section(\"syscall\"))) int program(struct record *record) {{\n  u64 x = record->a, y = record->b;\n\
             {of_others}  x = work{last}(x, y);\n  y ^= work0(y, record->c);\n  x += record->d;\n  record->result = mix(x, y);\n  return 0;\n}}\n\
             char _license[] __attribute__((section(\"license\"))) = \"GPL\";"
        );
        text
    }
}
