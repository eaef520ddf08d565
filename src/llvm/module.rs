//! Modules.

use std::{
    collections::BTreeSet,
    ffi::c_char,
    marker::PhantomData,
    ptr::{self, NonNull},
    sync::Arc,
};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMModule, LLVMType, LLVMValue, analysis::LLVMVerifierFailureAction},
};

use super::{buffer::Buffer, context::Context, global::Global, text};
use crate::report::{Error, Result};

/// The list of globals that only LLVM must not optimize away.
const KEPT: &str = "llvm.compiler.used";

/// A memory operation that LLVM can be made to expand inline, whatever its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Filling with one byte.
    Set,
    /// Copying between ranges that do not overlap.
    Copy,
}

/// An LLVM module of a context.
#[derive(Debug)]
pub struct Module<'ctx> {
    // Declared before the bytes, so that it is dropped first: lazy bodies are read from them.
    raw: Owned,
    bytes: Option<Arc<[u8]>>,
    context: PhantomData<&'ctx Context>,
}

#[derive(Debug)]
struct Owned(NonNull<LLVMModule>);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: `self` owns the module.
        unsafe { llvm::LLVMDisposeModule(self.0.as_ptr()) };
    }
}

impl<'ctx> Module<'ctx> {
    /// Creates an empty module. Its name is the same for every link, so that objects do not depend on the build
    /// environment.
    ///
    /// # Errors
    /// Never in practice: the name holds no NUL byte.
    pub fn empty(context: &'ctx Context) -> Result<Self> {
        // SAFETY: the context is alive.
        let raw = unsafe {
            llvm::LLVMModuleCreateWithNameInContext(c"bpf-linker".as_ptr(), context.as_raw())
        };
        Self::take_over(raw, None).ok_or_else(|| Error::llvm("LLVM cannot create a module"))
    }

    /// Opens bitcode without reading its function bodies, which are read when they are linked.
    ///
    /// # Errors
    /// LLVM cannot parse it; the causes are LLVM's messages.
    pub fn open(context: &'ctx Context, bytes: Arc<[u8]>, name: &str) -> Result<Self> {
        let mut raw = ptr::null_mut();
        // SAFETY: the module that takes the buffer over keeps `bytes`; on failure LLVM frees the buffer.
        let buffer = unsafe { Buffer::over(&bytes, name) };
        let buffer = buffer.map_or(ptr::null_mut(), Buffer::into_raw);
        // SAFETY: context and buffer are alive; the buffer is handed over.
        let failed =
            unsafe { llvm::LLVMGetBitcodeModuleInContext2(context.as_raw(), buffer, &raw mut raw) };
        match Self::take_over(raw, Some(bytes)) {
            Some(module) if failed == 0 => Ok(module),
            _ => Err(parse_error(name, context.take_errors().unwrap_or_default())),
        }
    }

    /// Parses textual IR, or bitcode with all its function bodies.
    ///
    /// # Errors
    /// LLVM cannot parse it; the cause is LLVM's message with line and column.
    pub fn parse(context: &'ctx Context, text: &[u8], name: &str) -> Result<Self> {
        let mut raw = ptr::null_mut();
        let mut message = ptr::null_mut::<c_char>();
        let buffer = Buffer::copy_of(text, name).map_or(ptr::null_mut(), Buffer::into_raw);
        // SAFETY: context and buffer are alive; the buffer is handed over.
        let failed = unsafe {
            llvm::LLVMParseIRInContext(context.as_raw(), buffer, &raw mut raw, &raw mut message)
        };
        // SAFETY: null, or a message for us to free.
        let message = unsafe { text::take_message(message) };
        match Self::take_over(raw, None) {
            Some(module) if failed == 0 => Ok(module),
            _ => Err(parse_error(name, message)),
        }
    }

    fn take_over(raw: *mut LLVMModule, bytes: Option<Arc<[u8]>>) -> Option<Self> {
        Some(Self { raw: Owned(NonNull::new(raw)?), bytes, context: PhantomData })
    }

