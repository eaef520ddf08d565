//! Loading with libbpf.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::fd::AsFd as _,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, anyhow};
use libbpf_rs::{
    Object, ObjectBuilder, OpenObject, PrintLevel, Program as KernelProgram, ProgramInput,
    ProgramMut,
};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

use crate::{
    actions::{Action, Detail, Request},
    maps, operations,
    outcome::{Loaded, Map, Program, Run},
};

/// Packets may grow by this many bytes.
const HEADROOM: usize = 256;

/// `BPF_LOG_STATS` of include/linux/bpf_verifier.h: of the log the errors and sums, without each instruction.
const LOG_STATISTICS: u32 = 4;

/// What libbpf prints, the verifier's log among it.
static LOG: Mutex<String> = Mutex::new(String::new());

/// How often an object is loaded without the programs that were refused so far. Opening one takes longer than verifying
/// most programs do; but where many are refused, each on its own is less work.
const ATTEMPTS: usize = 4;

/// Returns the version of the libbpf that is linked in, such as `1.7`. It need not be that of the headers.
#[expect(unsafe_code, reason = "libbpf-rs has no wrapper of these two")]
pub fn version() -> String {
    // SAFETY: it takes nothing, and returns a constant.
    let major = unsafe { libbpf_rs::libbpf_sys::libbpf_major_version() };
    // SAFETY: likewise.
    let minor = unsafe { libbpf_rs::libbpf_sys::libbpf_minor_version() };
    format!("{major}.{minor}")
}

/// Loads every program of the object, so that each has its verdict: all that the kernel takes together or, where many
/// are refused or the loader does not say which, each on its own.
pub fn load(request: &Request) -> Result<Loaded> {
    let names: Vec<(String, String)> = open(request)?
        .progs()
        .map(|p| (p.name().to_string_lossy().into_owned(), format!("{:?}", p.prog_type())))
        .collect();
    let (together, mut refused) = load_together(request)?;
    let mut programs = Vec::new();
    let mut maps = BTreeMap::new();
    for (name, kind) in names {
        // A program that is alone in its object is gone with it, so whatever is asked of it is asked before.
        let verdict = match (refused.remove(&name), &together) {
            (Some(log), _) => Err(anyhow!(log)),
            (None, Some(object)) if !request.alone.contains(&name) => {
                look_at(request, object, &name, &mut maps)
            }
            (None, _) => submit(request, &name)
                .and_then(|object| look_at(request, &object, &name, &mut maps)),
        };
        let (error, verified) = match verdict {
            Ok(verified) => (None, verified),
            Err(error) => (Some(format!("{error:#}")), None),
        };
        programs.push(Program { name, kind, error, verified });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Loaded { programs, maps: maps.into_values().collect(), ..Loaded::default() })
}

/// What the kernel takes together, if a few attempts find out; and the logs of the programs that it refused.
fn load_together(request: &Request) -> Result<(Option<Object>, BTreeMap<String, String>)> {
    let mut refused = BTreeMap::new();
    for _ in 0..ATTEMPTS {
        let is_wanted = |name: &OsStr| {
            let name = name.to_string_lossy().into_owned();
            !refused.contains_key(&name) && !request.alone.contains(&name)
        };
        match select(request, is_wanted)?.load() {
            Ok(object) => return Ok((Some(object), refused)),
            Err(_said_in_the_log) => {
                let log = log().clone();
                let Some(name) = culprit(&log) else { break };
                refused.insert(name, log);
            }
        }
    }
    Ok((None, refused))
}

/// The program that libbpf 1.7 says it could not load.
fn culprit(log: &str) -> Option<String> {
    let (before, _) = log.rsplit_once("': failed to load: ")?;
    let (_, name) = before.rsplit_once("prog '")?;
    Some(name.to_owned())
}

/// How many instructions of this program the verifier walked through; adds the maps that it uses.
fn look_at(
    request: &Request,
    object: &Object,
    name: &str,
    maps: &mut BTreeMap<String, Map>,
) -> Result<Option<u32>> {
    let info = maps::info_of(id_of(&program(object, name)?)?)?;
    if request.detail == Detail::Full {
        for map in maps::of_program(&info)? {
            let map = maps::read(&map)?;
            maps.insert(map.name.clone(), map);
        }
    }
    Ok(info.verified_instruction_count())
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
    let wanted = OsStr::new(name);
    let object = select(request, |name| name == wanted)?;
    object.progs().find(|p| p.name() == wanted).with_context(|| format!("no program {name}"))?;
    object.load().with_context(|| log().clone())
}

/// Opens the object to load just these programs, whether it wants them to be loaded by default or not.
fn select(request: &Request, is_wanted: impl Fn(&OsStr) -> bool) -> Result<OpenObject> {
    let mut object = open(request)?;
    for mut program in object.progs_mut() {
        let is_wanted = is_wanted(program.name());
        program.set_autoload(is_wanted);
        if request.detail == Detail::Verdicts {
            program.set_log_level(LOG_STATISTICS);
        }
    }
    operations::keep(&mut object, is_wanted)?;
    Ok(object)
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
