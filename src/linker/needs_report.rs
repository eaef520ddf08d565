//! The report on what programs need of the kernel, as text and as JSON (`docs/report-schema.md`).

use serde_json::{Value, json};

use super::program_report;
use crate::{
    bpf::kernel::{Feature, Kernel},
    check::need::{Certainty, Need, Needs, Oldest, ProgramNeeds, oldest},
    report::demangled,
};

/// The most rows of a program in the table; JSON has all.
const SHOWN: usize = 8;

/// Returns the needs as a JSON object.
pub(super) fn json(needs: &Needs, btf: &[Feature]) -> Value {
    let programs = needs.programs.iter().map(|ProgramNeeds { program, needs }| {
        json!({ "program": program, "oldest": release(oldest(needs)), "needs": list(needs) })
    });
    let btf = btf.iter().map(|it| json!({ "what": it.what, "since": it.since.to_string() }));
    json!({
        "oldest": release(oldest(all(needs))),
        "programs": programs.collect::<Vec<_>>(),
        "others": list(&needs.others),
        "btf": btf.collect::<Vec<_>>(),
    })
}

fn list(needs: &[Need]) -> Value {
    let needs = needs.iter().map(|need| {
        json!({
            "kind": need.kind.name(),
            "what": need.what,
            "since": need.since.map(|since| since.to_string()),
            "certain": need.certainty == Certainty::Certain,
            "source": need.source,
            "remedy": Some(&need.remedy).filter(|remedy| !remedy.is_empty()),
        })
    });
    Value::Array(needs.collect())
}

/// Returns a table of the newest needs of each program.
pub(super) fn human(needs: &Needs, btf: &[Feature]) -> String {
    let header = ["program", "kernel", "needs", "since", "at"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for ProgramNeeds { program, needs } in &needs.programs {
        rows.extend(program_rows(&demangled(program), needs));
    }
    if !needs.others.is_empty() {
        rows.extend(program_rows("(maps that no program uses)", &needs.others));
    }
    let mut text = format!("\n{}", program_report::table(&rows));
    if let Some(newest) = btf.first() {
        text.push_str(&format!(
            "BTF: {} since {}; loaders rewrite it for older kernels\n",
            newest.what, newest.since
        ));
    }
    let kernel = words(oldest(all(needs)));
    text.push_str(&format!("the oldest kernel that can take all of it: {kernel}\n"));
    text
}

fn program_rows(name: &str, needs: &[Need]) -> Vec<Vec<String>> {
    let mut first = Some((name.to_owned(), words(oldest(needs))));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for need in needs.iter().take(SHOWN) {
        let (name, kernel) = first.take().unwrap_or_default();
        let what = match need.certainty {
            Certainty::Certain => need.what.clone(),
            Certainty::Guarded => format!("{}, behind a test of the kernel", need.what),
        };
        let since = need.since.map_or_else(|| "never".to_owned(), |since| since.to_string());
        rows.push(vec![name, kernel, what, since, need.source.clone().unwrap_or_default()]);
    }
    if let Some((name, kernel)) = first {
        rows.push(vec![name, kernel, "nothing that a kernel with BPF lacks".to_owned()]);
    }
    let more = needs.len().saturating_sub(SHOWN);
    if more > 0 {
        rows.push(vec![String::new(), String::new(), format!("{more} more that are no newer")]);
    }
    rows
}

fn all(needs: &Needs) -> impl Iterator<Item = &Need> {
    needs.programs.iter().flat_map(|it| &it.needs).chain(&needs.others)
}

fn release(oldest: Oldest) -> Option<String> {
    match oldest {
        Oldest::Release(Kernel(major, minor)) => Some(format!("{major}.{minor}")),
        Oldest::Never => None,
    }
}

fn words(oldest: Oldest) -> String {
    release(oldest).unwrap_or_else(|| "none".to_owned())
}
