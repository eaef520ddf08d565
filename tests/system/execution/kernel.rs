//! The running kernel as a machine for functions: each is a program of the type that system calls run.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use libbpf_rs::{Object, ObjectBuilder, PrintLevel, ProgramInput, Result};

use super::record::Record;

/// Messages of libbpf, including the verifier's log.
static LOG: Mutex<String> = Mutex::new(String::new());

/// The programs of one object, loaded.
pub struct Kernel {
    object: Object,
    /// The programs that the verifier refuses, with its last words.
    pub refused: BTreeMap<String, String>,
}

impl Kernel {
    /// Has the kernel verify and translate every program of the object that it takes.
    ///
    /// # Errors
    /// What libbpf says of the whole object.
    pub fn load(object: &Path) -> std::result::Result<Self, String> {
        libbpf_rs::set_print(Some((PrintLevel::Info, |_, text| log().push_str(&text))));
        let mut refused = BTreeMap::new();
        loop {
            log().clear();
            match Self::load_without(object, &refused) {
                Ok(object) => return Ok(Self { object, refused }),
                Err(error) => {
                    let said = log().clone();
                    let name = refused_program(&said).filter(|name| !refused.contains_key(name));
                    let name = name.ok_or_else(|| format!("{error}\n{said}"))?;
                    let last: Vec<_> = said.lines().rev().take(12).collect();
                    refused.insert(name, last.into_iter().rev().collect::<Vec<_>>().join("\n"));
                }
            }
        }
    }

    fn load_without(object: &Path, refused: &BTreeMap<String, String>) -> Result<Object> {
        let mut object = ObjectBuilder::default().open_file(object)?;
        for mut program in object.progs_mut() {
            let wanted = !refused.contains_key(&*program.name().to_string_lossy());
            program.set_autoload(wanted);
        }
        object.load()
    }

    /// Returns the program's result for each record.
    pub fn run(&self, program: &str, inputs: &[Record]) -> Vec<Record> {
        let program = self.object.progs_mut().find(|other| other.name() == program);
        let program = program.expect("every function is a program");
        let run = |input: &Record| {
            let mut record = *input;
            let context = ProgramInput { context_in: Some(&mut record), ..ProgramInput::default() };
            let output = program.test_run(context).expect("BPF_PROG_TEST_RUN of a loaded program");
            assert_eq!(output.return_value, 0, "every program returns 0");
            record
        };
        inputs.iter().map(run).collect()
    }
}

/// The program that libbpf names as the one that made it stop.
fn refused_program(said: &str) -> Option<String> {
    let line = said.lines().find(|line| line.contains("': failed to load: "))?;
    Some(line.split('\'').nth(1)?.to_owned())
}

fn log() -> std::sync::MutexGuard<'static, String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}
