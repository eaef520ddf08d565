//! The verifier's log, taken apart.

/// An instruction on the path that the verifier followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Its number in the loaded program.
    pub index: u64,
    /// The instruction, as the kernel prints it.
    pub instruction: String,
    /// The state of registers behind it.
    pub state: String,
    /// The text of the source line.
    pub line: String,
    /// Its place, `file:line`, if the kernel tells it.
    pub place: Option<String>,
}

/// A log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The instructions, in the order of the path.
    pub steps: Vec<Step>,
    /// The lines behind the last instruction that are no figures.
    pub messages: Vec<String>,
    /// The kernel's suggestions.
    pub suggestions: Vec<String>,
}

/// Returns the text between libbpf's marks, of the last log in `text`; all of it if there are none.
#[must_use]
pub fn between_marks(text: &str) -> &str {
    let start = text.rsplit_once("-- BEGIN PROG LOAD LOG --\n").map_or(text, |(_, rest)| rest);
    start.split_once("-- END PROG LOAD LOG --").map_or(start, |(log, _)| log)
}

/// Takes a log apart.
#[must_use]
pub fn parse(text: &str) -> Log {
    let mut log = Log::default();
    let (mut line, mut place) = (String::new(), None);
    for raw in text.lines().map(str::trim_end) {
        if let Some(comment) = raw.strip_prefix("; ") {
            (line, place) = source(comment);
        } else if let Some(step) = instruction(raw) {
            log.messages.clear();
            log.steps.push(Step { line: line.clone(), place: place.clone(), ..step });
        } else if let Some(suggestion) = raw.trim_start().strip_prefix("Suggestion: ") {
            log.suggestions.push(suggestion.to_owned());
        } else if is_message(raw) {
            log.messages.push(raw.trim().to_owned());
        }
    }
    log
}

/// Splits `text @ file:line`.
fn source(comment: &str) -> (String, Option<String>) {
    match comment.rsplit_once(" @ ") {
        Some((text, place)) if place.contains(':') => {
            (text.trim().to_owned(), Some(place.trim().to_owned()))
        }
        _ => (comment.trim().to_owned(), None),
    }
}

/// Reads `12: (61) r0 = *(u32 *)(r1 +0)   ; R0_w=...`.
fn instruction(line: &str) -> Option<Step> {
    let (index, rest) = line.split_once(": (")?;
    let index = index.trim().parse().ok()?;
    let (code, rest) = rest.split_once(") ")?;
    if code.len() != 2 {
        return None;
    }
    let (instruction, state) = rest.split_once(" ; ").unwrap_or((rest, ""));
    // The state at the target of a jump may follow in the same line.
    let words = instruction.split_whitespace().collect::<Vec<_>>();
    let target = words.iter().position(|word| word.starts_with("pc+") || word.starts_with("pc-"));
    let jump = target.and_then(|at| words.get(..=at)).map(|words| words.join(" "));
    let instruction = jump.as_deref().unwrap_or(instruction);
    let (instruction, state) = (instruction.trim().to_owned(), state.trim().to_owned());
    Some(Step { index, instruction, state, ..Step::default() })
}

/// Returns true unless the line is a figure, a state, or something that precedes the verdict.
fn is_message(line: &str) -> bool {
    const OTHERS: [&str; 17] = [
        "processed ",
        "verification time ",
        "stack depth ",
        "insns processed",
        "mark_precise",
        "func#",
        "libbpf:",
        "from ",
        "parent ",
        "last_idx ",
        "regs=",
        "Live regs before insn",
        "Func#",
        "Validating ",
        "returning from",
        "caller:",
        "callee:",
    ];
    let line = line.trim();
    let is_state = line.split_once(": ").is_some_and(|(index, rest)| {
        index.parse::<u64>().is_ok() && (rest.starts_with("R") || rest.starts_with("frame"))
    });
    let frame = line.strip_prefix("frame").and_then(|rest| rest.chars().next());
    let is_state = is_state || frame.is_some_and(|it| it.is_ascii_digit());
    // What the loader adds.
    let is_of_loader = line.contains("(os error ");
    !line.is_empty()
        && !is_state
        && !is_of_loader
        && !OTHERS.iter().any(|other| line.starts_with(other))
}

impl Log {
    /// Returns the messages in one line.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        (!self.messages.is_empty()).then(|| self.messages.join("; "))
    }

    /// Returns the instruction that acquired what the message says is not released: `alloc_insn=5`.
    #[must_use]
    pub fn acquisition(&self) -> Option<&Step> {
        let message = self.message()?;
        let (_, rest) = message.split_once("alloc_insn=")?;
        let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        let index: u64 = rest.get(..end)?.parse().ok()?;
        self.steps.iter().rev().find(|step| step.index == index)
    }

    /// Returns the last jump with a condition on the path.
    #[must_use]
    pub fn last_choice(&self) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.instruction.starts_with("if "))
    }

    /// Returns the number of the instruction that a message names: `back-edge from insn 5 to 2`.
    #[must_use]
    pub fn named_instruction(&self) -> Option<u64> {
        let message = self.message()?;
        let (_, rest) = message.split_once("insn ")?;
        let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok()
    }
}

/// Returns the register that a message names, as instructions write it.
#[must_use]
pub fn register_in(message: &str) -> Option<String> {
    message.split(|it: char| !it.is_ascii_alphanumeric()).find_map(|word| {
        let number = word.strip_prefix('R')?;
        let is_register = number.parse::<u8>().is_ok_and(|number| number < 10);
        is_register.then(|| format!("r{number}"))
    })
}

