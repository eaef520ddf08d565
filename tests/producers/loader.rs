//! Loads each program of an object into the running kernel, with a version of aya that the workspace does not use.

use std::error::Error;

use aya::{Ebpf, programs::Program};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("no object is named")?;
    let mut object = Ebpf::load_file(file)?;
    for (name, program) in object.programs_mut() {
        match program {
            Program::SocketFilter(program) => program.load(),
            Program::RawTracePoint(program) => program.load(),
            Program::TracePoint(program) => program.load(),
            other => return Err(format!("{name} is a {:?}", other.prog_type()).into()),
        }
        .map_err(|error| format!("{name}: {error:?}"))?;
    }
    if object.programs().next().is_none() { Err("there is no program".into()) } else { Ok(()) }
}