    /// Moves the definitions of `source` into this module; of its local and `linkonce_odr` definitions only those in
    /// use.
    ///
    /// Returns true on success; otherwise, LLVM's messages are in the context's diagnostics.
    pub fn link(&self, source: Self) -> bool {
        let (source, bytes) = source.into_parts();
        // SAFETY: both modules are alive and of one context; LLVM frees the source, whose bytes live until then.
        let failed = unsafe { llvm::LLVMLinkModules2(self.as_raw(), source.as_ptr()) };
        drop(bytes);
        failed == 0
    }

    /// Copies the module.
    ///
    /// # Errors
    /// LLVM cannot copy it.
    pub fn duplicate(&self) -> Result<Self> {
        // SAFETY: the module is alive.
        let raw = unsafe { llvm::LLVMCloneModule(self.as_raw()) };
        Self::take_over(raw, self.bytes.clone())
            .ok_or_else(|| Error::llvm("LLVM cannot copy a module"))
    }

    fn into_parts(self) -> (NonNull<LLVMModule>, Option<Arc<[u8]>>) {
        let Self { raw, bytes, .. } = self;
        let pointer = raw.0;
        std::mem::forget(raw);
        (pointer, bytes)
    }

    pub(super) const fn as_raw(&self) -> *mut LLVMModule {
        self.raw.0.as_ptr()
    }

    /// Returns the target triple; empty if the module has none.
    #[must_use]
    pub fn triple(&self) -> String {
        // SAFETY: the module is alive.
        let triple = unsafe { llvm::LLVMGetTarget(self.as_raw()) };
        // SAFETY: the string is the module's and ends in NUL.
        unsafe { text::copy_terminated(triple) }
    }

    /// Sets triple and data layout.
    ///
    /// # Errors
    /// One of them holds a NUL byte.
    pub fn set_target(&self, triple: &str, layout: &str) -> Result<()> {
        let (triple, layout) = (text::c_string(triple)?, text::c_string(layout)?);
        // SAFETY: the module is alive and copies the string.
        unsafe { llvm::LLVMSetTarget(self.as_raw(), triple.as_ptr()) };
        // SAFETY: as above; the string came from a target machine, so it parses.
        unsafe { llvm::LLVMSetDataLayout(self.as_raw(), layout.as_ptr()) };
        Ok(())
    }

    /// Returns the module-level assembly.
    #[must_use]
    pub fn inline_asm(&self) -> String {
        let mut length = 0;
        // SAFETY: the module is alive.
        let start = unsafe { llvm::LLVMGetModuleInlineAsm(self.as_raw(), &raw mut length) };
        // SAFETY: LLVM gives a range of the module's.
        unsafe { text::copy(start, length) }
    }

    /// Replaces the module-level assembly.
    pub fn set_inline_asm(&self, assembly: &str) {
        // SAFETY: the module is alive and copies the range.
        unsafe {
            llvm::LLVMSetModuleInlineAsm2(self.as_raw(), assembly.as_ptr().cast(), assembly.len())
        };
    }

