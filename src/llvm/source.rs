//! Source files, as debug information describes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    ptr::NonNull,
};

use bpf_linker_shim::{self as llvm, llvm_sys::LLVMOpaqueMetadata};

use super::{Context, Global, Instruction, Module, metadata::Operand, text};
use crate::report::Result;

/// The operand of a scope that is its file (`DIScope::getRawFile`).
const SCOPE_FILE: usize = 0;

/// A source file named by debug information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile(NonNull<LLVMOpaqueMetadata>);

impl SourceFile {
    /// Returns the file of `scope`, which is null or a scope of live debug information.
    fn of_scope(scope: *mut LLVMOpaqueMetadata) -> Option<Self> {
        if scope.is_null() {
            return None;
        }
        // SAFETY: it is a live scope; the result is null if it names no file.
        NonNull::new(unsafe { llvm::LLVMDIScopeGetFile(scope) }).map(Self)
    }

    /// Returns the path as `BTFDebug::populateFileContent` assembles it.
    #[must_use]
    pub fn path(self) -> String {
        let name = self.read(llvm::LLVMDIFileGetFilename);
        let directory = self.read(llvm::LLVMDIFileGetDirectory);
        if name.starts_with('/') || directory.is_empty() {
            return name;
        }
        format!("{directory}/{name}")
    }

    /// Returns the text that debug information embeds.
    ///
    /// `input::prune` embeds a C file's own name as its text, so that LLVM does not read the file; that does not count.
    #[must_use]
    pub fn embedded_text(self) -> Option<String> {
        let source = self.read(llvm::LLVMDIFileGetSource);
        let is_text = !source.is_empty() && source != self.read(llvm::LLVMDIFileGetFilename);
        is_text.then_some(source)
    }

    /// Returns a description of the file in IR, with its own name as its text.
    fn with_name_as_text(self) -> String {
        let quoted = |name: String| {
            let mut text = String::new();
            for byte in name.bytes() {
                // A string has its length, so writing to it cannot fail.
                _ = match byte {
                    b' '..=b'~' if byte != b'"' && byte != b'\\' => text.write_char(byte.into()),
                    _ => write!(text, "\\{byte:02X}"),
                };
            }
            text
        };
        let name = quoted(self.read(llvm::LLVMDIFileGetFilename));
        let directory = quoted(self.read(llvm::LLVMDIFileGetDirectory));
        format!(r#"!DIFile(filename: "{name}", directory: "{directory}", source: "{name}")"#)
    }

    fn read(
        self,
        get: unsafe fn(*mut LLVMOpaqueMetadata, *mut u32) -> *const std::ffi::c_char,
    ) -> String {
        let mut length = 0;
        // SAFETY: the file is alive.
        let start = unsafe { get(self.0.as_ptr(), &raw mut length) };
        // SAFETY: null, or a range of the context's.
        unsafe { text::copy(start, length as usize) }
    }
}

impl Global<'_> {
    /// Returns the file that a function is defined in.
    #[must_use]
    pub fn source_file(self) -> Option<SourceFile> {
        // SAFETY: the function is alive; the result is null without debug info.
        SourceFile::of_scope(unsafe { llvm::LLVMGetSubprogram(self.as_raw()) })
    }
}

impl Instruction<'_> {
    /// Returns the file of its source line.
    #[must_use]
    pub fn source_file(self) -> Option<SourceFile> {
        SourceFile::of_scope(self.source_scope()?.as_ptr())
    }

    /// Returns the scope of its source line.
    fn source_scope(self) -> Option<NonNull<LLVMOpaqueMetadata>> {
        // SAFETY: the instruction is alive; the result is null without debug info.
        let location = unsafe { llvm::LLVMInstructionGetDebugLoc(self.as_raw()) };
        if location.is_null() {
            return None;
        }
        // SAFETY: a live location has a scope.
        NonNull::new(unsafe { llvm::LLVMDILocationGetScope(location) })
    }
}

impl<'ctx> Module<'ctx> {
    /// Gives each source file without embedded text whose path `hides` its own name as text, so that code generation does
    /// not open it.
    ///
    /// The C API cannot change a file or make one with text, so scopes get another one, which a module in IR describes.
    ///
    /// # Errors
    /// LLVM does not take the description.
    pub fn hide_sources(&self, context: &'ctx Context, hides: impl Fn(&str) -> bool) -> Result<()> {
        let mut scopes = self.source_scopes();
        let files: BTreeSet<SourceFile> = scopes.values().copied().collect();
        let is_bare = |file: &SourceFile| file.read(llvm::LLVMDIFileGetSource).is_empty();
        let hidden = files.into_iter().filter(|file| is_bare(file) && hides(&file.path()));
        let hidden: Vec<SourceFile> = hidden.collect();
        scopes.retain(|_, file| hidden.contains(file));
        if scopes.is_empty() {
            return Ok(());
        }
        let numbers: Vec<_> = (0..hidden.len()).map(|number| format!("!{number}")).collect();
        let mut text = format!("!files = !{{{}}}\n", numbers.join(", "));
        for (number, file) in numbers.iter().zip(&hidden) {
            _ = writeln!(text, "{number} = {}", file.with_name_as_text());
        }
        let described = Self::parse(context, text.as_bytes(), "source files")?.listed(c"files");
        let described: BTreeMap<_, _> = hidden.into_iter().zip(described).collect();
        for (scope, file) in scopes {
            let scope = Operand::from_metadata(context, scope.as_ptr()).node();
            if let (Some(scope), Some(&file)) = (scope, described.get(&file)) {
                scope.set_node(SCOPE_FILE, file);
            }
        }
        Ok(())
    }

    /// Returns the scopes of all source lines that code generation writes, each with its file.
    fn source_scopes(&self) -> BTreeMap<NonNull<LLVMOpaqueMetadata>, SourceFile> {
        let mut scopes = BTreeMap::new();
        let mut add = |scope: Option<NonNull<LLVMOpaqueMetadata>>| {
            let Some(scope) = scope.filter(|scope| !scopes.contains_key(scope)) else { return };
            if let Some(file) = SourceFile::of_scope(scope.as_ptr()) {
                scopes.insert(scope, file);
            }
        };
        for function in self.defined_functions() {
            // SAFETY: the function is alive; the result is null without debug info.
            add(NonNull::new(unsafe { llvm::LLVMGetSubprogram(function.as_raw()) }));
            function.instructions().for_each(|instruction| add(instruction.source_scope()));
        }
        scopes
    }
}
