//! Loading with libbpf.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::fd::AsFd as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, Result, anyhow};
use libbpf_rs::{
    AsRawLibbpf as _, Object, ObjectBuilder, OpenObject, PrintLevel, Program as KernelProgram,
    ProgramMut,
};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

use crate::{
    object::{Detail, Request},
    operations,
    outcome::{Loaded, Program},
};

/// The text that libbpf prints, with the verifier's log in it.
static LOG: Mutex<String> = Mutex::new(String::new());

/// The most loads of an object without the programs that were refused so far. Opening one takes longer than verifying
/// most programs do; but where many are refused, each on its own is less work.
const ATTEMPTS: usize = 4;

/// Called with each program that was loaded, by the number that the kernel gave it.
pub type Look<'a> = &'a mut dyn FnMut(u32) -> Result<Option<u32>>;

/// Returns the version of the libbpf that is linked in, such as `1.7`. It need not be that of the headers.
#[must_use]
#[expect(unsafe_code, reason = "libbpf-rs has no wrapper of these two")]
pub fn version() -> String {
    // SAFETY: it takes nothing, and returns a constant.
    let major = unsafe { libbpf_rs::libbpf_sys::libbpf_major_version() };
    // SAFETY: likewise.
    let minor = unsafe { libbpf_rs::libbpf_sys::libbpf_minor_version() };
    format!("{major}.{minor}")
}

/// Loads every program of the object, so that each has its verdict: all that the kernel takes together or, where many
/// are refused or the loader does not say which, each on its own. `look` returns the number of verified instructions.
///
/// # Errors
/// libbpf cannot open the object.
pub fn load(request: &Request, look: Look<'_>) -> Result<Loaded> {
    let names: Vec<(String, String)> = open(request)?
        .progs()
        .map(|p| (p.name().to_string_lossy().into_owned(), format!("{:?}", p.prog_type())))
        .collect();
    let (together, mut refused) = load_together(request)?;
    let logs = logs_of(&log());
    let mut programs = Vec::new();
    for (name, kind) in names {
        let mut program = Program::new(&name, &kind);
        // A program that is alone in its object is gone with it, so whatever is asked of it is asked before.
        let verdict = match (refused.remove(&name), &together) {
            (Some(log), _) => Err(anyhow!(log)),
            (None, Some(object)) if !request.alone.contains(&name) => {
                program.read_figures(logs.get(&name).map_or("", String::as_str));
                program.size = size_of_program(object, &name);
                id_of(object, &name).and_then(&mut *look)
            }
            (None, _) => submit(request, &name).and_then(|object| {
                program.read_figures(&log());
                program.size = size_of_program(&object, &name);
                id_of(&object, &name).and_then(&mut *look)
            }),
        };
        match verdict {
            Ok(verified) => program.verified = verified.or(program.verified),
            Err(error) => program.error = Some(format!("{error:#}")),
        }
        programs.push(program);
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Loaded { error: None, programs })
}

/// Loads one program, and returns the log of its refusal with each instruction on the way there; none if it loads.
///
/// # Errors
/// libbpf cannot open the object.
pub fn log_of_refusal(request: &Request, name: &str) -> Result<Option<String>> {
    let request = Request { detail: Detail::Instructions, ..request.clone() };
    open(&request)?;
    Ok(submit(&request, name).err().map(|error| format!("{error:#}")))
}

/// The programs that the kernel takes together, if a few attempts find them, and the logs of those that it refused.
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

/// The logs between libbpf's marks, by program.
fn logs_of(log: &str) -> BTreeMap<String, String> {
    let parts = log.split("prog '").filter_map(|part| {
        let (name, rest) = part.split_once("': -- BEGIN PROG LOAD LOG --\n")?;
        let (text, _) = rest.split_once("-- END PROG LOAD LOG --")?;
        Some((name.to_owned(), text.to_owned()))
    });
    parts.collect()
}

/// Opens the object.
///
/// # Errors
/// libbpf refuses it, or a global is not in it.
pub fn open(request: &Request) -> Result<OpenObject> {
    // What is asked of the log of a program that loads, libbpf prints as a message for its own developers.
    libbpf_rs::set_print(Some((PrintLevel::Debug, |level, text| {
        if level != PrintLevel::Debug || text.contains("PROG LOAD LOG") {
            log().push_str(&text);
        }
    })));
    log().clear();
    let mut object = ObjectBuilder::default()
        .open_file(&request.object)
        .with_context(|| format!("libbpf cannot open the object: {}", log()))?;
    set_globals(&mut object, request)?;
    Ok(object)
}

/// Loads the object with only this program.
///
/// # Errors
/// The kernel refuses it, and why.
pub fn submit(request: &Request, name: &str) -> Result<Object> {
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
        match request.detail {
            Detail::Loader => {}
            Detail::Statistics => program.set_log_level(4),
            Detail::Instructions => program.set_log_level(5),
        }
    }
    forget_pins(&mut object);
    operations::keep(&mut object, is_wanted)?;
    Ok(object)
}

/// Has libbpf pin no map, and reuse none that is pinned, whatever the definitions say.
#[expect(unsafe_code, reason = "libbpf-rs takes no null path")]
fn forget_pins(object: &mut OpenObject) {
    for map in object.maps_mut() {
        let map = map.as_libbpf_object().as_ptr();
        // SAFETY: the map belongs to the object, which is not loaded yet; no path means that it is not pinned.
        let _always_zero =
            unsafe { libbpf_rs::libbpf_sys::bpf_map__set_pin_path(map, std::ptr::null()) };
    }
}

/// Returns the program of that name.
///
/// # Errors
/// There is none.
pub fn program<'object>(object: &'object Object, name: &str) -> Result<ProgramMut<'object>> {
    object.progs_mut().find(|p| p.name() == OsStr::new(name)).context("the program is gone")
}

/// Returns the bytes of instructions that were handed to the kernel.
fn size_of_program(object: &Object, name: &str) -> Option<u32> {
    let program = program(object, name).ok()?;
    u32::try_from(program.insn_cnt() * size_of::<libbpf_rs::libbpf_sys::bpf_insn>()).ok()
}

/// Returns the number that the kernel gave the program.
///
/// # Errors
/// There is no such program, or the kernel does not tell.
pub fn id_of(object: &Object, name: &str) -> Result<u32> {
    let program = program(object, name)?;
    KernelProgram::id_from_fd(program.as_fd()).context("cannot ask for the program's id")
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

fn log() -> MutexGuard<'static, String> {
    // Whoever panicked while printing left a string behind all the same.
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}
