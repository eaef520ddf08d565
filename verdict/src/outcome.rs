//! The outcome of loading an object, and the figures in the verifier's log.

use serde_json::{Value, json};

use crate::explain::Explanation;

/// The outcome of loading an object with one loader.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The error if the loader refused the object as a whole.
    pub error: Option<String>,
    /// The programs, by name.
    pub programs: Vec<Program>,
}

/// A program and the kernel's verdict.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Its symbol.
    pub name: String,
    /// Its type, as the loader calls it.
    pub kind: String,
    /// The error if the loader or the kernel refused it; the verifier's log is part of it.
    pub error: Option<String>,
    /// The refusal at the line of the source, if the log tells enough.
    pub explanation: Option<Explanation>,
    /// Instructions that the verifier walked through.
    pub verified: Option<u32>,
    /// States that it kept for comparison at the end, and at most.
    pub states: Option<[u32; 2]>,
    /// Bytes of stack, the frames of all functions together.
    pub stack: Option<u32>,
    /// Bytes of instructions, functions that it calls included; by libbpf as loaded, by aya as the kernel keeps them.
    pub size: Option<u32>,
    /// Microseconds that it took.
    pub micros: Option<u64>,
}

impl Loaded {
    /// Returns the outcome if the loader refused the object as a whole.
    #[must_use]
    pub fn refused(error: &anyhow::Error) -> Self {
        Self { error: Some(format!("{error:#}")), programs: Vec::new() }
    }

    /// Returns true if nothing was refused.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.error.is_none() && self.programs.iter().all(|program| program.error.is_none())
    }

    /// Returns it as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "error": self.error,
            "programs": self.programs.iter().map(Program::json).collect::<Vec<_>>(),
        })
    }

    /// Reads what [`json`](Self::json) returns.
    #[must_use]
    pub fn from_json(value: &Value) -> Self {
        let programs = value["programs"].as_array().into_iter().flatten();
        Self { error: text(value, "error"), programs: programs.map(Program::from_json).collect() }
    }
}

impl Program {
    /// Returns a program without a verdict.
    #[must_use]
    pub fn new(name: &str, kind: &str) -> Self {
        Self { name: name.to_owned(), kind: kind.to_owned(), ..Self::default() }
    }

    /// Reads the sums that the verifier writes at the end of its log (`print_verification_stats` of
    /// `kernel/bpf/verifier.c`).
    pub fn read_figures(&mut self, log: &str) {
        for line in log.lines() {
            let number = |before: &str| {
                let (_, rest) = line.split_once(before)?;
                let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
                rest.get(..end)?.parse::<u64>().ok()
            };
            let small = |before: &str| number(before).and_then(|it| u32::try_from(it).ok());
            if line.starts_with("processed ") {
                self.verified = small("processed ");
                let both = small("total_states ").zip(small("peak_states "));
                self.states = both.map(|(all, peak)| [all, peak]);
            } else if line.starts_with("verification time ") {
                self.micros = number("verification time ");
            } else if let Some(depths) = line.strip_prefix("stack depth ") {
                // `8+0+16`, one for each function, and from 7.x on text behind them.
                let depths = depths.split(' ').next().unwrap_or_default().split('+');
                self.stack = depths.map(|depth| depth.parse::<u32>().ok()).sum();
            }
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "type": self.kind,
            "loaded": self.error.is_none(),
            "error": self.error,
            "explanation": self.explanation.as_ref().map(Explanation::json),
            "verified": self.verified,
            "states": self.states.map(|[total, _]| total),
            "peak_states": self.states.map(|[_, peak]| peak),
            "stack": self.stack,
            "size": self.size,
            "micros": self.micros,
        })
    }

    fn from_json(value: &Value) -> Self {
        let small = |name: &str| value[name].as_u64().and_then(|it| u32::try_from(it).ok());
        Self {
            name: text(value, "name").unwrap_or_default(),
            kind: text(value, "type").unwrap_or_default(),
            error: text(value, "error"),
            explanation: Explanation::from_json(&value["explanation"]),
            verified: small("verified"),
            states: small("states").zip(small("peak_states")).map(|(all, peak)| [all, peak]),
            stack: small("stack"),
            size: small("size"),
            micros: value["micros"].as_u64(),
        }
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_log() {
        let mut program = Program::new("entry", "Xdp");
        program.read_figures(
            "verification time 123 usec\nstack depth 8+0+16\n\
             processed 33 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 3 mark_read 1\n",
        );
        assert_eq!(program.verified, Some(33));
        assert_eq!(program.states, Some([2, 3]));
        assert_eq!(program.stack, Some(24));
        assert_eq!(program.micros, Some(123));
        let again = Program::from_json(&program.json());
        assert_eq!(format!("{again:?}"), format!("{program:?}"));
    }
}
