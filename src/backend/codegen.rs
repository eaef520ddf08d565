//! Generates code: turns the optimized module into bytes.

use std::path::{Path, PathBuf};

use super::{
    debuginfo::{
        members::{self, Hidden},
        signatures,
    },
    declarations,
    program::{Optimized, Program},
    remaining_panic::Panic,
    session::Session,
    sources, unsupported,
};
use crate::{
    btf,
    llvm::{FileType, Module},
    object::{Object, externs::Declared},
    plan::{Btf, Dwarf, OutputKind, SourceLines},
    report::{Error, Origin, Result},
};

/// The pipeline stage at which a module is dumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    BeforeOptimization,
    AfterOptimization,
}

impl<'s> Program<'s, Optimized> {
    /// Generates the object with all available debug information, which later stages need for source lines.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn object(&mut self) -> Result<Object> {
        let module = self.module.get(self.session)?;
        unsupported::check(self.session, &self.phase.machines, module)?;
        let externs = declarations::left(module);
        let unsigned = signatures::missing(&self.session.context, module).into_iter().collect();
        let texts = (self.session.plan.debug_info.source_lines == SourceLines::Embedded)
            .then(|| sources::embedded(module));
        // A module that is read back has new type names, which users would see in other outputs.
        let is_all =
            self.session.plan.outputs.iter().all(|output| output.kind == OutputKind::Object);
        let module = if is_all { self.module.take(self.session)? } else { module.duplicate()? };
        // Other outputs share the debug info, and DWARF shows the names too.
        let session = self.session;
        let is_long = session.members.get() >= members::MANY && !session.plan.shows_dwarf();
        let hidden = if is_all && is_long {
            members::hide(&session.context, &module)
        } else {
            Hidden::default()
        };
        let bytes = self.generate_code(module, FileType::Object)?;
        let mut object = Object::parse(&bytes, Origin::whole("the emitted object"))?;
        if !object.btf.as_mut().is_none_or(|info| hidden.restore(&mut info.btf)) {
            log::info!("not all members have a place in the BTF: generating code again");
            session.members.set(0);
            return self.object();
        }
        // Here, because native objects of the same link bring the text of their lines.
        if let (Some(texts), Some(info)) = (texts, &mut object.btf) {
            btf::sources::quote_embedded(info, &texts);
        }
        let linked_only = session.linked_only.borrow().clone();
        object.declared = Declared { externs, unsigned, linked_only };
        Ok(object)
    }

    /// Returns the panics that remain in the program.
    #[must_use]
    pub fn panics(&self) -> Vec<Panic> {
        self.session.panics()
    }

    /// Generates BPF assembly.
    ///
    /// # Errors
    /// LLVM cannot express the program in BPF.
    pub fn assembly(&self) -> Result<Vec<u8>> {
        unsupported::check(self.session, &self.phase.machines, self.module.get(self.session)?)?;
        self.generate_code(self.without_unrequested_debug_info()?, FileType::Assembly)
    }

    /// Returns the program as textual IR.
    ///
    /// # Errors
    /// LLVM cannot copy the module.
    pub fn ir(&self) -> Result<Vec<u8>> {
        Ok(self.without_unrequested_debug_info()?.to_text())
    }

    /// Returns the program as bitcode.
    ///
    /// # Errors
    /// LLVM cannot copy or write the module.
    pub fn bitcode(&self) -> Result<Vec<u8>> {
        self.without_unrequested_debug_info()?.to_bitcode()
    }

    fn generate_code(&self, module: Module<'s>, file_type: FileType) -> Result<Vec<u8>> {
        if !self.session.plan.shows_dwarf() {
            module.omit_dwarf(&self.session.context);
        }
        signatures::complete(&self.session.context, &module);
        sources::close(self.session.plan, &self.session.context, &module)?;
        let code = self.phase.machines.generating.emit(module, file_type);
        self.report_unsupported()?;
        code
    }

    /// Returns a copy of the module without debug information that was not requested; in an object, that is a matter of
    /// sections.
    fn without_unrequested_debug_info(&self) -> Result<Module<'s>> {
        let copy = self.module.get(self.session)?.duplicate()?;
        let wanted = &self.session.plan.debug_info;
        if wanted.btf == Btf::Omit && wanted.dwarf == Dwarf::Strip {
            copy.strip_debug_info();
        }
        Ok(copy)
    }
}

impl Session<'_> {
    /// Writes `module` to the place given by `--dump-module`: both stages into a directory, or only the last one into a
    /// file.
    pub(super) fn dump(&self, module: &Module<'_>, stage: Stage) -> Result<()> {
        let Some(place) = &self.plan.dump_module else { return Ok(()) };
        match (stage, dump_files(place).as_slice()) {
            (Stage::BeforeOptimization, [path, _])
            | (Stage::AfterOptimization, [_, path] | [path]) => write_dump(path, &module.to_text()),
            _ => Ok(()),
        }
    }
}

/// Returns the files that `--dump-module place` writes: one per stage if `place` is a directory, or the file `place`
/// for the last stage.
#[must_use]
pub fn dump_files(place: &Path) -> Vec<PathBuf> {
    if place.extension().is_some() && !place.is_dir() {
        return vec![place.to_owned()];
    }
    ["pre-opt.ll", "post-opt.ll"].map(|name| place.join(name)).to_vec()
}

fn write_dump(path: &Path, text: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|error| {
        Error::io(format!("cannot write {}", path.display()))
            .because(error)
            .help("--dump-module takes a folder, or a file whose name has an extension")
    })
}
