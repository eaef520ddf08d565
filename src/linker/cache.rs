//! `--cache-dir`: the results of earlier links, found by everything that they depend on.
//!
//! An entry is a file named by a digest of the inputs, the options, the linker and libLLVM. With `--btf`, the object
//! also contains source lines, but which files they are from is known only after the link. An entry therefore lists
//! these files with their digests, and is ignored if one of them has changed. It also holds the warnings, which are
//! shown again.
//!
//! Entries are renamed into place and begin with the digest of the rest, so links can share a folder, and a damaged
//! entry is ignored. A failed link leaves no entry. A problem with the folder is a note: the link does not need it.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use blake3::{Hash, Hasher};
use serde_json::{Value, json};

use super::{Artifact, overwrite};
use crate::{
    backend, driver, files,
    input::Inputs,
    object::{Object, is_source},
    output,
    plan::{Btf, Cpu, Exports, LinkPlan, OutputKind, Reports, Source, SourceLines, Verify},
    report::{Error, Origin, Result, Said, Warning, WarningKind, Warnings},
};

/// The version of the format of entries.
const FORMAT: &str = "1";

/// The size of all entries in bytes above which the least recently used ones are removed.
const MOST: u64 = 1 << 30;

/// The length of the digest at the start of an entry.
const DIGEST: usize = 32;

/// The maximum age of the time that Linux gives a changed file: it advances with the timer.
const TICK: Duration = Duration::from_millis(10);

/// The entry of one link.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    plan: &'a LinkPlan,
    folder: &'a Path,
    place: PathBuf,
    library: PathBuf,
    /// The state of the inputs before they were read.
    stamps: Vec<Stamp>,
    began: SystemTime,
    /// The messages that are not part of the entry, because they arise before it is looked up.
    said: Said,
}

/// The state of a file: its device, number, size and time of change.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

/// Returns the state of the inputs of `plan`, to be taken before they are read.
pub(super) fn stamps(plan: &LinkPlan) -> Vec<Stamp> {
    let inputs = plan.cache_dir.iter().flat_map(|_| overwrite::inputs_of(plan));
    inputs.map(|path| stamp(&path)).collect()
}

impl<'a> Entry<'a> {
    /// Returns the entry for a link of `inputs` according to `plan`; `None` if there is no cache, or it does not apply.
    pub(super) fn find(
        plan: &'a LinkPlan,
        inputs: &Inputs,
        stamps: Vec<Stamp>,
        warnings: &Warnings,
    ) -> Option<Self> {
        let folder = plan.cache_dir.as_deref()?;
        if !is_cacheable(plan) {
            log::info!("the cache is not used: this link prints or writes more than an object");
            return None;
        }
        let began = SystemTime::now();
        // Without a libLLVM the link fails, with an explanation.
        let library = backend::locate_for(plan, inputs).ok()?.path;
        match key(plan, inputs, &library) {
            Ok(key) => {
                let place = folder.join(key.to_hex().as_str());
                let said = warnings.said();
                Some(Self { plan, folder, place, library, stamps, began, said })
            }
            Err(error) => {
                warnings.note(format!("the cache is not used: {error}"));
                None
            }
        }
    }

    /// Returns the libLLVM that the link would load.
    pub(super) fn library(&self) -> &Path {
        &self.library
    }

    /// Returns the result of an equal link, and repeats its messages.
    pub(super) fn load(&self, warnings: &Warnings) -> Option<Vec<Artifact>> {
        let bytes = files::read(&self.place).ok()?;
        let Some((head, bytes)) = open(&bytes) else {
            log::info!("ignoring the damaged entry {}", self.place.display());
            return None;
        };
        let sources = head.get("sources")?.as_object()?;
        let changed = sources.iter().find(|(path, digest)| source(Path::new(path)) != **digest);
        if let Some((path, _)) = changed {
            log::info!("ignoring {}: {path} has changed", self.place.display());
            return None;
        }
        let said = head.get("warnings")?.as_array()?.iter().map(warning);
        let said = said.collect::<Option<Vec<_>>>()?;
        let notes = strings(head.get("notes")?)?;
        said.into_iter().for_each(|warning| warnings.push(warning));
        notes.into_iter().for_each(|note| warnings.note(note));
        log::info!("linked before: {}", self.place.display());
        let used = File::options().append(true).open(&self.place);
        let used = used.and_then(|file| file.set_modified(SystemTime::now()));
        used.unwrap_or_else(|error| log::debug!("cannot mark the entry as used: {error}"));
        Some(vec![Artifact { kind: OutputKind::Object, bytes: bytes.to_vec() }])
    }

