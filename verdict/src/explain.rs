//! A refusal at the line of the user's source: the place, the way of the register that it is about, the rule in plain
//! words and what usually helps.
//!
//! The verifier writes the instructions of the path that it followed, the lines of BTF between them (with file and line
//! since 6.6), and its message behind the last one. Kernels before that write only the text of a line; its place is then
//! looked up in the line table of the object.

use std::path::Path;

use serde_json::{Value, json};

use crate::{lines::Lines, log, table};

/// The most steps of a register's way that are told.
const STEPS: usize = 6;

/// A refusal, explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The verifier's message.
    pub message: String,
    /// The place in the user's source: `file:line`, if known.
    pub place: Option<String>,
    /// The column in that line, if the object tells it.
    pub column: Option<u32>,
    /// The text of that line.
    pub line: Option<String>,
    /// The place in a library, if that is where it happens; the other place is then the nearest line of the user's.
    pub inside: Option<String>,
    /// The way of the register that the message names, the oldest step first.
    pub history: Vec<String>,
    /// The rule, in plain words.
    pub rule: Option<String>,
    /// The function of the kernel that applies it.
    pub function: Option<String>,
    /// Remedies: the kernel's own suggestion (since 7.3) first.
    pub help: Vec<String>,
}

impl Explanation {
    /// Returns it as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "message": self.message,
            "place": self.place,
            "column": self.column,
            "line": self.line,
            "inside": self.inside,
            "history": self.history,
            "rule": self.rule,
            "function": self.function,
            "help": self.help,
        })
    }

    /// Reads what [`json`](Self::json) returns.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let list = |name: &str| {
            let items = value[name].as_array().into_iter().flatten();
            items.filter_map(|it| Some(it.as_str()?.to_owned())).collect()
        };
        Some(Self {
            message: text("message")?,
            place: text("place"),
            column: value["column"].as_u64().and_then(|it| u32::try_from(it).ok()),
            line: text("line"),
            inside: text("inside"),
            history: list("history"),
            rule: text("rule"),
            function: text("function"),
            help: list("help"),
        })
    }

    /// Returns it as lines of text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = match &self.place {
            Some(place) => format!("refused at {place}: {}\n", self.message),
            None => format!("refused: {}\n", self.message),
        };
        let mut add = |label: &str, line: &str| text.push_str(&format!("  {label}{line}\n"));
        self.line.iter().for_each(|line| add("| ", line));
        self.inside.iter().for_each(|place| add("in a library, at ", place));
        self.history.iter().for_each(|step| add("before: ", step));
        self.rule.iter().for_each(|rule| add("rule: ", rule));
        self.help.iter().for_each(|help| add("help: ", help));
        text
    }
}

/// Explains the refusal of `program` of the object at `object` by what the loader and the verifier wrote, `text`; `None`
/// if there is no message of the verifier in it.
#[must_use]
pub fn explain(text: &str, object: &Path, program: &str) -> Option<Explanation> {
    let log = log::parse(log::between_marks(text));
    let message = log.message()?;
    let lines = Lines::of(object, program);
    let place_of = |step: &log::Step| -> Option<(String, String)> {
        // The kernel prints the name of the file alone.
        let noted = lines.place(step.index).or_else(|| step.place.clone())?;
        // The log names no line of an instruction that a jump leads to if that of the jump was printed last.
        Some((noted, lines.text(step.index).unwrap_or_else(|| step.line.clone())))
    };
    let mut steps: Vec<&log::Step> = log.steps.iter().collect();
    // A message about the form of the program names its instruction, and no path leads there.
    let named = log.named_instruction().map(|index| log::Step { index, ..log::Step::default() });
    if steps.is_empty() {
        steps.extend(named.as_ref());
    }
    let last = steps.last().copied();
    let at = last.and_then(place_of);
    let mut places = steps.iter().rev().filter_map(|step| Some((step.index, place_of(step)?)));
    let own = places.find(|(_, (place, _))| !is_of_library(place));
    let column = own.as_ref().and_then(|(index, _)| lines.column(*index));
    let own = own.map(|(_, place)| place);
    let rule = table::find(&message);
    let (place, line) = own.or_else(|| at.clone()).or_else(|| lines.start()).unzip();
    let history = match log.acquisition() {
        Some(acquired) => unreleased(&log, acquired, &place_of),
        None => last.map_or_else(Vec::new, |last| way(&log, last, &message, &place_of)),
    };
    let mut help = log.suggestions.clone();
    help.extend(rule.map(|rule| rule.help.to_owned()));
    Some(Explanation {
        inside: at.map(|(place, _)| place).filter(|it| Some(it) != place.as_ref()),
        line: line.filter(|line| !line.is_empty()),
        place,
        column,
        history,
        rule: rule.map(|rule| rule.rule.to_owned()),
        function: rule.map(|rule| rule.function.to_owned()),
        help,
        message,
    })
}

