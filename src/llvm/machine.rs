//! The BPF target machine.

use std::{ffi::c_char, ptr, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{
        error::LLVMErrorRef,
        target_machine::{
            LLVMCodeGenFileType, LLVMCodeGenOptLevel, LLVMCodeModel, LLVMOpaqueTargetMachine,
            LLVMRelocMode,
        },
        transforms::pass_builder::LLVMPassBuilderOptionsRef,
    },
};

use super::{buffer::Buffer, global::Global, library::Library, module::Module, text};
use crate::report::{Error, Result};

/// The optimization level of code generation. There is no level 0, which fails for BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodegenLevel {
    /// For `-O0` and `-O1`.
    Less,
    /// For `-O2`, `-Os`, `-Oz`.
    Default,
    /// For `-O3`.
    Aggressive,
}

/// The kind of file that code generation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// BPF assembly.
    Assembly,
    /// A relocatable ELF object.
    Object,
}

/// The target of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    /// A BPF triple.
    pub triple: &'a str,
    /// LLVM's name of the CPU; empty for the default.
    pub cpu: &'a str,
    /// LLVM's subtarget features; empty for none.
    pub features: &'a str,
    /// The optimization level.
    pub level: CodegenLevel,
}

/// A target machine for one triple, CPU and feature string.
#[derive(Debug)]
pub struct Machine(NonNull<LLVMOpaqueTargetMachine>);

impl Machine {
    /// Creates a machine of `library` for `spec`.
    ///
    /// The relocation model is static: pointer constants stay in `.rodata`, where loaders expect them.
    ///
    /// # Errors
    /// The library has no such target.
    pub fn new(library: &'static Library, spec: Spec<'_>) -> Result<Self> {
        library.make_under(&[], &[], || Self::make(spec))
    }

    /// Creates a machine while LLVM's `options` hold, which are then set to `restored`.
    ///
    /// # Errors
    /// The library has no such target.
    pub fn under(
        library: &'static Library,
        spec: Spec<'_>,
        options: &[String],
        restored: &[String],
    ) -> Result<Self> {
        library.make_under(options, restored, || Self::make(spec))
    }

    fn make(Spec { triple, cpu, features, level }: Spec<'_>) -> Result<Self> {
        let mut target = ptr::null_mut();
        let mut message = ptr::null_mut::<c_char>();
        let name = text::c_string(triple)?;
        let (cpu, features) = (text::c_string(cpu)?, text::c_string(features)?);
        // SAFETY: a string and two places to write to; the library is open: only its reference leads here.
        let failed = unsafe {
            llvm::LLVMGetTargetFromTriple(name.as_ptr(), &raw mut target, &raw mut message)
        };
        if failed != 0 {
            // SAFETY: LLVM leaves a message for us to free.
            let message = unsafe { text::take_message(message) };
            return Err(
                Error::llvm(format!("this libLLVM has no target `{triple}`")).because(message)
            );
        }
        let level = match level {
            CodegenLevel::Less => LLVMCodeGenOptLevel::LLVMCodeGenLevelLess,
            CodegenLevel::Default => LLVMCodeGenOptLevel::LLVMCodeGenLevelDefault,
            CodegenLevel::Aggressive => LLVMCodeGenOptLevel::LLVMCodeGenLevelAggressive,
        };
        let (relocation, model) =
            (LLVMRelocMode::LLVMRelocStatic, LLVMCodeModel::LLVMCodeModelDefault);
        // SAFETY: the target was found above, the strings outlive the call.
        let raw = unsafe {
            llvm::LLVMCreateTargetMachine(
                target,
                name.as_ptr(),
                cpu.as_ptr(),
                features.as_ptr(),
                level,
                relocation,
                model,
            )
        };
        NonNull::new(raw)
            .map(Self)
            .ok_or_else(|| Error::llvm(format!("LLVM cannot make a target machine for `{triple}`")))
    }