    /// Keeps the result of the link, unless a file changed while it was read.
    pub(super) fn store(&self, artifacts: &[Artifact], warnings: &Warnings) {
        let [Artifact { kind: OutputKind::Object, bytes }] = artifacts else { return };
        let entry = self.encode(bytes, warnings);
        let kept = entry.and_then(|entry| entry.map_or(Ok(()), |entry| self.write(&entry)));
        if let Err(error) = kept {
            warnings.note(format!(
                "cannot keep the result in the cache {}: {error}",
                self.folder.display()
            ));
        }
    }

    fn encode(&self, bytes: &[u8], warnings: &Warnings) -> io::Result<Option<Vec<u8>>> {
        let sources = sources(self.plan, bytes).map_err(reason)?;
        if stamps(self.plan) != self.stamps || sources.iter().any(|path| self.is_newer(path)) {
            log::info!("the result is not kept: a file has just changed");
            return Ok(None);
        }
        let (said, notes) = warnings.said_since(self.said);
        let head = json!({
            "sources": sources.iter().map(|path| (path.clone(), source(Path::new(path)))).collect::<serde_json::Map<_, _>>(),
            "warnings": said.iter().map(|it| json!({
                "kind": it.kind.name(), "message": it.message, "help": it.help,
            })).collect::<Vec<_>>(),
            "notes": notes,
        });
        let mut rest = format!("{head}\n").into_bytes();
        rest.extend_from_slice(bytes);
        let mut entry = blake3::hash(&rest).as_bytes().to_vec();
        entry.append(&mut rest);
        Ok(Some(entry))
    }

    /// Returns true if the file at `path` changed after the link began.
    fn is_newer(&self, path: &str) -> bool {
        let changed = fs::metadata(path).and_then(|found| found.modified());
        changed.is_ok_and(|changed| changed + TICK >= self.began)
    }

    fn write(&self, entry: &[u8]) -> io::Result<()> {
        // `write` explains a folder that cannot be created.
        fs::create_dir_all(self.folder).unwrap_or_else(|error| log::debug!("{error}"));
        output::write(&self.place, entry).map_err(reason)?;
        log::info!("kept as {}", self.place.display());
        make_room(self.folder).unwrap_or_else(|error| log::debug!("cannot make room: {error}"));
        Ok(())
    }
}

/// Returns true if an object is all that a link according to `plan` produces, and it depends only on files.
fn is_cacheable(plan: &LinkPlan) -> bool {
    let reports = Reports { dependencies: None, reproduce: None, ..plan.reports.clone() };
    reports == Reports::default()
        && plan.outputs.iter().all(|output| output.kind == OutputKind::Object)
        && plan.dump_module.is_none()
        && plan.llvm_args.is_empty()
        && plan.cpu != Some(Cpu::Probe)
}

/// Returns the digest of everything known before the link that it depends on.
fn key(plan: &LinkPlan, inputs: &Inputs, library: &Path) -> io::Result<Hash> {
    let mut parts = vec![
        FORMAT.to_owned(),
        driver::version(),
        env::current_exe().map(|own| identity(&own)).unwrap_or_default(),
        identity(library),
        format!("{:?}", backend::audience(plan, inputs)),
        format!("{:?}", essence(plan)),
    ];
    for input in &plan.inputs {
        parts.push(format!("{:?}", input.members));
        if let Source::Buffer { name, bytes } = &input.source {
            parts.push(format!("{name} {}", blake3::hash(bytes)));
        }
        for path in overwrite::files_of(&input.source, plan) {
            parts.push(format!("{} {}", stable(&path).display(), digest(&path)?));
        }
    }
    let mut hasher = Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    Ok(hasher.finalize())
}

