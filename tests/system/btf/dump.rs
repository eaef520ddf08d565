//! The types of an object as bpftool reads them.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::support::objects::Lab;

/// Depth to which references are followed when two types are compared.
const DEPTH: usize = 4;

/// All types, by number.
pub struct Dump(BTreeMap<u32, Type>);

/// One type.
pub struct Type {
    /// Text after the number: `STRUCT 'a' size=4 vlen=1`.
    head: String,
    /// Members, enumerators, parameters or variables, one a line.
    lines: Vec<String>,
}

impl Dump {
    /// Reads `object` by `bpftool btf dump`.
    pub fn of(lab: &Lab, object: &[u8]) -> Self {
        let mut types = BTreeMap::new();
        let mut last = 0;
        for line in lab.inspect(&["bpftool", "btf", "dump", "file"], object).lines() {
            if let Some((id, head)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] "))
            {
                last = id.parse().expect("a number");
                types.insert(last, Type { head: head.to_owned(), lines: Vec::new() });
            } else if let Some(ty) = types.get_mut(&last) {
                ty.lines.push(line.trim().to_owned());
            }
        }
        assert!(!types.is_empty(), "there is BTF");
        Self(types)
    }

    /// Each type in words that do not depend on numbers, sorted.
    pub fn canonical(&self) -> Vec<String> {
        let mut all: Vec<String> = self.0.keys().map(|&id| self.spell(id, DEPTH)).collect();
        all.sort();
        all
    }

    fn spell(&self, id: u32, depth: usize) -> String {
        let Some(ty) = self.0.get(&id) else { return "void".to_owned() };
        if depth == 0 {
            return ty.head.split(" type_id").next().unwrap_or_default().to_owned();
        }
        let whole = std::iter::once(&ty.head).chain(&ty.lines);
        whole.map(|line| self.spell_line(line, depth)).collect::<Vec<_>>().join("; ")
    }

    /// `type_id=N`, whatever is before it, becomes what type `N` is.
    fn spell_line(&self, line: &str, depth: usize) -> String {
        let mut spelled = String::new();
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once("type_id=") {
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let id = behind[..digits].parse().expect("a number");
            let _ = write!(spelled, "{before}<{}>", self.spell(id, depth - 1));
            rest = &behind[digits..];
        }
        spelled + rest
    }

    /// The only type called `name`, functions and variables aside.
    pub fn named(&self, name: &str) -> &Type {
        let quoted = format!(" '{name}'");
        let is_it =
            |ty: &&Type| ty.head.contains(&quoted) && !["FUNC", "VAR", "FWD"].contains(&ty.kind());
        let found: Vec<&Type> = self.0.values().filter(is_it).collect();
        assert_eq!(found.len(), 1, "types called {name}");
        found[0]
    }

    /// Returns the type that a member points to.
    pub fn pointee(&self, of: &Type, member: &str) -> &Type {
        let pointer = &self.0[&of.member(member, "type_id")];
        assert_eq!(pointer.kind(), "PTR", "{member}");
        &self.0[&number(&pointer.head, "type_id")]
    }
}

impl Type {
    /// `STRUCT`, `INT` and so on.
    pub fn kind(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// Returns the text after the number, for messages and comparisons.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// In bytes.
    pub fn size(&self) -> u32 {
        number(&self.head, "size")
    }

    /// The number called `key` of the member called `name`; `(anon)` for a nameless one.
    pub fn member(&self, name: &str, key: &str) -> u32 {
        let quoted = format!("'{name}' ");
        let line = self.lines.iter().find(|line| line.starts_with(&quoted));
        number(line.unwrap_or_else(|| panic!("no {name} in {}: {:?}", self.head, self.lines)), key)
    }
}

fn number(line: &str, key: &str) -> u32 {
    let words = line.split(' ').filter_map(|word| word.split_once('='));
    let found = words.filter(|(word, _)| *word == key).find_map(|(_, value)| value.parse().ok());
    found.unwrap_or_else(|| panic!("no {key} in {line}"))
}