    /// Returns everything with a linkage: functions, variables, aliases, in module order.
    pub fn globals(&self) -> impl Iterator<Item = Global<'ctx>> {
        self.functions().chain(self.variables()).chain(self.aliases())
    }

    /// Returns the functions, declared and defined.
    pub fn functions(&self) -> impl Iterator<Item = Global<'ctx>> + use<'ctx> {
        // SAFETY: the module is alive.
        walk(unsafe { llvm::LLVMGetFirstFunction(self.as_raw()) }, llvm::LLVMGetNextFunction)
    }

    /// Returns the functions with a body.
    pub fn defined_functions(&self) -> impl Iterator<Item = Global<'ctx>> + use<'ctx> {
        self.functions().filter(|function| !function.is_declaration())
    }

    /// Returns the variables, declared and defined.
    pub fn variables(&self) -> impl Iterator<Item = Global<'ctx>> + use<'ctx> {
        // SAFETY: the module is alive.
        walk(unsafe { llvm::LLVMGetFirstGlobal(self.as_raw()) }, llvm::LLVMGetNextGlobal)
    }

    /// Returns the aliases.
    pub fn aliases(&self) -> impl Iterator<Item = Global<'ctx>> + use<'ctx> {
        // SAFETY: the module is alive.
        walk(unsafe { llvm::LLVMGetFirstGlobalAlias(self.as_raw()) }, llvm::LLVMGetNextGlobalAlias)
    }

    /// Returns the function, variable or alias called `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Global<'ctx>> {
        // SAFETY: the module is alive, the range is that of `name`.
        let alias = unsafe {
            llvm::LLVMGetNamedGlobalAlias(self.as_raw(), name.as_ptr().cast(), name.len())
        };
        if !alias.is_null() {
            return Global::from_raw(alias);
        }
        let name = text::c_string(name).ok()?;
        // SAFETY: the module is alive.
        let function = unsafe { llvm::LLVMGetNamedFunction(self.as_raw(), name.as_ptr()) };
        // SAFETY: the module is alive.
        let variable = || unsafe { llvm::LLVMGetNamedGlobal(self.as_raw(), name.as_ptr()) };
        Global::from_raw(function).or_else(|| Global::from_raw(variable()))
    }

    /// Returns the names of the globals that must not be optimized away (`llvm.used` and `llvm.compiler.used`).
    #[must_use]
    pub fn kept(&self) -> BTreeSet<String> {
        let lists = ["llvm.used", KEPT];
        let listed = lists.iter().filter_map(|list| self.find(list)).flat_map(Global::listed);
        listed.filter_map(Global::from_raw).map(Global::name).collect()
    }

    /// Keeps `globals` from being optimized away, as `llvm.compiler.used` does.
    pub fn keep(&self, context: &'ctx Context, globals: &[Global<'ctx>]) {
        if globals.is_empty() {
            return;
        }
        let mut kept = self.find(KEPT).map(Global::listed).unwrap_or_default();
        kept.extend(globals.iter().map(|global| global.as_raw()));
        self.set_kept(context, &mut kept);
    }

    /// Lets the globals called `names`, which [`keep`](Self::keep) kept, be optimized away again.
    pub fn keep_no_longer(&self, context: &'ctx Context, names: &BTreeSet<String>) {
        let mut kept = self.find(KEPT).map(Global::listed).unwrap_or_default();
        kept.retain(|raw| Global::from_raw(*raw).is_none_or(|it| !names.contains(&it.name())));
        self.set_kept(context, &mut kept);
    }

    /// Replaces the list of globals that must not be optimized away, each a live global of this module.
    fn set_kept(&self, context: &'ctx Context, kept: &mut [*mut LLVMValue]) {
        if let Some(former) = self.find(KEPT) {
            former.delete();
        }
        if kept.is_empty() {
            return;
        }
        // SAFETY: the context is alive.
        let pointer = unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) };
        // SAFETY: every element is a global of this module, thus a pointer constant.
        let list = unsafe { llvm::LLVMConstArray2(pointer, kept.as_mut_ptr(), kept.len() as u64) };
        // SAFETY: the array was made above.
        let list_type = unsafe { llvm::LLVMTypeOf(list) };
        let Ok(name) = text::c_string(KEPT) else { return };
        // SAFETY: the module is alive, the name is free.
        let holder = unsafe { llvm::LLVMAddGlobal(self.as_raw(), list_type, name.as_ptr()) };
        // SAFETY: the type is that of the array.
        unsafe { llvm::LLVMSetInitializer(holder, list) };
        // SAFETY: the variable was made above.
        unsafe { llvm::LLVMSetLinkage(holder, llvm::llvm_sys::LLVMLinkage::LLVMAppendingLinkage) };
        // SAFETY: the variable was made above.
        unsafe { llvm::LLVMSetSection(holder, c"llvm.metadata".as_ptr()) };
    }

    /// Returns the intrinsic for 64-bit lengths that is always expanded inline: `llvm.memset.inline` or
    /// `llvm.memcpy.inline`.
    #[must_use]
    pub fn inline_intrinsic(&self, context: &'ctx Context, what: Inline) -> Option<Global<'ctx>> {
        // SAFETY: the context is alive.
        let pointer = unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) };
        // SAFETY: the context is alive.
        let length = unsafe { llvm::LLVMIntTypeInContext(context.as_raw(), 64) };
        match what {
            Inline::Set => self.intrinsic("llvm.memset.inline", &mut [pointer, length]),
            Inline::Copy => self.intrinsic("llvm.memcpy.inline", &mut [pointer, pointer, length]),
        }
    }

    /// Returns the intrinsic `llvm.ptr.annotation`, which returns its pointer argument in a way opaque to LLVM.
    #[must_use]
    pub fn annotation(&self, context: &'ctx Context) -> Option<Global<'ctx>> {
        // SAFETY: the context is alive.
        let pointer = unsafe { llvm::LLVMPointerTypeInContext(context.as_raw(), 0) };
        self.intrinsic("llvm.ptr.annotation", &mut [pointer, pointer])
    }

    /// Returns the intrinsic called `name`, for `types`.
    fn intrinsic(&self, name: &str, types: &mut [*mut LLVMType]) -> Option<Global<'ctx>> {
        // SAFETY: a range of bytes.
        let id = unsafe { llvm::LLVMLookupIntrinsicID(name.as_ptr().cast(), name.len()) };
        if id == 0 {
            return None;
        }
        // SAFETY: the intrinsic is overloaded on these.
        Global::from_raw(unsafe {
            llvm::LLVMGetIntrinsicDeclaration(self.as_raw(), id, types.as_mut_ptr(), types.len())
        })
    }

    /// Checks the module's consistency.
    ///
    /// # Errors
    /// LLVM's verifier rejects it; the cause is its message.
    pub fn verify(&self) -> Result<()> {
        let mut message = ptr::null_mut::<c_char>();
        let action = LLVMVerifierFailureAction::LLVMReturnStatusAction;
        // SAFETY: the module is alive.
        let broken = unsafe { llvm::LLVMVerifyModule(self.as_raw(), action, &raw mut message) };
        // SAFETY: null, or a message for us to free.
        let message = unsafe { text::take_message(message) };
        if broken == 0 {
            Ok(())
        } else {
            Err(Error::llvm("the linked module is broken").because(message))
        }
    }

    /// Removes all debug information.
    pub fn strip_debug_info(&self) {
        // SAFETY: the module is alive.
        unsafe { llvm::LLVMStripModuleDebugInfo(self.as_raw()) };
    }

    /// Returns the module as textual IR.
    #[must_use]
    pub fn to_text(&self) -> Vec<u8> {
        // SAFETY: the module is alive.
        let text = unsafe { llvm::LLVMPrintModuleToString(self.as_raw()) };
        // SAFETY: the text is ours to free.
        unsafe { text::take_message(text) }.into_bytes()
    }

    /// Returns the module as bitcode.
    ///
    /// # Errors
    /// LLVM cannot write it.
    pub fn to_bitcode(&self) -> Result<Vec<u8>> {
        // SAFETY: the module is alive.
        let buffer = unsafe { llvm::LLVMWriteBitcodeToMemoryBuffer(self.as_raw()) };
        let buffer =
            Buffer::from_raw(buffer).ok_or_else(|| Error::llvm("LLVM cannot write bitcode"))?;
        Ok(buffer.as_bytes().to_vec())
    }
}

type Successor = unsafe fn(*mut LLVMValue) -> *mut LLVMValue;

/// Iterates over the list of a live module that starts at `first`.
fn walk<'ctx>(
    first: *mut LLVMValue,
    next: Successor,
) -> impl Iterator<Item = Global<'ctx>> + use<'ctx> {
    std::iter::successors(Global::from_raw(first), move |global| {
        // SAFETY: `next` walks the list that `first` is of, and the module is alive.
        Global::from_raw(unsafe { next(global.as_raw()) })
    })
}

fn parse_error(name: &str, words: String) -> Error {
    Error::input(format!("cannot parse {name}")).because(if words.is_empty() {
        "LLVM gives no reason".to_owned()
    } else {
        words
    })
}
