//! Printing of the plan, as text and as JSON (`docs/plan-schema.md`).
//!
//! Both forms are generated from one JSON value, so their contents cannot diverge.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::words;
use crate::{
    bpf::target::Endian,
    plan::{
        AllowUndefined, Btf, Codegen, DebugInfo, Definition, Destination, Dwarf, Export, Exports,
        InlineNever, Input, Judge, LinkMode, LinkPlan, LinkerWarnings, Listing, LlvmErrors, Loops,
        MapDefinitions, Members, MemcpyExpansion, MemoryBuiltins, Output, PanicValue, Presence,
        Refused, Reports, Requested, Source, SourceLines, Symbols, Traps,
    },
};

/// Version of the JSON form; it increases only when a field changes its meaning or is removed.
pub const PLAN_SCHEMA: u32 = 1;

/// The forms of a printed plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFormat {
    /// Text, one fact per line.
    Human,
    /// JSON, as `docs/plan-schema.md` describes it.
    Json,
}

/// Returns `plan` in the form `format`, with a trailing newline.
#[must_use]
pub fn print_plan(plan: &LinkPlan, format: PlanFormat) -> String {
    let value = value(plan);
    match format {
        PlanFormat::Json => format!("{value:#}\n"),
        PlanFormat::Human => human(plan, &value),
    }
}

fn value(plan: &LinkPlan) -> Value {
    json!({
        "schema": PLAN_SCHEMA,
        "inputs": plan.inputs.iter().map(input).collect::<Vec<_>>(),
        "search_dirs": plan.search_dirs.iter().map(|dir| path(dir)).collect::<Vec<_>>(),
        "exports": exports(&plan.exports),
        "target": plan.target.as_ref().map(|target| json!({
            "triple": target.triple(),
            "endian": match target.endian() { Endian::Little => "little", Endian::Big => "big" },
        })),
        "cpu": plan.cpu.map(|cpu| cpu.name()),
        "kernel": plan.kernel.map(|kernel| kernel.to_string()),
        "cpu_features": plan.cpu_features,
        "opt_level": plan.opt_level.name(),
        "outputs": plan.outputs.iter().map(output).collect::<Vec<_>>(),
        "mode": match plan.mode { LinkMode::Final => "final", LinkMode::Relocatable => "relocatable" },
        "undefined": undefined(&plan.undefined),
        "symbols": symbols(&plan.symbols),
        "maps": match plan.maps { MapDefinitions::Btf => "btf", MapDefinitions::Keep => "keep" },
        "debug_info": debug_info(&plan.debug_info),
        "codegen": codegen(&plan.codegen),
        "llvm": plan.llvm.as_deref().map(path),
        "llvm_args": plan.llvm_args,
        "dump_module": plan.dump_module.as_deref().map(path),
        "cache_dir": plan.cache_dir.as_deref().map(path),
        "llvm_errors": match plan.llvm_errors { LlvmErrors::Fatal => "fatal", LlvmErrors::Tolerate => "tolerate" },
        "warnings": {
            "silenced": plan.warnings.silenced.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
            "others": match plan.warnings.others {
                LinkerWarnings::Tolerate => "tolerate",
                LinkerWarnings::Fatal => "fatal",
            },
        },
        "limits": { "stack": plan.limits.stack, "instructions": plan.limits.instructions },
        "verify": {
            "kernels": plan.verify.kernels.iter().map(judge).collect::<Vec<_>>(),
            "refused": match plan.verify.refused { Refused::Explain => "explain", Refused::Search => "search" },
            "program": plan.verify.program.as_deref().map(path),
            "timeout": plan.verify.timeout.as_secs(),
        },
        "reports": reports(&plan.reports),
    })
}

fn judge(judge: &Judge) -> Value {
    match judge {
        Judge::Running => json!("running"),
        Judge::Image(image) => path(image),
    }
}

/// Returns a string or, for a path that is not UTF-8, an object with its bytes and its text as far as valid.
fn path(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => json!(text),
        None => {
            json!({ "bytes": path.as_os_str().as_encoded_bytes(), "lossy": path.to_string_lossy() })
        }
    }
}