/// Returns `plan` without what does not affect the object, and without inputs and libLLVM, which count by contents.
fn essence(plan: &LinkPlan) -> LinkPlan {
    let mut names = plan.exports.names.clone();
    for name in &mut names {
        name.requested_by = stable(Path::new(&name.requested_by)).display().to_string();
    }
    LinkPlan {
        inputs: Vec::new(),
        search_dirs: Vec::new(),
        outputs: Vec::new(),
        llvm: None,
        cache_dir: None,
        // Kernels judge an object from the cache again.
        verify: Verify::default(),
        reports: Reports::default(),
        exports: Exports { names, ..plan.exports.clone() },
        ..plan.clone()
    }
}

/// Returns the name alone of a file in a temporary folder of rustc, and other paths as they are.
fn stable(path: &Path) -> &Path {
    let folder = path.parent().and_then(Path::file_name);
    let is_temporary = folder.is_some_and(|it| it.as_encoded_bytes().starts_with(b"rustc"));
    path.file_name().filter(|_| is_temporary).map_or(path, Path::new)
}

/// Identifies a program or library: nobody changes one in place and restores its time.
fn identity(path: &Path) -> String {
    format!("{} {:?}", path.display(), stamp(path))
}

fn stamp(path: &Path) -> Stamp {
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

fn digest(path: &Path) -> io::Result<Hash> {
    let mut hasher = Hasher::new();
    hasher.update_reader(files::open(path)?.0)?;
    Ok(hasher.finalize())
}

/// Returns the digest of a source file; null if no line is read from it.
fn source(path: &Path) -> Value {
    let is_read = fs::metadata(path).is_ok_and(|found| is_source(&found));
    let digest = is_read.then(|| digest(path).ok()).flatten();
    digest.map_or(Value::Null, |digest| Value::from(digest.to_hex().as_str()))
}

/// Returns the paths from which the link may have read source lines: those that the BTF of `object` names, and those that
/// `--remap-path-prefix` may have made these of.
fn sources(plan: &LinkPlan, object: &[u8]) -> Result<BTreeSet<String>> {
    if plan.debug_info.btf == Btf::Omit || plan.debug_info.source_lines != SourceLines::Read {
        return Ok(BTreeSet::new());
    }
    let Some(info) = Object::parse(object, Origin::whole("the object"))?.btf else {
        return Ok(BTreeSet::new());
    };
    let tables = info.ext.iter().flat_map(|ext| &ext.line_info);
    let lines = tables.flat_map(|table| &table.records);
    let files = lines.map(|line| line.file).collect::<BTreeSet<_>>();
    let mut paths = BTreeSet::new();
    for file in files {
        let path = info.btf.strings.text(file).into_owned();
        for (old, new) in &plan.debug_info.remap_path_prefix {
            paths.extend(path.strip_prefix(new.as_str()).map(|rest| format!("{old}{rest}")));
        }
        paths.insert(path);
    }
    Ok(paths)
}

/// Returns `error` in one line.
fn reason(error: Error) -> io::Error {
    io::Error::other(error.causes().last().map_or(error.message(), String::as_str).to_owned())
}

/// Splits an entry into its head and the object; `None` if it is damaged.
fn open(entry: &[u8]) -> Option<(Value, &[u8])> {
    let (digest, rest) = entry.split_at_checked(DIGEST)?;
    (blake3::hash(rest).as_bytes() == digest).then_some(())?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, object) = rest.split_at_checked(end)?;
    Some((serde_json::from_slice(head).ok()?, object.get(1..)?))
}

fn warning(value: &Value) -> Option<Warning> {
    Some(Warning {
        kind: WarningKind::from_name(value.get("kind")?.as_str()?)?,
        message: value.get("message")?.as_str()?.to_owned(),
        help: strings(value.get("help")?)?,
    })
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect()
}

/// Removes the least recently used entries of `folder` if all of them take too much space.
fn make_room(folder: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let is_entry = Hash::from_hex(file.file_name().as_encoded_bytes()).is_ok();
        if let Some(found) = file.metadata().ok().filter(|found| is_entry && found.is_file()) {
            entries.push((found.modified()?, found.len(), file.path()));
        }
    }
    let mut size = entries.iter().fold(0_u64, |sum, (_, len, _)| sum.saturating_add(*len));
    entries.sort();
    for (_, len, path) in entries {
        if size <= MOST {
            break;
        }
        fs::remove_file(&path)?;
        size = size.saturating_sub(len);
    }
    Ok(())
}