    /// Returns the data layout string of this machine.
    #[must_use]
    pub fn data_layout(&self) -> String {
        // SAFETY: the machine is alive.
        let layout = unsafe { llvm::LLVMCreateTargetDataLayout(self.0.as_ptr()) };
        // SAFETY: the layout was made above.
        let text = unsafe { llvm::LLVMCopyStringRepOfTargetData(layout) };
        // SAFETY: nothing else frees it.
        unsafe { llvm::LLVMDisposeTargetData(layout) };
        // SAFETY: the string is ours to free.
        unsafe { text::take_message(text) }
    }

    /// Runs the pass `pipeline`, in the syntax of `opt -passes`, on `module`.
    ///
    /// # Errors
    /// The pipeline cannot be parsed.
    pub fn run_passes(&self, module: &Module<'_>, pipeline: &str) -> Result<()> {
        let passes = text::c_string(pipeline)?;
        let options = PassOptions::new();
        // SAFETY: all four are alive for the call.
        let error = unsafe {
            llvm::LLVMRunPasses(module.as_raw(), passes.as_ptr(), self.0.as_ptr(), options.0)
        };
        outcome(error, pipeline)
    }

    /// Runs the function passes in `pipeline` on `function` alone.
    ///
    /// # Errors
    /// LLVM cannot parse the text, or is older than 20 and runs passes on whole modules only.
    pub fn run_passes_on(&self, function: Global<'_>, pipeline: &str) -> Result<()> {
        let passes = text::c_string(pipeline)?;
        let options = PassOptions::new();
        // SAFETY: all four are alive for the call.
        let error = unsafe {
            llvm::LLVMRunPassesOnFunction(
                function.as_raw(),
                passes.as_ptr(),
                self.0.as_ptr(),
                options.0,
            )
        };
        match error {
            Some(error) => outcome(error, pipeline),
            None => Err(Error::llvm("this libLLVM cannot optimize a single function")
                .help("use libLLVM 20 or newer, or leave out the names after --unroll-loops")),
        }
    }

    /// Generates code for `module`, which code generation leaves unusable, so it is consumed.
    ///
    /// # Errors
    /// LLVM cannot emit this kind of file.
    pub fn emit(&self, module: Module<'_>, file_type: FileType) -> Result<Vec<u8>> {
        let kind = match file_type {
            FileType::Assembly => LLVMCodeGenFileType::LLVMAssemblyFile,
            FileType::Object => LLVMCodeGenFileType::LLVMObjectFile,
        };
        let mut message = ptr::null_mut::<c_char>();
        let mut buffer = ptr::null_mut();
        let (machine, raw) = (self.0.as_ptr(), module.as_raw());
        // SAFETY: machine and module are alive, and there are two places to write to.
        let failed = unsafe {
            llvm::LLVMTargetMachineEmitToMemoryBuffer(
                machine,
                raw,
                kind,
                &raw mut message,
                &raw mut buffer,
            )
        };
        // SAFETY: null, or a message for us to free.
        let message = unsafe { text::take_message(message) };
        match Buffer::from_raw(buffer) {
            Some(buffer) if failed == 0 => Ok(buffer.as_bytes().to_vec()),
            _ => Err(Error::llvm("LLVM cannot generate code").because(message)),
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // SAFETY: `self` owns the machine.
        unsafe { llvm::LLVMDisposeTargetMachine(self.0.as_ptr()) };
    }
}

struct PassOptions(LLVMPassBuilderOptionsRef);

impl PassOptions {
    fn new() -> Self {
        // SAFETY: a machine exists, so the library is open.
        Self(unsafe { llvm::LLVMCreatePassBuilderOptions() })
    }
}

impl Drop for PassOptions {
    fn drop(&mut self) {
        // SAFETY: `self` owns the options.
        unsafe { llvm::LLVMDisposePassBuilderOptions(self.0) };
    }
}

fn outcome(error: LLVMErrorRef, pipeline: &str) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: a non-null error is ours to consume.
    let message = unsafe { llvm::LLVMGetErrorMessage(error) };
    // SAFETY: the message ends in NUL.
    let cause = unsafe { text::copy_terminated(message) };
    // SAFETY: the message is ours to free, and `cause` is a copy.
    unsafe { llvm::LLVMDisposeErrorMessage(message) };
    Err(Error::llvm(format!("LLVM refuses the pass pipeline `{pipeline}`")).because(cause))
}