fn input(input: &Input) -> Value {
    let (kind, name) = match &input.source {
        Source::File(file) => ("file", path(file)),
        Source::Library(name) => ("library", path(name)),
        Source::ExactLibrary(file) => ("exact-library", path(file)),
        Source::Buffer { name, .. } => ("buffer", json!(name)),
    };
    let members = match input.members {
        Members::Needed => "needed",
        Members::All => "all",
    };
    json!({ "kind": kind, "name": name, "members": members })
}

fn exports(exports: &Exports) -> Value {
    json!({
        "requested": match exports.requested { Requested::Inferred => "inferred", Requested::Explicit => "explicit" },
        "names": exports.names.iter().map(export).collect::<Vec<_>>(),
        "patterns": exports.patterns,
        "locals": exports.locals,
    })
}

fn export(export: &Export) -> Value {
    let presence = match export.presence {
        Presence::Required => "required",
        Presence::Optional => "optional",
    };
    json!({ "name": export.name, "requested_by": export.requested_by, "presence": presence })
}

fn output(output: &Output) -> Value {
    let mut fields = Map::from_iter([("kind".to_owned(), json!(output.kind.name()))]);
    let (to, file) = match &output.destination {
        Destination::File(file) => ("file", Some(path(file))),
        Destination::Stdout => ("stdout", None),
        Destination::Memory => ("memory", None),
    };
    fields.insert("to".to_owned(), json!(to));
    fields.extend(file.map(|file| ("path".to_owned(), file)));
    Value::Object(fields)
}

fn undefined(undefined: &AllowUndefined) -> Value {
    match undefined {
        AllowUndefined::Nothing => json!({ "allow": "nothing", "symbols": [] }),
        AllowUndefined::Named(symbols) => json!({ "allow": "named", "symbols": symbols }),
        AllowUndefined::Anything => json!({ "allow": "anything", "symbols": [] }),
    }
}

fn symbols(symbols: &Symbols) -> Value {
    let defined = symbols.defined.iter().map(|(name, definition)| match definition {
        Definition::Symbol(symbol) => format!("{name}={symbol}"),
        Definition::Number(number) => format!("{name}={number:#x}"),
    });
    let set = symbols.set.iter().map(|(name, value)| format!("{name}={value}"));
    json!({
        "defined": defined.collect::<Vec<_>>(),
        "wrapped": symbols.wrapped,
        "set": set.collect::<Vec<_>>(),
    })
}

fn debug_info(debug_info: &DebugInfo) -> Value {
    let remaps =
        debug_info.remap_path_prefix.iter().map(|(old, new)| json!({ "old": old, "new": new }));
    json!({
        "btf": match debug_info.btf { Btf::Omit => "omit", Btf::Emit => "emit" },
        "dwarf": match debug_info.dwarf { Dwarf::Strip => "strip", Dwarf::Keep => "keep" },
        "source_lines": match debug_info.source_lines {
            SourceLines::Read => "read",
            SourceLines::Embedded => "embedded",
            SourceLines::None => "none",
        },
        "remap_path_prefix": remaps.collect::<Vec<_>>(),
        "btf_compat": debug_info.btf_compat.map(|(major, minor)| format!("{major}.{minor}")),
    })
}

fn codegen(codegen: &Codegen) -> Value {
    json!({
        "memcpy": match codegen.memcpy { MemcpyExpansion::InOrder => "in-order", MemcpyExpansion::AnyOrder => "any-order" },
        "memory_builtins": match codegen.memory_builtins {
            MemoryBuiltins::Provide => "provide",
            MemoryBuiltins::Leave => "leave",
        },
        "loops": match codegen.loops { Loops::AsOptimized => "as-optimized", Loops::Unroll => "unroll" },
        "unrolled": codegen.unrolled,
        "inline_never": match codegen.inline_never { InlineNever::Honor => "honor", InlineNever::Ignore => "ignore" },
        "inlined": codegen.inlined,
        "traps": match codegen.traps { Traps::Disallow => "disallow", Traps::Allow => "allow" },
        "panic": codegen.panics.way.name(),
        "panic_values": codegen.panics.values.iter().map(panic_value).collect::<Vec<_>>(),
    })
}

