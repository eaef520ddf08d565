//! Loading with aya.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use aya::{
    Ebpf, EbpfLoader,
    programs::{self, ProgramError, ProgramInfo, loaded_programs},
};

use crate::{
    object::Request,
    outcome::{Loaded, Program},
};

/// The folder of the kernel's file system for BPF.
const PINS: &str = "/sys/fs/bpf";

/// Loads every program of the object.
///
/// # Errors
/// aya cannot read the object, or create its maps.
pub fn load(request: &Request) -> Result<Loaded> {
    let pins = Pins::new();
    let programs = verdicts(&mut open(request, &pins)?);
    Ok(Loaded { error: None, programs })
}

/// Loads every program of `object`, and returns the outcomes, by name.
pub fn verdicts(object: &mut Ebpf) -> Vec<Program> {
    let mut programs: Vec<Program> =
        object.programs_mut().map(|(name, program)| verdict(name, program)).collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    programs
}

/// A folder for the maps that their definitions have pinned, which goes when the object has gone.
#[derive(Debug)]
pub struct Pins(PathBuf);

impl Pins {
    /// Names a folder of this process. Where it cannot be made, as without rights, only objects that pin maps fail.
    #[must_use]
    pub fn new() -> Self {
        let folder = PathBuf::from(PINS).join(format!("bpf-verdict-{}", std::process::id()));
        let _may_be_refused = fs::create_dir(&folder);
        Self(folder)
    }
}

impl Default for Pins {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        let _may_not_be_there = fs::remove_dir_all(&self.0);
    }
}

/// Opens the object and creates its maps.
///
/// # Errors
/// aya cannot read the object, or create its maps.
pub fn open(request: &Request, pins: &Pins) -> Result<Ebpf> {
    let mut loader = EbpfLoader::new();
    loader.default_map_pin_directory(&pins.0);
    for (name, value) in &request.globals {
        loader.override_global(name, value.as_slice(), true);
    }
    loader.load_file(&request.object).context("aya cannot load the object")
}

/// Loads `program`, and returns what became of it.
pub fn verdict(name: &str, program: &mut programs::Program) -> Program {
    let mut verdict = Program::new(name, &format!("{:?}", program.prog_type()));
    verdict.error = submit(program).err().map(|error| format!("{error:#}"));
    let info = program.info().ok();
    verdict.verified = info.as_ref().and_then(ProgramInfo::verified_instruction_count);
    verdict.size = info.as_ref().and_then(ProgramInfo::size_translated);
    verdict
}

/// Returns what the kernel knows about the program with this number.
///
/// # Errors
/// It knows none.
pub fn info_of(id: u32) -> Result<ProgramInfo> {
    loaded_programs()
        .filter_map(Result::ok)
        .find(|info| info.id() == id)
        .with_context(|| format!("the kernel knows no program {id}"))
}

/// Hands the program to the kernel. Kinds that want to know where they will be attached are
/// left to libbpf, which reads that from the section's name.
fn submit(program: &mut programs::Program) -> Result<()> {
    let verdict: Result<(), ProgramError> = match program {
        programs::Program::Xdp(program) => program.load(),
        programs::Program::SchedClassifier(program) => program.load(),
        programs::Program::SocketFilter(program) => program.load(),
        programs::Program::ReusePortSocketFilter(program) => program.load(),
        programs::Program::CgroupSkb(program) => program.load(),
        programs::Program::CgroupSock(program) => program.load(),
        programs::Program::CgroupSockAddr(program) => program.load(),
        programs::Program::CgroupSockopt(program) => program.load(),
        programs::Program::CgroupSysctl(program) => program.load(),
        programs::Program::CgroupDevice(program) => program.load(),
        programs::Program::SockOps(program) => program.load(),
        programs::Program::SkMsg(program) => program.load(),
        programs::Program::SkSkb(program) => program.load(),
        programs::Program::SkLookup(program) => program.load(),
        programs::Program::FlowDissector(program) => program.load(),
        programs::Program::RawTracePoint(program) => program.load(),
        programs::Program::TracePoint(program) => program.load(),
        programs::Program::KProbe(program) => program.load(),
        programs::Program::UProbe(program) => program.load(),
        programs::Program::PerfEvent(program) => program.load(),
        other => bail!("this program does not load {:?} with aya", other.prog_type()),
    };
    verdict.map_err(Into::into)
}
