//! `docs/kernels.md`: the table of what loads where, written by the lab.

use std::{env, fs};

use super::matrix::{Answers, Made, Object};
use crate::support::{kernels::Kernel, lab::Loader, tools};

const BEGIN: &str = "<!-- written by BLESS=1 cargo nextest run --test system kernels:: -->\n";
const END: &str = "<!-- end -->\n";

/// Compares the page with what the lab found, or rewrites it with `BLESS=1`; what differs.
pub fn compare(objects: &[Object], answers: &[Answers]) -> Option<String> {
    let path = tools::workspace().join("docs/kernels.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (written, after) = rest.split_once(END).expect("the table has an end");
    let table = table(objects, answers);
    if written == table {
        return None;
    }
    if env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("it can be written");
        return None;
    }
    Some(format!("docs/kernels.md says something else than the lab; BLESS=1 rewrites it:\n{table}"))
}

fn table(objects: &[Object], answers: &[Answers]) -> String {
    let emulated: Vec<&Answers> =
        answers.iter().filter(|answers| answers.kernel != Kernel::Running).collect();
    // The newest is another one next month; what loads should stay the same.
    let heads: Vec<&str> = emulated.iter().map(|it| it.kernel.name()).collect();
    let mut table = format!("\n| program | linked by | {} |\n", heads.join(" | "));
    table.push_str(&format!("|---|---|{}\n", "---|".repeat(heads.len())));
    let mut programs: Vec<&str> = objects.iter().map(|object| object.program).collect();
    programs.dedup();
    for program in programs {
        for linker in ["bpf-linker", "incumbent"] {
            let cells = emulated.iter().map(|it| cell(objects, it, program, linker));
            let name = if linker == "bpf-linker" { program } else { "" };
            let cells: Vec<String> = cells.collect();
            table.push_str(&format!("| {name} | {linker} | {} |\n", cells.join(" | ")));
        }
    }
    table.push('\n');
    table
}

/// The ways in which the program loads; a dash for each in which it does not.
fn cell(objects: &[Object], answers: &Answers, program: &str, linker: &str) -> String {
    let of_program = objects.iter().zip(&answers.refusals).filter(|(it, _)| it.program == program);
    let ways = of_program.filter_map(|(object, refusal)| {
        let way = match (object.made, object.loader) {
            (Made::Ours(level), Loader::Libbpf) if linker == "bpf-linker" => level,
            (Made::Ours(_), Loader::Aya) if linker == "bpf-linker" => "aya",
            (Made::Incumbent, Loader::Libbpf) if linker == "incumbent" => "v3",
            (Made::Incumbent, Loader::Aya) if linker == "incumbent" => "aya",
            _ => return None,
        };
        Some(if refusal.is_none() { way } else { "–" })
    });
    ways.collect::<Vec<_>>().join(" ")
}
