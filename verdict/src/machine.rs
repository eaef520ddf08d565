//! Boots a kernel image in QEMU, with this program as its first process and the objects in memory.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{archive::Archive, init, judge::Verdict, object::Loader, outcome::Loaded, tools};

/// The emulator.
const EMULATOR: &str = "qemu-system-x86_64";
/// On a host with much else to do an emulated timer may come late, which some kernels take for a broken one.
const COMMAND_LINE: &str =
    "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off no_timer_check";
/// The time in which a kernel starts where the processor runs it; where virtual machines are nested, it may never.
const HARDWARE_START: Duration = Duration::from_secs(20);
/// The time between two looks at the machine.
const PAUSE: Duration = Duration::from_millis(50);
/// The folders that exist when the first process starts.
const FOLDERS: [&str; 6] = ["proc", "sys", "dev", "tmp", "boot", "objects"];
/// The bytes of the console that are shown of a machine that did not answer.
const SHOWN: usize = 2000;

/// Set once the processor did not start a machine in time: later ones are emulated from the start.
static HARDWARE_HANGS: AtomicBool = AtomicBool::new(false);

/// A kernel image.
#[derive(Clone, Debug)]
pub struct Image {
    /// The file that was named.
    pub file: PathBuf,
    /// Its release, as `uname -r` would print it.
    pub release: String,
    vmlinuz: Vec<u8>,
    config: Option<Vec<u8>>,
}

/// The limits of every machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time for all of it.
    pub boot: Duration,
    /// The time for one object.
    pub object: Duration,
    /// Megabytes of memory.
    pub memory: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let (boot, object) = (Duration::from_secs(300), Duration::from_secs(120));
        Self { boot, object, memory: 768 }
    }
}

/// The answer of a kernel.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its release.
    pub release: String,
    /// Facts about the machine that matter for the verdicts.
    pub notes: Vec<String>,
    /// The verdicts, in the order of what was asked.
    pub verdicts: Vec<Verdict>,
}