/// Returns true if a place is in Rust's libraries, or in a crate of the registry.
fn is_of_library(place: &str) -> bool {
    const FOLDERS: [&str; 5] = [
        "/rustc/",
        "/library/core/",
        "/library/alloc/",
        "/registry/src/",
        "/library/compiler-builtins/",
    ];
    FOLDERS.iter().any(|folder| place.contains(folder)) || place.starts_with("library/core/")
}

/// Tells the place of a step, as the log or the object knows it.
type PlaceOf<'a> = &'a dyn Fn(&log::Step) -> Option<(String, String)>;

/// Returns the steps that made the value which `message` is about, the oldest first. A step in a loop is told once.
fn way(log: &log::Log, last: &log::Step, message: &str, place_of: PlaceOf<'_>) -> Vec<String> {
    let Some(mut wanted) = log::register_in(message).or_else(|| last.base()) else {
        return Vec::new();
    };
    let (mut told, mut seen) = (Vec::new(), Vec::new());
    for step in log.steps.iter().rev().skip(1) {
        let Some(from) = step.makes(&wanted) else { continue };
        if !seen.contains(&(step.index, wanted.clone())) {
            seen.push((step.index, wanted.clone()));
            let value = |name: &str| step.value_of(name).map(|it| log::in_words(&it));
            let by =
                step.offset_of(&wanted).and_then(|offset| Some(format!(" by {}", value(&offset)?)));
            let value = value(&wanted).map(|it| format!(", {it}{}", by.unwrap_or_default()));
            told.push(at_place(step, &value.unwrap_or_default(), place_of));
        }
        match from {
            Some(source) if told.len() < STEPS => wanted = source,
            _ => break,
        }
    }
    told.reverse();
    told
}

/// Returns the step that acquired what is not released, and the choice that leads past the release.
fn unreleased(log: &log::Log, acquired: &log::Step, place_of: PlaceOf<'_>) -> Vec<String> {
    let choice = log.last_choice().filter(|choice| choice.index > acquired.index);
    let choice = choice.map(|choice| at_place(choice, ", the last choice on this path", place_of));
    let acquired = at_place(acquired, ", which must be released", place_of);
    std::iter::once(acquired).chain(choice).collect()
}

