//! Code generation: from the optimised module to bytes.

use std::{collections::BTreeMap, path::Path};

use super::{
    declarations::{self, Declaration},
    kept::Kept,
    limits,
    llvm::{FileType, Module},
    merge::Triple,
    prepare::Machines,
    session::Session,
    sources,
};
use crate::{
    input::Archive,
    plan::{Btf, Dwarf, OutputKind, SourceLines},
    report::{Error, Result},
};

/// A module ready for code generation.
#[derive(Debug)]
pub struct Optimized<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: Kept<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: Triple,
    pub(super) machines: Machines,
    /// What the module left open when code was generated.
    pub(super) declarations: Vec<Declaration>,
    /// The text of source files that debug information embeds, by path, when only such text is wanted.
    pub(super) embedded_sources: BTreeMap<String, String>,
}

/// Where in the pipeline a module is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    BeforeOptimization,
    AfterOptimization,
}

impl<'s> Optimized<'s> {
    /// Generates the object, with whatever debug information there is: it tells source lines.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn object(&mut self) -> Result<Vec<u8>> {
        let module = self.module.get(self.session)?;
        limits::check(self.session, &self.machines, module)?;
        self.declarations = declarations::left(module);
        if self.session.plan.debug_info.source_lines == SourceLines::Embedded {
            self.embedded_sources = sources::embedded(module);
        }
        // What is read again has new names of types, which a person would see.
        let is_all =
            self.session.plan.outputs.iter().all(|output| output.kind == OutputKind::Object);
        let module = if is_all { self.module.use_up(self.session)? } else { module.duplicate()? };
        self.generate_code(module, FileType::Object)
    }

    /// Generates BPF assembly.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn assembly(&self) -> Result<Vec<u8>> {
        limits::check(self.session, &self.machines, self.module.get(self.session)?)?;
        self.generate_code(self.presentable()?, FileType::Assembly)
    }

    /// The program as textual IR.
    ///
    /// # Errors
    /// LLVM cannot copy the module.
    pub fn ir(&self) -> Result<Vec<u8>> {
        Ok(self.presentable()?.to_text())
    }

    /// The program as bitcode.
    ///
    /// # Errors
    /// LLVM cannot copy or write the module.
    pub fn bitcode(&self) -> Result<Vec<u8>> {
        self.presentable()?.to_bitcode()
    }

    /// Returns the text of source files that debug information embeds, by path; nothing before code was generated.
    #[must_use]
    pub const fn embedded_sources(&self) -> &BTreeMap<String, String> {
        &self.embedded_sources
    }

    fn generate_code(&self, module: Module<'_>, file_type: FileType) -> Result<Vec<u8>> {
        if !self.session.plan.shows_dwarf() {
            module.omit_dwarf(&self.session.context);
        }
        let code = self.machines.generating.emit(module, file_type);
        self.hear_of_limits()?;
        code
    }

    /// A copy without the debug information that nobody asked for; in an object that is a matter of sections.
    fn presentable(&self) -> Result<Module<'s>> {
        let copy = self.module.get(self.session)?.duplicate()?;
        let wanted = &self.session.plan.debug_info;
        if wanted.btf == Btf::Omit && wanted.dwarf == Dwarf::Strip {
            copy.strip_debug_info();
        }
        Ok(copy)
    }
}

impl Session<'_> {
    /// Writes `module` where `--dump-module` says: both stages into a folder, the last one into a file.
    pub(super) fn dump(&self, module: &Module<'_>, stage: Stage) -> Result<()> {
        let Some(place) = &self.plan.dump_module else { return Ok(()) };
        let is_file = place.extension().is_some() && !place.is_dir();
        match stage {
            Stage::BeforeOptimization if is_file => Ok(()),
            Stage::AfterOptimization if is_file => write_dump(place, &module.to_text()),
            Stage::BeforeOptimization => write_dump(&place.join("pre-opt.ll"), &module.to_text()),
            Stage::AfterOptimization => write_dump(&place.join("post-opt.ll"), &module.to_text()),
        }
    }
}

fn write_dump(path: &Path, text: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        Error::io(format!("cannot write {}", path.display()))
            .because(error)
            .help("--dump-module takes a folder, or a file whose name has an extension")
    })
}