fn panic_value(wish: &PanicValue) -> Value {
    json!(match &wish.section {
        Some(section) => format!("{section}={}", wish.value),
        None => wish.value.to_string(),
    })
}

fn reports(reports: &Reports) -> Value {
    let listing = |listing| match listing {
        Listing::Silent => "silent",
        Listing::Print => "print",
    };
    json!({
        "trace": listing(reports.trace),
        "dropped": listing(reports.dropped),
        "why_extract": reports.why_extract.as_deref().map(path),
        "program": reports.program.as_deref().map(path),
        "program_json": reports.program_json.as_deref().map(path),
        "program_html": reports.program_html.as_deref().map(path),
        "time_trace": reports.time_trace.as_deref().map(path),
        "map": reports.map.as_deref().map(path),
        "dependencies": reports.dependencies.as_ref().map(|dependencies| path(&dependencies.file)),
        "why_live": reports.why_live,
        "memory_usage": listing(reports.memory_usage),
        "reproduce": reports.reproduce.as_deref().map(path),
    })
}

/// Formats inputs, exports and outputs in lines of their own, and everything else as `name value`, with one line per
/// list item.
fn human(plan: &LinkPlan, value: &Value) -> String {
    let mut lines = Vec::new();
    lines.extend(plan.inputs.iter().map(human_input));
    facts("", value, &mut lines);
    lines.extend(plan.exports.names.iter().map(human_export));
    lines.extend(plan.exports.patterns.iter().map(|pattern| format!("export {pattern} (pattern)")));
    lines.extend(plan.exports.locals.iter().map(|pattern| format!("local {pattern}")));
    lines.extend(plan.outputs.iter().map(human_output));
    lines.join("\n") + "\n"
}

fn human_input(input: &Input) -> String {
    let source = match &input.source {
        Source::File(file) => human_path(file),
        Source::Library(name) => format!("-l{}", human_path(name)),
        Source::ExactLibrary(file) => format!("-l:{}", human_path(file)),
        Source::Buffer { name, .. } => format!("{name} (in memory)"),
    };
    match input.members {
        Members::Needed => format!("input {source}"),
        Members::All => format!("input {source} (whole archive)"),
    }
}

fn human_export(export: &Export) -> String {
    let presence = match export.presence {
        Presence::Required => "required",
        Presence::Optional => "if defined",
    };
    format!("export {} ({presence}, by {})", export.name, export.requested_by)
}

fn human_output(output: &Output) -> String {
    let place = match &output.destination {
        Destination::File(file) => human_path(file),
        Destination::Stdout => "standard output".to_owned(),
        Destination::Memory => "memory".to_owned(),
    };
    format!("output {} to {place}", output.kind.name())
}

/// Formats a path, escaped only if it would not read as one word on one line.
fn human_path(path: &Path) -> String {
    match path.to_str() {
        Some(text)
            if !text.is_empty()
                && !text.contains(|char: char| char.is_control() || char == '"') =>
        {
            text.to_owned()
        }
        _ => format!("{path:?}"),
    }
}

const SHOWN_ELSEWHERE: [&str; 6] = ["inputs", "outputs", "schema", "names", "patterns", "locals"];

fn facts(prefix: &str, value: &Value, lines: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    for (name, field) in fields.iter().filter(|(name, _)| !SHOWN_ELSEWHERE.contains(&name.as_str()))
    {
        let name = format!("{prefix}{}", name.replace('_', "-"));
        match field {
            Value::Object(fields) if !fields.contains_key("bytes") => {
                facts(&format!("{name}."), field, lines)
            }
            Value::Array(items) => {
                lines.extend(items.iter().map(|item| format!("{name} {}", scalar(item))))
            }
            field => lines.push(format!("{name} {}", scalar(field))),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) if !text.contains(char::is_control) => text.clone(),
        Value::Object(fields) => {
            match (fields.get("bytes"), fields.get("old"), fields.get("new")) {
                (Some(Value::Array(bytes)), ..) => {
                    let bytes = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok());
                    human_path(Path::new(&words::word(&bytes.collect::<Vec<_>>())))
                }
                (_, Some(Value::String(old)), Some(Value::String(new))) => format!("{old}={new}"),
                _ => value.to_string(),
            }
        }
        value => value.to_string(),
    }
}