impl Image {
    /// Reads a vmlinuz, or one in a package of Debian. The settings of the kernel, from which libbpf takes the values of
    /// `.kconfig`, are a file `config` or `config-RELEASE` beside it.
    ///
    /// # Errors
    /// The file cannot be read, or is neither.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        if bytes.starts_with(b"!<arch>\n") {
            return from_package(file);
        }
        let release = release_of(&bytes).with_context(|| {
            format!("{} is neither a vmlinuz for x86-64 nor a package of Debian", file.display())
        })?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let names = ["config".to_owned(), format!("config-{release}")];
        let config = names.iter().find_map(|name| fs::read(folder.join(name)).ok());
        Ok(Self { file: file.to_owned(), release, vmlinuz: bytes, config })
    }

    /// Asks the kernel about each object, through the loader beside it.
    ///
    /// # Errors
    /// There is no emulator, or the machine does not answer in time; it is ended then.
    pub fn ask(&self, asked: &[(PathBuf, Loader)], limits: &Limits) -> Result<Answer> {
        let folder = tempfile::tempdir().context("no folder for temporary files")?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("vmlinuz"), &self.vmlinuz).context("cannot write the kernel")?;
        fs::write(path("initramfs"), self.initramfs(asked, limits)?)
            .context("cannot write the file system")?;
        let mut notes = Vec::new();
        if self.config.is_none() {
            notes.push(
                "no file with the kernel's settings: values of .kconfig are unknown".to_owned(),
            );
        }
        let is_hopeful = !HARDWARE_HANGS.load(Ordering::Relaxed) && has_hardware();
        let mut text = Err("was not started");
        if is_hopeful {
            text = self.boot(folder.path(), "kvm", limits)?;
            if text.is_err() {
                HARDWARE_HANGS.store(true, Ordering::Relaxed);
            }
        }
        if text.is_err() {
            notes.push(if has_hardware() {
                "emulated: the processor's own virtual machine did not start".to_owned()
            } else {
                "emulated: there is no /dev/kvm that can be used".to_owned()
            });
            text = self.boot(folder.path(), "tcg", limits)?;
        }
        match text {
            Ok(text) => self.read_answer(&text, asked, notes),
            Err(why) => {
                let said =
                    ["errors", "console"].map(|name| fs::read(path(name)).unwrap_or_default());
                let [errors, console] = said.map(|it| String::from_utf8_lossy(&it).into_owned());
                bail!(
                    "kernel {} {why} (--boot-timeout {}); the emulator: {}; the console: {}",
                    self.release,
                    limits.boot.as_secs(),
                    tail(errors.trim()),
                    tail(&console)
                )
            }
        }
    }

    fn read_answer(
        &self,
        text: &str,
        asked: &[(PathBuf, Loader)],
        mut notes: Vec<String>,
    ) -> Result<Answer> {
        let line = text.lines().find(|line| line.starts_with('{')).context("an empty answer")?;
        let value: Value = serde_json::from_str(line).context("the answer is damaged")?;
        if let Some(error) = value["error"].as_str() {
            bail!("kernel {}: {error}", self.release);
        }
        if value["btf"] == false {
            notes.push("the kernel has no BTF: what CO-RE asks cannot be answered".to_owned());
        }
        let loaded = value["verdicts"].as_array().into_iter().flatten().map(Loaded::from_json);
        let verdicts = asked.iter().zip(loaded).map(|((object, loader), loaded)| Verdict {
            object: object.clone(),
            loader: *loader,
            loaded,
        });
        let verdicts = verdicts.collect();
        let release = value["release"].as_str().unwrap_or(&self.release).to_owned();
        Ok(Answer { release, notes, verdicts })
    }

    /// Runs the machine, and returns what it wrote if that is complete, or else how it ended.
    fn boot(
        &self,
        folder: &Path,
        how: &str,
        limits: &Limits,
    ) -> Result<Result<String, &'static str>> {
        let path = |name: &str| folder.join(name);
        let serial = |name: &str| format!("file:{}", path(name).display());
        let mut machine = tools::on_path(EMULATOR, "qemu-system-x86")?
            .args(["-accel", how, "-cpu", "max", "-m", &limits.memory.to_string()])
            .args(["-display", "none", "-nodefaults", "-no-reboot"])
            .args(["-serial", &serial("console"), "-serial", &serial("answer")])
            .arg("-kernel")
            .arg(path("vmlinuz"))
            .arg("-initrd")
            .arg(path("initramfs"))
            .args(["-append", COMMAND_LINE])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(path("errors")).context("cannot write a log")?)
            .spawn()
            .with_context(|| format!("cannot run {EMULATOR}"))?;
        let start = Instant::now();
        let answer =
            || fs::read(path("answer")).map(|it| String::from_utf8_lossy(&it).into_owned());
        loop {
            if machine.try_wait().context("cannot wait for the emulator")?.is_some() {
                let text = answer().unwrap_or_default();
                let is_whole = text.lines().any(|line| line == init::END);
                return Ok(if is_whole { Ok(text) } else { Err("stopped without an answer") });
            }
            let limit = if how == "kvm" && !answer().unwrap_or_default().contains(init::ALIVE) {
                HARDWARE_START
            } else {
                limits.boot
            };
            if start.elapsed() > limit.min(limits.boot) {
                end(&mut machine)?;
                return Ok(Err("did not answer in time, and was ended"));
            }
            thread::sleep(PAUSE);
        }
    }

    fn initramfs(&self, asked: &[(PathBuf, Loader)], limits: &Limits) -> Result<Vec<u8>> {
        let mut archive = Archive::new();
        FOLDERS.iter().for_each(|folder| archive.add_folder(folder));
        add_own_program(&mut archive)?;
        if let Some(config) = &self.config {
            archive.add_file(&format!("boot/config-{}", self.release), config);
        }
        let mut files: Vec<&PathBuf> = Vec::new();
        let mut objects = Vec::new();
        for (object, loader) in asked {
            let number = files.iter().position(|known| *known == object).unwrap_or_else(|| {
                files.push(object);
                files.len().saturating_sub(1)
            });
            objects.push(json!({ "file": name_of(number, object), "loader": loader.name() }));
        }
        for (number, file) in files.into_iter().enumerate() {
            let bytes =
                fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            archive.add_file(&format!("objects/{}", name_of(number, file)), &bytes);
        }
        let request = json!({ "seconds": limits.object.as_secs(), "objects": objects });
        archive.add_file("request", request.to_string().as_bytes());
        Ok(archive.finish())
    }
}

/// Returns the name of the file `path` in the machine: numbered, because names repeat, and with its own name, because
/// libbpf names maps after it.
#[must_use]
pub fn name_of(number: usize, path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("object.o");
    format!("{name}.{number}")
}

