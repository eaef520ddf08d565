//! Code generation: from the optimised module to bytes.

use std::path::Path;

use super::{
    limits,
    llvm::{FileType, Module},
    merge::Triple,
    prepare::Machines,
    session::Session,
};
use crate::{
    input::Archive,
    plan::{Btf, Dwarf},
    report::{Error, Result},
};

/// A module ready for code generation.
#[derive(Debug)]
pub struct Optimized<'s> {
    pub(super) session: &'s Session<'s>,
    pub(super) module: Module<'s>,
    pub(super) archives: Vec<Archive>,
    pub(super) target: Triple,
    pub(super) machines: Machines,
}

/// Where in the pipeline a module is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    BeforeOptimization,
    AfterOptimization,
}

impl Optimized<'_> {
    /// Generates the object, with whatever debug information there is: it tells source lines.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn object(&self) -> Result<Vec<u8>> {
        self.generate_code(self.module.duplicate()?, FileType::Object)
    }

    /// Generates BPF assembly.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn assembly(&self) -> Result<Vec<u8>> {
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

    fn generate_code(&self, module: Module<'_>, file_type: FileType) -> Result<Vec<u8>> {
        limits::check(self.session, &self.machines, &self.module)?;
        if !self.session.plan.shows_dwarf() {
            module.omit_dwarf(&self.session.context);
        }
        let code = self.machines.generating.emit(module, file_type);
        limits::hear(self.session, &self.machines.generating, &self.module)?;
        code
    }

    /// A copy without the debug information that nobody asked for; in an object that is a matter of sections.
    fn presentable(&self) -> Result<Module<'_>> {
        let copy = self.module.duplicate()?;
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
