//! Loading with aya.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use aya::{
    TestRun as _,
    programs::{self, RawTracePointRunOptions, TestRunOptions},
};
use bpf_verdict::libaya::{Pins, open, verdict, verdicts};
use libbpf_rs::MapHandle;

use crate::{
    actions::{Action, Request},
    maps,
    outcome::{Loaded, Map, Run},
};

/// Packets may grow by this many bytes.
const HEADROOM: usize = 256;

/// Loads every program of the object.
pub fn load(request: &Request) -> Result<Loaded> {
    let pins = Pins::new();
    let mut object = open(&request.judged(), &pins)?;
    let programs = verdicts(&mut object);
    let mut maps = BTreeMap::new();
    for (_, program) in object.programs() {
        let Ok(info) = program.info() else { continue };
        for map in maps::of_program(&info)? {
            let map = maps::read(&map)?;
            maps.insert(map.name.clone(), map);
        }
    }
    Ok(Loaded { programs, maps: maps.into_values().collect(), ..Loaded::default() })
}

/// Loads one program and carries out the actions.
pub fn run(request: &Request, name: &str, actions: &[Action]) -> Result<Loaded> {
    let pins = Pins::new();
    let mut object = open(&request.judged(), &pins)?;
    let program =
        object.program_mut(name).with_context(|| format!("the object has no program {name}"))?;
    let verdict = verdict(name, program);
    if verdict.error.is_some() {
        return Ok(Loaded { programs: vec![verdict], ..Loaded::default() });
    }
    let handles = maps::of_program(&program.info()?)?;
    let runs = run_plan(program, &handles, actions)?;
    let maps = handles.iter().map(maps::read).collect::<Result<Vec<Map>>>()?;
    Ok(Loaded { error: None, programs: vec![verdict], maps, runs })
}

fn run_plan(
    program: &programs::Program,
    maps: &[MapHandle],
    actions: &[Action],
) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for action in actions {
        match action {
            Action::Put { map, key, value } => maps::put(maps, map, key, value)?,
            Action::Packet(packet) => runs.push(run_packet(program, packet)?),
            Action::Arguments(arguments) => runs.push(run_arguments(program, arguments)?),
        }
    }
    Ok(runs)
}

fn run_packet(program: &programs::Program, packet: &[u8]) -> Result<Run> {
    let mut after = vec![0; packet.len() + HEADROOM];
    let options = TestRunOptions {
        data_in: Some(packet),
        data_out: Some(&mut after),
        ..TestRunOptions::default()
    };
    let result = match program {
        programs::Program::Xdp(xdp) => xdp.test_run(options),
        programs::Program::SchedClassifier(classifier) => classifier.test_run(options),
        programs::Program::SocketFilter(filter) => filter.test_run(options),
        programs::Program::CgroupSkb(filter) => filter.test_run(options),
        other => bail!("aya does not run {:?} programs on packets", other.prog_type()),
    }
    .context("BPF_PROG_TEST_RUN failed")?;
    after.truncate(usize::try_from(result.data_size_out)?);
    Ok(Run { returned: result.return_value, packet: Some(after) })
}

fn run_arguments(program: &programs::Program, arguments: &[u64]) -> Result<Run> {
    let programs::Program::RawTracePoint(tracepoint) = program else {
        bail!("only raw tracepoints are run with arguments");
    };
    let mut options = RawTracePointRunOptions::new();
    options
        .args
        .get_mut(..arguments.len())
        .context("a tracepoint has at most 12 arguments")?
        .copy_from_slice(arguments);
    let result = tracepoint.test_run(options).context("BPF_PROG_TEST_RUN failed")?;
    Ok(Run { returned: result.return_value, packet: None })
}
