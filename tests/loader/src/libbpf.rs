//! Loading with libbpf.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use bpf_verdict::{
    libaya::info_of,
    libbpf::{self, id_of, program, submit},
    object::Detail,
    outcome::Program,
};
use libbpf_rs::{ProgramInput, ProgramMut};

use crate::{
    actions::{Action, Request},
    maps,
    outcome::{Loaded, Map, Run},
};

/// Packets may grow by this many bytes.
const HEADROOM: usize = 256;

/// Loads every program of the object, and reads the maps that they use.
pub fn load(request: &Request) -> Result<Loaded> {
    let mut maps = BTreeMap::new();
    let loaded = libbpf::load(&request.judged(), &mut |id| {
        let info = info_of(id)?;
        if request.detail == Detail::Loader {
            for map in maps::of_program(&info)? {
                let map = maps::read(&map)?;
                maps.insert(map.name.clone(), map);
            }
        }
        Ok(info.verified_instruction_count())
    })?;
    Ok(Loaded {
        programs: loaded.programs,
        maps: maps.into_values().collect(),
        ..Loaded::default()
    })
}

/// Loads one program and carries out the actions.
pub fn run(request: &Request, name: &str, actions: &[Action]) -> Result<Loaded> {
    let object = submit(&request.judged(), name)?;
    let program = program(&object, name)?;
    let kind = format!("{:?}", program.prog_type());
    let info = info_of(id_of(&object, name)?)?;
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
    let verdict = Program { verified, ..Program::new(name, &kind) };
    Ok(Loaded { error: None, programs: vec![verdict], maps, runs })
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