impl Step {
    /// Returns the register that the instruction goes through to memory.
    #[must_use]
    pub fn base(&self) -> Option<String> {
        let (_, rest) = self.instruction.split_once(")(r")?;
        Some(format!("r{}", rest.chars().take_while(char::is_ascii_digit).collect::<String>()))
    }

    /// Returns `None` if the instruction does not write `wanted`, a register or a slot of the stack; else what it was
    /// made from, if that is another one of these.
    #[must_use]
    pub fn makes(&self, wanted: &str) -> Option<Option<String>> {
        let narrow = wanted.replacen('r', "w", 1);
        if self.instruction.starts_with("call ") {
            return (wanted == "r0").then_some(None);
        }
        let (left, operation, right) = self.assignment()?;
        if let Some(slot) = left.split_once(")(r10 ").map(|(_, it)| it.trim_end_matches(')')) {
            return (wanted == format!("fp{slot}")).then(|| register(right));
        }
        if left != wanted && left != narrow {
            return None;
        }
        if operation != "=" {
            return Some(Some(wanted.to_owned()));
        }
        if let Some(slot) = right.split_once(")(r10 ").map(|(_, it)| it.trim_end_matches(')')) {
            return Some(Some(format!("fp{slot}")));
        }
        Some(register(right))
    }

    fn assignment(&self) -> Option<(&str, &str, &str)> {
        let at = self.instruction.find("= ")?;
        let left = self.instruction.get(..at)?;
        let operator = left.rfind(' ')?;
        let (left, operation) = (left.get(..operator)?, self.instruction.get(operator + 1..=at)?);
        Some((left.trim(), operation, self.instruction.get(at + 2..)?.trim()))
    }

    /// Returns the register that the instruction adds to `wanted`, or subtracts from it.
    #[must_use]
    pub fn offset_of(&self, wanted: &str) -> Option<String> {
        let (left, operation, right) = self.assignment()?;
        (left == wanted && ["+=", "-="].contains(&operation)).then(|| register(right))?
    }

    /// Returns the state of `wanted` behind the instruction.
    #[must_use]
    pub fn value_of(&self, wanted: &str) -> Option<String> {
        let name = wanted.replacen('r', "R", 1);
        let starts = [format!("{name}_w="), format!("{name}=")];
        let at = starts.iter().find_map(|start| {
            let at = self.state.find(start.as_str())?;
            Some(at + start.len())
        })?;
        let rest = self.state.get(at..)?;
        let mut depth = 0_u32;
        let end = rest.find(|it: char| {
            match it {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            it == ' ' && depth == 0
        });
        Some(rest.get(..end.unwrap_or(rest.len()))?.to_owned())
    }
}

fn register(text: &str) -> Option<String> {
    let number = text.strip_prefix(['r', 'w'])?;
    let is_register = number.parse::<u8>().is_ok_and(|number| number < 10);
    is_register.then(|| format!("r{number}"))
}

/// Words a register's state: `scalar(umax=255)` is a number from 0 to 255.
#[must_use]
pub fn in_words(state: &str) -> String {
    const KINDS: [(&str, &str); 18] = [
        ("map_value_or_null", "a map's value that may be NULL"),
        ("map_value", "a map's value"),
        ("map_ptr", "a map"),
        ("ctx", "the context"),
        ("pkt_end", "the end of the packet"),
        ("pkt_meta", "the metadata of the packet"),
        ("pkt", "a place in the packet"),
        ("fp", "a place on the stack"),
        ("sock_or_null", "a socket that may be NULL"),
        ("sock", "a socket"),
        ("ringbuf_mem_or_null", "a record of the ring buffer that may be NULL"),
        ("ringbuf_mem", "a record of the ring buffer"),
        ("mem_or_null", "memory that may be NULL"),
        ("mem", "memory"),
        ("trusted_ptr_or_null_", "a structure of the kernel that may be NULL"),
        ("ptr_or_null_", "a structure of the kernel that may be NULL"),
        ("trusted_ptr_", "a structure of the kernel"),
        ("ptr_", "a structure of the kernel, untrusted"),
    ];
    let (kind, rest) = state.split_once('(').unwrap_or((state, ""));
    if let Some((_, words)) = KINDS.iter().find(|(name, _)| kind.starts_with(name)) {
        return (*words).to_owned();
    }
    let is_number = ["scalar", "inv", "Pscalar", "Pinv"].iter().any(|it| kind.starts_with(it));
    if !is_number {
        return match kind.parse::<i64>() {
            Ok(number) => format!("the number {number}"),
            Err(_) => state.to_owned(),
        };
    }
    let bound = |name: &str| {
        let fields = rest.trim_end_matches(')').split(',');
        fields.rev().find_map(|field| {
            let names = field.split('=').rev().skip(1).any(|it| it == name);
            names.then(|| field.rsplit('=').next().unwrap_or_default())
        })
    };
    match (bound("smin").or_else(|| bound("umin")), bound("umax").or_else(|| bound("smax"))) {
        (None, None) => "a number of unknown value".to_owned(),
        (from, None) => format!("a number from {}, without an upper bound", from.unwrap_or("0")),
        (None, Some(to)) => format!("a number up to {to}"),
        (Some(from), Some(to)) => format!("a number from {from} to {to}"),
    }
}
