//! Functions in Rust that may panic, made up from a seed.

use std::fmt::Write as _;

use crate::support::chance::Chance;

/// A function called `name`, and those that it calls, three deep.
pub fn function(name: &str, seed: u64) -> String {
    let mut chance = Chance::of(seed);
    let mut text = String::new();
    let (inner, middle, outer) =
        (format!("{name}_inner"), format!("{name}_middle"), format!("{name}_outer"));
    for (own, next) in [(&inner, None), (&middle, Some(&inner)), (&outer, Some(&middle))] {
        let inline = ["#[inline(never)]", "#[inline]", ""][chance.below(3)];
        let kind = ["u64", "Option<u64>", "Result<u64, u32>"][chance.below(3)];
        let _ = writeln!(text, "{inline}\nfn {own}(r: *mut Record, x: u64, y: u64) -> u64 {{");
        let _ = writeln!(text, "    let mut x = x;");
        statements(&mut chance, &mut text, next.map(String::as_str));
        let _ = writeln!(text, "    {}\n}}\n", wrapped(kind));
    }
    let _ = writeln!(text, "{ABI}fn {name}_call(i: u32, s: *mut State) -> i64 {{");
    let _ = writeln!(text, "    let s = unsafe {{ &mut *s }};\n    let r = s.record;");
    let _ = writeln!(text, "    let (mut x, y) = (s.x, u64::from(i));");
    statements(&mut chance, &mut text, None);
    let _ = writeln!(text, "    s.x = x;\n    i64::from(x & 15 == 15)\n}}\n");
    let _ = writeln!(
        text,
        "fn {name}(r: *mut Record) {{\n    let (mut x, y) = unsafe {{ ((*r).numbers[0], (*r).numbers[1]) }};"
    );
    statements(&mut chance, &mut text, Some(&outer));
    if chance.below(3) == 0 {
        let _ = writeln!(text, "    let mut s = State {{ record: r, x }};");
        let _ = writeln!(text, "    let n = repeat((y & 7) as u32, {name}_call, &mut s);");
        let _ = writeln!(text, "    x = s.x ^ n as u64;\n    step(r, 99);");
    }
    statements(&mut chance, &mut text, None);
    let _ = writeln!(text, "    unsafe {{ (*r).result = x }};\n}}\n");
    text
}

/// Declarations of callbacks: on this machine they unwind.
const ABI: &str = "#[cfg_attr(host, allow(dead_code))]\nextern \"CALL\" ";

fn wrapped(kind: &str) -> &'static str {
    match kind {
        "u64" => "x",
        "Option<u64>" => "(if x & 31 == 17 { None } else { Some(x) }).unwrap()",
        _ => "(if x & 31 == 13 { Err(7u32) } else { Ok(x ^ 1) }).expect(\"an odd one\")",
    }
}

fn statements(chance: &mut Chance, text: &mut String, callee: Option<&str>) {
    let count = 1 + chance.below(3);
    let call_at = chance.below(count);
    for index in 0..count {
        let _ = writeln!(text, "    {}", statement(chance));
        let _ = writeln!(text, "    step(r, {});", chance.below(1000));
        if let Some(callee) = callee.filter(|_| index == call_at) {
            let _ = writeln!(text, "    x ^= {callee}(r, x, y >> {});", chance.below(8));
        }
    }
}

fn statement(chance: &mut Chance) -> String {
    let number = chance.below(60) + 1;
    match chance.below(9) {
        0 => format!("x ^= TABLE[(x & {}) as usize];", [7, 15, 3, 31][chance.below(4)]),
        1 => format!("x = x / (y & {number});"),
        2 => format!("x = x % (y & {number});"),
        3 => format!("x = x.checked_sub(y & {number}).unwrap();"),
        4 => format!("x = (x & 0xffff_ffff) as u32 as u64 + (y | {number});"),
        5 => format!("x = (x >> {}) * (y >> {});", chance.below(40), chance.below(40)),
        6 => format!("for i in 0..(y & 3) {{ x = x.wrapping_mul({number}) - i; }}"),
        7 => format!("assert!(x & 63 != {number}, \"a wrong number\");"),
        _ => format!("x = ((x as u32 & 255) as u8 + (y as u8 & {number})) as u64;"),
    }
}
