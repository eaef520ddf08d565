//! Results of loading an object, and the same as JSON.

use bpf_verdict::{object::Loader, outcome::Program};
use serde_json::{Value, json};

/// One loader's story.
pub struct Outcome {
    pub loader: Loader,
    pub loaded: Loaded,
}

/// Result of loading and running an object.
#[derive(Default)]
pub struct Loaded {
    /// Reason why the loader refused the object as a whole, or an action failed.
    pub error: Option<String>,
    pub programs: Vec<Program>,
    pub maps: Vec<Map>,
    pub runs: Vec<Run>,
}

/// A map after the last action.
pub struct Map {
    pub name: String,
    pub kind: String,
    pub key_size: u32,
    pub value_size: u32,
    pub max_entries: u32,
    pub contents: Contents,
}

/// Contents of a map. Values of zeros are left out: every slot of an array has a value.
pub enum Contents {
    /// Key and value.
    Plain(Vec<(Vec<u8>, Vec<u8>)>),
    /// Key and the value of each CPU.
    PerCpu(Vec<(Vec<u8>, Vec<Vec<u8>>)>),
    /// The records that a ring buffer held.
    Records(Vec<Vec<u8>>),
    /// Of a kind this program does not read.
    Unread,
}

/// Result of one test run.
pub struct Run {
    pub returned: u32,
    /// The packet afterwards; none for programs without packets.
    pub packet: Option<Vec<u8>>,
}

impl Outcome {
    pub fn is_good(&self) -> bool {
        self.loaded.error.is_none() && self.loaded.programs.iter().all(|p| p.error.is_none())
    }
}

impl Loaded {
    /// The loader refused the object as a whole.
    pub fn refused(error: anyhow::Error) -> Self {
        Self { error: Some(format!("{error:#}")), ..Self::default() }
    }
}

/// `[{"loader", "good", "error", "programs", "maps", "runs", "process"}, ..]`; bytes are in hex, and the process is this
/// one and its parent: what the programs run in.
pub fn json(outcomes: &[Outcome]) -> Value {
    outcomes
        .iter()
        .map(|outcome| {
            let loaded = &outcome.loaded;
            json!({
                "loader": outcome.loader.name(),
                "good": outcome.is_good(),
                "error": loaded.error,
                "programs": loaded.programs.iter().map(program).collect::<Value>(),
                "maps": loaded.maps.iter().map(map).collect::<Value>(),
                "runs": loaded.runs.iter().map(run).collect::<Value>(),
                "process": [std::process::id(), std::os::unix::process::parent_id()],
            })
        })
        .collect()
}

fn program(program: &Program) -> Value {
    json!({
        "name": program.name,
        "kind": program.kind,
        "error": program.error,
        "verified": program.verified,
    })
}

fn map(map: &Map) -> Value {
    let contents = match &map.contents {
        Contents::Plain(entries) => {
            entries.iter().map(|(key, value)| json!([hex(key), hex(value)])).collect()
        }
        Contents::PerCpu(entries) => entries
            .iter()
            .map(|(key, cpus)| json!([hex(key), cpus.iter().map(|v| hex(v)).collect::<Value>()]))
            .collect(),
        Contents::Records(records) => records.iter().map(|record| json!(hex(record))).collect(),
        Contents::Unread => Value::Null,
    };
    json!({
        "name": map.name,
        "kind": map.kind,
        "key_size": map.key_size,
        "value_size": map.value_size,
        "max_entries": map.max_entries,
        "contents": contents,
    })
}

fn run(run: &Run) -> Value {
    json!({ "returned": run.returned, "packet": run.packet.as_deref().map(hex) })
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