fn end(machine: &mut Child) -> Result<()> {
    let _gone_already = machine.kill();
    machine.wait().context("cannot end the emulator")?;
    Ok(())
}

fn has_hardware() -> bool {
    fs::File::options().read(true).write(true).open("/dev/kvm").is_ok()
}

/// Adds this program as `init`, with the libraries that it has loaded, at their own places: a static build needs none.
fn add_own_program(archive: &mut Archive) -> Result<()> {
    let own = env::current_exe().and_then(fs::read).context("cannot read this program")?;
    archive.add_program("init", &own);
    let maps = fs::read_to_string("/proc/self/maps").context("no /proc/self/maps")?;
    let mut libraries: Vec<&str> = maps
        .lines()
        .filter_map(|line| Some(line.get(line.find('/')?..)?.trim()))
        .filter(|path| path.contains(".so"))
        .collect();
    libraries.sort_unstable();
    libraries.dedup();
    let mut folders = std::collections::BTreeSet::new();
    let mut add = |path: &str, bytes: &[u8]| {
        let relative = path.trim_start_matches('/');
        for (at, _) in relative.match_indices('/') {
            if let Some(folder) = relative.get(..at).filter(|it| folders.insert((*it).to_owned())) {
                archive.add_folder(folder);
            }
        }
        archive.add_program(relative, bytes);
    };
    for path in libraries {
        let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
        add(path, &bytes);
        // Where the dynamic loader looks without a cache, and where programs name the loader itself.
        for name in names_of(Path::new(path)) {
            let folder =
                if name.starts_with("ld-linux") { "lib64" } else { "lib/x86_64-linux-gnu" };
            add(&format!("/{folder}/{name}"), &bytes);
        }
    }
    Ok(())
}

/// Returns the name of a library, and those of the links to it beside it: programs name `libelf.so.1`, not the file.
fn names_of(library: &Path) -> Vec<String> {
    let Some((folder, own)) = library.parent().zip(library.file_name()) else { return Vec::new() };
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let links = entries.filter(|entry| {
        fs::read_link(entry.path()).is_ok_and(|target| target.file_name() == Some(own))
    });
    let links = links.map(|entry| entry.file_name());
    let names = std::iter::once(own.to_owned()).chain(links);
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

/// Unpacks the kernel of a package.
fn from_package(package: &Path) -> Result<Image> {
    let folder = tempfile::tempdir().context("no folder for temporary files")?;
    let mut unpack = tools::on_path("dpkg-deb", "dpkg")
        .context("packages cannot be unpacked; name a vmlinuz instead")?;
    let output =
        unpack.arg("-x").arg(package).arg(folder.path()).output().context("cannot run dpkg-deb")?;
    if !output.status.success() {
        bail!(
            "cannot unpack {}: {}",
            package.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let found = find(folder.path(), "vmlinuz", 6)
        .with_context(|| format!("{} holds no vmlinuz", package.display()))?;
    let mut image = Image::read(&found)?;
    if image.config.is_none() {
        image.config = find(folder.path(), "config", 6).and_then(|path| fs::read(path).ok());
    }
    Ok(Image { file: package.to_owned(), ..image })
}

/// Finds a file whose name begins like this, some folders deep.
fn find(folder: &Path, start: &str, depth: usize) -> Option<PathBuf> {
    let depth = depth.checked_sub(1)?;
    let entries: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let fits = |path: &&PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        path.is_file() && name.is_some_and(|name| name.starts_with(start))
    };
    let own = entries.iter().find(fits).cloned();
    own.or_else(|| {
        entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, start, depth))
    })
}

/// Reads the release in the head of a vmlinuz (`Documentation/arch/x86/boot.rst`: `kernel_version`).
fn release_of(vmlinuz: &[u8]) -> Option<String> {
    if vmlinuz.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let offset = u16::from_le_bytes(vmlinuz.get(0x20e..0x210)?.try_into().ok()?);
    let text = vmlinuz.get(usize::from(offset) + 0x200..)?;
    let end = text.iter().position(|byte| [0, b' '].contains(byte))?;
    String::from_utf8(text.get(..end)?.to_vec()).ok()
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(SHOWN);
    let start = (start..text.len()).find(|at| text.is_char_boundary(*at));
    start.and_then(|start| text.get(start..)).unwrap_or_default()
}
