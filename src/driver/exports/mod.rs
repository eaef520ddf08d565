//! Export requests, from options and from the files that options name.

mod script;

use std::{collections::BTreeMap, path::Path};

use super::options::Options;
use crate::{
    files,
    plan::{Export, Exports, Presence, Requested},
    report::{Error, Result},
};

/// Collects the exports requested by `options` and the files they name.
///
/// # Errors
/// A file cannot be read or is malformed.
pub fn exports(options: &Options) -> Result<Exports> {
    let mut wishes = Wishes::default();
    wishes.options(options);
    options.export_symbols.iter().try_for_each(|path| wishes.symbols(path))?;
    options.version_script.iter().try_for_each(|path| wishes.script(path, Form::VersionScript))?;
    options.dynamic_list.iter().try_for_each(|path| wishes.script(path, Form::DynamicList))?;
    Ok(wishes.into_exports())
}

#[derive(Clone, Copy)]
enum Form {
    VersionScript,
    DynamicList,
}

#[derive(Default)]
struct Wishes {
    names: BTreeMap<String, Export>,
    patterns: Vec<String>,
    locals: Vec<String>,
    requested: Requested,
}

impl Wishes {
    fn options(&mut self, options: &Options) {
        if !(options.export.is_empty()
            && options.export_if_defined.is_empty()
            && options.export_glob.is_empty())
        {
            self.requested = Requested::Explicit;
        }
        for name in &options.export {
            self.request(name, "--export", Presence::Required);
        }
        for name in &options.export_if_defined {
            self.request(name, "--export-if-defined", Presence::Optional);
        }
        for name in &options.undefined {
            self.request(name, "--undefined", Presence::Optional);
        }
        for name in &options.require_defined {
            self.request(name, "--require-defined", Presence::Required);
        }
        for pattern in &options.export_glob {
            self.request_pattern(pattern, "--export-glob");
        }
    }

    /// Reads one symbol per line, as rustc writes them, ignoring blank lines.
    fn symbols(&mut self, path: &Path) -> Result<()> {
        self.requested = Requested::Explicit;
        let text = read(path, "--export-symbols")?;
        let requested_by = path.display().to_string();
        for line in text.lines() {
            self.request(line.trim(), &requested_by, Presence::Optional);
        }
        Ok(())
    }

    fn script(&mut self, path: &Path, form: Form) -> Result<()> {
        self.requested = Requested::Explicit;
        let option = match form {
            Form::VersionScript => "--version-script",
            Form::DynamicList => "--dynamic-list",
        };
        let text = read(path, option)?;
        let script = match form {
            Form::VersionScript => script::parse_version_script(&text),
            Form::DynamicList => script::parse_dynamic_list(&text),
        };
        let script = script.map_err(|why| malformed(path, option).because(why))?;
        let requested_by = path.display().to_string();
        for name in &script.names {
            self.request(name, &requested_by, Presence::Optional);
        }
        for pattern in &script.patterns {
            self.request_pattern(pattern, &requested_by);
        }
        self.locals.extend(script.locals);
        Ok(())
    }

    fn request(&mut self, name: &str, requested_by: &str, presence: Presence) {
        if name.is_empty() {
            return;
        }
        let request =
            || Export { name: name.to_owned(), requested_by: requested_by.to_owned(), presence };
        let export = self.names.entry(name.to_owned()).or_insert_with(request);
        if presence < export.presence {
            *export = request();
        }
    }

    fn request_pattern(&mut self, pattern: &str, requested_by: &str) {
        if !script::is_pattern(pattern) {
            self.request(pattern, requested_by, Presence::Optional);
        } else if !self.patterns.iter().any(|known| known == pattern) {
            self.patterns.push(pattern.to_owned());
        }
    }

    fn into_exports(self) -> Exports {
        Exports {
            names: self.names.into_values().collect(),
            patterns: self.patterns,
            locals: self.locals,
            requested: self.requested,
        }
    }
}

fn malformed(path: &Path, option: &str) -> Error {
    Error::usage(format!("cannot read {} of `{option}`", path.display()))
}

fn read(path: &Path, option: &str) -> Result<String> {
    let bytes = files::read(path).map_err(|error| malformed(path, option).because(error))?;
    let text = String::from_utf8(bytes);
    text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        malformed(path, option).because(format!("it is not UTF-8 at byte {at}"))
    })
}
