//! Loading with libbpf.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::fd::AsFd as _,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use aya::programs::ProgramInfo;
use libbpf_rs::{
    Object, ObjectBuilder, OpenObject, PrintLevel, Program as KernelProgram, ProgramInput,
    ProgramMut,
};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

use crate::{
    actions::{Action, Request},
    maps,
    outcome::{Loaded, Map, Program, Run},
};

/// Packets may grow by this many bytes.
const HEADROOM: usize = 256;

/// What libbpf prints, the verifier's log among it.
static LOG: Mutex<String> = Mutex::new(String::new());

/// Loads every program of the object: all at once or, when that fails, each on its own so that each has its verdict.
pub fn load(request: &Request) -> Result<Loaded> {
    let names: Vec<(String, String)> = open(request)?
        .progs()
        .map(|p| (p.name().to_string_lossy().into_owned(), format!("{:?}", p.prog_type())))
        .collect();
    let whole = open(request)?.load();
    let mut programs = Vec::new();
    let mut maps = BTreeMap::new();
    for (name, kind) in names {
        let verdict = match &whole {
            Ok(object) => info(object, &name),
            Err(_refused) => submit(request, &name).and_then(|object| info(&object, &name)),
        };
        let (error, verified) = match verdict {
            Ok(info) => {
                for map in maps::of_program(&info)? {
                    let map = maps::read(&map)?;
                    maps.insert(map.name.clone(), map);
                }
                (None, info.verified_instruction_count())
            }
            Err(error) => (Some(format!("{error:#}")), None),
        };
        programs.push(Program { name, kind, error, verified });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Loaded { programs, maps: maps.into_values().collect(), ..Loaded::default() })
}

fn info(object: &Object, name: &str) -> Result<ProgramInfo> {
    maps::info_of(id_of(&program(object, name)?)?)
}

/// Loads one program and carries out the actions.
pub fn run(request: &Request, name: &str, actions: &[Action]) -> Result<Loaded> {
    let object = submit(request, name)?;
    let program = program(&object, name)?;
    let kind = format!("{:?}", program.prog_type());
    let info = maps::info_of(id_of(&program)?)?;
    let handles = maps::of_program(&info)?;
    let mut runs = Vec::new();
    for action in actions {
        match action {
            Action::Put { map, key, value } => maps::put(&handles, map, key, value)?,
            Action::Packet(packet) => runs.push(run_packet(&program, packet)?),
            Action::Arguments(arguments) => runs.push(run_arguments(&program, arguments)?),
        }
    }
    let maps = handles.iter().map(maps::read).collect::<Result<Vec<Map>>>()?;
    let verified = info.verified_instruction_count();
    let verdict = Program { name: name.to_owned(), kind, error: None, verified };
    Ok(Loaded { error: None, programs: vec![verdict], maps, runs })
}

fn open(request: &Request) -> Result<OpenObject> {
    libbpf_rs::set_print(Some((PrintLevel::Info, |_, text| log().push_str(&text))));
    log().clear();
    let mut object = ObjectBuilder::default()
        .open_file(&request.object)
        .with_context(|| format!("libbpf cannot open the object: {}", log()))?;
    set_globals(&mut object, request)?;
    Ok(object)
}

/// Loads the object with only this program.
fn submit(request: &Request, name: &str) -> Result<Object> {
    let mut object = open(request)?;
    let wanted = OsStr::new(name);
    object.progs().find(|p| p.name() == wanted).with_context(|| format!("no program {name}"))?;
    for mut program in object.progs_mut() {
        let is_wanted = program.name() == wanted;
        program.set_autoload(is_wanted);
    }
    object.load().with_context(|| log().clone())
}

fn program<'object>(object: &'object Object, name: &str) -> Result<ProgramMut<'object>> {
    object.progs_mut().find(|p| p.name() == OsStr::new(name)).context("the program is gone")
}

fn id_of(program: &ProgramMut<'_>) -> Result<u32> {
    KernelProgram::id_from_fd(program.as_fd()).context("cannot ask for the program's id")
}

fn run_packet(program: &ProgramMut<'_>, packet: &[u8]) -> Result<Run> {
    let mut after = vec![0; packet.len() + HEADROOM];
    let input = ProgramInput {
        data_in: Some(packet),
        data_out: Some(&mut after),
        ..ProgramInput::default()
    };
    let output = program.test_run(input).context("BPF_PROG_TEST_RUN failed")?;
    Ok(Run { returned: output.return_value, packet: output.data.map(|data| data.to_vec()) })
}

fn run_arguments(program: &ProgramMut<'_>, arguments: &[u64]) -> Result<Run> {
    let mut context: Vec<u8> = arguments.iter().flat_map(|n| n.to_ne_bytes()).collect();
    let input = ProgramInput { context_in: Some(&mut context), ..ProgramInput::default() };
    let output = program.test_run(input).context("BPF_PROG_TEST_RUN failed")?;
    Ok(Run { returned: output.return_value, packet: None })
}

/// Writes the globals into the initial contents of the data sections they are in.
fn set_globals(object: &mut OpenObject, request: &Request) -> Result<()> {
    let bytes = fs::read(&request.object).context("cannot read the object")?;
    let elf = object::File::parse(bytes.as_slice()).context("cannot read the object")?;
    for (name, value) in &request.globals {
        let symbol = elf
            .symbols()
            .find(|symbol| symbol.name() == Ok(name))
            .with_context(|| format!("no global {name}"))?;
        let section = symbol.section_index().context("the global is in no section")?;
        let section = elf.section_by_index(section)?;
        let (section, start) = (section.name()?, usize::try_from(symbol.address())?);
        object
            .maps_mut()
            .find(|map| map.name().to_string_lossy().ends_with(section))
            .and_then(|mut map| {
                let slot = map.initial_value_mut()?.get_mut(start..start + value.len())?;
                slot.copy_from_slice(value);
                Some(())
            })
            .with_context(|| format!("cannot set {name} in {section}"))?;
    }
    Ok(())
}

fn log() -> std::sync::MutexGuard<'static, String> {
    // Whoever panicked while printing left a string behind all the same.
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}