/// Returns the place and text of a step, and what it makes.
fn at_place(step: &log::Step, value: &str, place_of: PlaceOf<'_>) -> String {
    let place = place_of(step).map(|(place, line)| match line.is_empty() {
        true => format!("{place}: "),
        false => format!("{place}: `{line}`: "),
    });
    format!("{}{}{value}", place.unwrap_or_default(), step.instruction)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "libbpf: prog 'entry': BPF program load failed: -EACCES\n\
        libbpf: prog 'entry': -- BEGIN PROG LOAD LOG --\n\
        0: R1=ctx() R10=fp0\n\
        ; int *value = lookup(&counts, &key); @ prog.c:20\n\
        0: (18) r1 = 0xffff8881 ; R1_w=map_ptr(ks=4,vs=4)\n\
        2: (85) call bpf_map_lookup_elem#1 ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=4)\n\
        3: (bf) r6 = r0 ; R0=map_value_or_null(id=1) R6_w=map_value_or_null(id=1)\n\
        ; return *value; @ prog.c:21\n\
        4: (61) r0 = *(u32 *)(r6 +0)\n\
        R6 invalid mem access 'map_value_or_null'\n\
        processed 5 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n\
        -- END PROG LOAD LOG --\n\
        libbpf: prog 'entry': failed to load: -EACCES\n";

    #[test]
    fn a_refusal_has_place_way_rule_and_help() {
        let told = explain(LOG, Path::new("none.o"), "entry").expect("a message");
        assert_eq!(told.message, "R6 invalid mem access 'map_value_or_null'");
        assert_eq!(told.place.as_deref(), Some("prog.c:21"));
        assert_eq!(told.line.as_deref(), Some("return *value;"));
        assert!(told.rule.as_deref().is_some_and(|rule| rule.contains("may be NULL")), "{told:?}");
        let [call, copy] = told.history.as_slice() else { panic!("{told:?}") };
        assert!(call.starts_with("prog.c:20: `int *value"), "{call}");
        assert!(
            call.ends_with("call bpf_map_lookup_elem#1, a map's value that may be NULL"),
            "{call}"
        );
        assert!(copy.contains("r6 = r0"), "{copy}");
        assert_eq!(Explanation::from_json(&told.json()), Some(told));
    }

    #[test]
    fn a_leak_names_the_call_and_the_choice_that_leads_past_the_release() {
        let log = "; record = bpf_ringbuf_reserve(&ring, 8, 0); @ prog.c:5\n\
            5: (85) call bpf_ringbuf_reserve#131 ; R0=ringbuf_mem_or_null(id=2,ref_obj_id=2,sz=8) refs=2\n\
            ; if (!record) @ prog.c:6\n\
            7: (15) if r0 == 0x0 goto pc+9 ; R0=ringbuf_mem(ref_obj_id=2,sz=8) refs=2\n\
            ; if (kind == 8) @ prog.c:7\n\
            12: (16) if w2 == 0x8 goto pc+4 17: R0=ringbuf_mem(ref_obj_id=2,sz=8) R10=fp0 refs=2\n\
            17: (bc) w0 = w1 ; R0=1 R1=1 refs=2\n\
            18: (95) exit\n\
            Unreleased reference id=2 alloc_insn=5\n\
            BPF_EXIT instruction in main prog would lead to reference leak\n";
        let told = explain(log, Path::new("none.o"), "entry").expect("a message");
        let [call, choice] = told.history.as_slice() else { panic!("{told:?}") };
        assert!(call.starts_with("prog.c:5: ") && call.ends_with("must be released"), "{call}");
        assert!(choice.starts_with("prog.c:7: `if (kind == 8)`"), "{choice}");
        assert!(!choice.contains("R10=fp0"), "{choice}");
    }

    #[test]
    fn a_step_in_a_loop_is_told_once_and_an_offset_with_its_range() {
        let round = "; at += 2; @ prog.c:8\n4: (0f) r1 += r2 ; R1=pkt(off=2,r=9) R2=scalar(smin=0,umax=255)\n";
        let log = format!(
            "0: (61) r1 = *(u32 *)(r1 +0) ; R1=pkt(r=0)\n{}5: (71) r3 = *(u8 *)(r1 +0)\n\
             invalid access to packet, off=6 size=1, R1(id=0,off=6,r=5)\n",
            round.repeat(3)
        );
        let told = explain(&log, Path::new("none.o"), "entry").expect("a message");
        let [_, step] = told.history.as_slice() else { panic!("{told:?}") };
        assert!(step.ends_with("a place in the packet by a number from 0 to 255"), "{step}");
    }

    #[test]
    fn what_is_no_log_has_no_explanation() {
        assert_eq!(explain("libbpf: no such file\n", Path::new("none.o"), "entry"), None);
    }
}
