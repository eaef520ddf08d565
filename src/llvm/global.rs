//! Functions, variables and aliases.

use std::{collections::HashSet, ffi::CStr, marker::PhantomData, ptr::NonNull};

use bpf_linker_shim::{
    self as llvm,
    llvm_sys::{LLVMLinkage, LLVMValue, LLVMVisibility},
};

use super::{block::Block, context::Context, instruction::Instruction, text};

/// `LLVMAttributeFunctionIndex`.
pub(super) const FUNCTION_INDEX: u32 = u32::MAX;

/// The linkage of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Visible to all modules.
    External,
    /// Visible to all modules; the body is for inlining only.
    AvailableExternally,
    /// Merged with others of the same name; discarded when unused.
    LinkOnce,
    /// Merged with others of the same name.
    Weak,
    /// A list that grows when modules are linked, such as `llvm.used`.
    Appending,
    /// Visible only in its module.
    Local,
    /// A reference that may stay undefined.
    ExternalWeak,
    /// A tentative definition of C.
    Common,
    /// A linkage added by a later LLVM.
    Unknown,
}

impl Linkage {
    const fn from_raw(raw: i32) -> Self {
        match raw {
            0 | 10 | 11 => Self::External,
            1 => Self::AvailableExternally,
            2..=4 => Self::LinkOnce,
            5 | 6 => Self::Weak,
            7 => Self::Appending,
            8 | 9 => Self::Local,
            12 => Self::ExternalWeak,
            14 => Self::Common,
            _ => Self::Unknown,
        }
    }
}

/// The function attributes used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `noinline`.
    NoInline,
    /// `optnone`, which requires `noinline`.
    OptimizeNone,
    /// `alwaysinline`.
    AlwaysInline,
    /// `optsize`.
    OptimizeForSize,
    /// `minsize`.
    MinimizeSize,
    /// `noreturn`.
    NoReturn,
}

impl Attribute {
    pub(super) fn kind(self) -> u32 {
        let name = match self {
            Self::NoInline => "noinline",
            Self::OptimizeNone => "optnone",
            Self::AlwaysInline => "alwaysinline",
            Self::OptimizeForSize => "optsize",
            Self::MinimizeSize => "minsize",
            Self::NoReturn => "noreturn",
        };
        // SAFETY: a range of bytes; a library is open, or there would be no global to ask about.
        unsafe { llvm::LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) }
    }
}

/// A function, variable or alias of a live module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Global<'ctx>(pub(super) NonNull<LLVMValue>, PhantomData<&'ctx Context>);

impl<'ctx> Global<'ctx> {
    pub(super) fn from_raw(raw: *mut LLVMValue) -> Option<Self> {
        Some(Self(NonNull::new(raw)?, PhantomData))
    }

    pub(super) const fn as_raw(self) -> *mut LLVMValue {
        self.0.as_ptr()
    }

    /// Returns its name; empty if it has none.
    #[must_use]
    pub fn name(self) -> String {
        let mut length = 0;
        // SAFETY: the global is alive.
        let start = unsafe { llvm::LLVMGetValueName2(self.as_raw(), &raw mut length) };
        // SAFETY: LLVM gives a range of the global's.
        unsafe { text::copy(start, length) }
    }

    /// Renames it; LLVM appends a number if the name is taken.
    pub fn set_name(self, name: &str) {
        // SAFETY: the global is alive and copies the range.
        unsafe { llvm::LLVMSetValueName2(self.as_raw(), name.as_ptr().cast(), name.len()) };
    }

    /// Returns true if its name starts with `llvm.`: an intrinsic or a list for LLVM only.
    #[must_use]
    pub fn is_llvm_own(self) -> bool {
        self.name().starts_with("llvm.")
    }

    /// Returns its linkage.
    #[must_use]
    pub fn linkage(self) -> Linkage {
        // SAFETY: the global is alive.
        Linkage::from_raw(unsafe { llvm::LLVMGetLinkage(self.as_raw()) })
    }

    /// Makes it local to its module.
    pub fn internalize(self) {
        self.set(LLVMLinkage::LLVMInternalLinkage, LLVMVisibility::LLVMDefaultVisibility);
    }

    /// Lets it be discarded when unused and merged with others of the same name.
    pub fn make_discardable(self) {
        // SAFETY: the global is alive.
        unsafe { llvm::LLVMSetLinkage(self.as_raw(), LLVMLinkage::LLVMLinkOnceODRLinkage) };
    }

    /// Makes it visible to all modules.
    pub fn export(self) {
        self.set(LLVMLinkage::LLVMExternalLinkage, LLVMVisibility::LLVMDefaultVisibility);
    }

    /// Makes it visible to all objects, and lets another definition override it.
    pub fn weaken(self) {
        self.set(LLVMLinkage::LLVMWeakAnyLinkage, LLVMVisibility::LLVMDefaultVisibility);
    }

    fn set(self, linkage: LLVMLinkage, visibility: LLVMVisibility) {
        // SAFETY: the global is alive. Local linkage requires default visibility, so that comes first.
        unsafe { llvm::LLVMSetVisibility(self.as_raw(), visibility) };
        // SAFETY: the global is alive.
        unsafe { llvm::LLVMSetLinkage(self.as_raw(), linkage) };
    }

    /// Returns the function or variable that an alias stands for; `None` if the alias points inside one.
    #[must_use]
    pub fn aliased(self) -> Option<Self> {
        // SAFETY: the global is a live alias, the only kind that callers pass.
        let aliased = unsafe { llvm::LLVMAliasGetAliasee(self.as_raw()) };
        // SAFETY: the aliasee of a live alias is alive.
        let function = unsafe { llvm::LLVMIsAFunction(aliased) };
        // SAFETY: as above.
        let variable = || unsafe { llvm::LLVMIsAGlobalVariable(aliased) };
        Self::from_raw(function).or_else(|| Self::from_raw(variable()))
    }

    /// Takes over the name, linkage and uses of `alias`, which stays as an unused local.
    pub fn take_place_of(self, alias: Self) {
        let name = alias.name();
        let linkage = match alias.linkage() {
            Linkage::LinkOnce => LLVMLinkage::LLVMLinkOnceODRLinkage,
            Linkage::Weak => LLVMLinkage::LLVMWeakAnyLinkage,
            _ => LLVMLinkage::LLVMExternalLinkage,
        };
        // SAFETY: both are live pointers of one address space.
        unsafe { llvm::LLVMReplaceAllUsesWith(alias.as_raw(), self.as_raw()) };
        alias.internalize();
        alias.set_name(&format!("{name}.alias"));
        self.set_name(&name);
        self.set(linkage, LLVMVisibility::LLVMDefaultVisibility);
    }

    /// Returns true if it is a function.
    #[must_use]
    pub fn is_function(self) -> bool {
        // SAFETY: the global is alive; the answer is null unless it is a function.
        !unsafe { llvm::LLVMIsAFunction(self.as_raw()) }.is_null()
    }

    /// Returns true if it is declared but not defined.
    #[must_use]
    pub fn is_declaration(self) -> bool {
        // SAFETY: the global is alive.
        unsafe { llvm::LLVMIsDeclaration(self.as_raw()) != 0 }
    }

    /// Returns true if anything in its module refers to it.
    #[must_use]
    pub fn is_used(self) -> bool {
        // SAFETY: the global is alive.
        !unsafe { llvm::LLVMGetFirstUse(self.as_raw()) }.is_null()
    }

    /// Returns its section; empty if none is set.
    #[must_use]
    pub fn section(self) -> String {
        // SAFETY: the global is alive.
        let section = unsafe { llvm::LLVMGetSection(self.as_raw()) };
        // SAFETY: null, or a string of the global's.
        unsafe { text::copy_terminated(section) }
    }

    /// Clears its section, so that it goes to the default one.
    pub fn forget_section(self) {
        // SAFETY: the global is alive; the string ends.
        unsafe { llvm::LLVMSetSection(self.as_raw(), c"".as_ptr()) };
    }

    /// Returns true for a constant variable.
    #[must_use]
    pub fn is_constant(self) -> bool {
        // SAFETY: the global is a variable, the only kind that callers pass.
        unsafe { llvm::LLVMIsGlobalConstant(self.as_raw()) != 0 }
    }

    /// Returns the initial value of a variable, as written in IR.
    #[must_use]
    pub fn initializer_text(self) -> String {
        // SAFETY: the global is a variable, the only kind that callers pass.
        let value = unsafe { llvm::LLVMGetInitializer(self.as_raw()) };
        if value.is_null() {
            return String::new();
        }
        // SAFETY: an initializer is a live constant.
        let text = unsafe { llvm::LLVMPrintValueToString(value) };
        // SAFETY: the text is ours to free.
        unsafe { text::take_message(text) }
    }

    /// Returns the functions that the initial value of a variable refers to.
    #[must_use]
    pub fn initial_functions(self) -> Vec<Self> {
        // SAFETY: the global is a variable, the only kind that callers pass.
        let value = unsafe { llvm::LLVMGetInitializer(self.as_raw()) };
        let (mut found, mut open) = (Vec::new(), vec![value]);
        let mut seen = HashSet::new();
        while let Some(value) = open.pop().filter(|value| !value.is_null()) {
            // SAFETY: an initializer, or an operand of one, is alive; the result is null unless it is a function.
            if let Some(function) = Self::from_raw(unsafe { llvm::LLVMIsAFunction(value) }) {
                found.push(function);
            // SAFETY: as above.
            } else if unsafe { llvm::LLVMIsAGlobalVariable(value) }.is_null() && seen.insert(value)
            {
                // SAFETY: as above.
                let count = unsafe { llvm::LLVMGetNumOperands(value) } as u32;
                // SAFETY: the index is below the number of operands.
                open.extend((0..count).map(|index| unsafe { llvm::LLVMGetOperand(value, index) }));
            }
        }
        found
    }

    /// Marks the variable as mutable.
    pub fn make_mutable(self) {
        // SAFETY: the global is a variable, the only kind that callers pass.
        unsafe { llvm::LLVMSetGlobalConstant(self.as_raw(), 0) };
    }

    /// Removes it from its module; nothing may refer to it.
    pub(super) fn delete(self) {
        // SAFETY: the global is a live variable without uses.
        unsafe { llvm::LLVMDeleteGlobal(self.as_raw()) };
    }

    /// Returns the elements of a list such as `llvm.used`.
    pub(super) fn listed(self) -> Vec<*mut LLVMValue> {
        // SAFETY: the global is a live variable.
        let list = unsafe { llvm::LLVMGetInitializer(self.as_raw()) };
        if list.is_null() {
            return Vec::new();
        }
        // SAFETY: the initializer is a constant.
        let count = unsafe { llvm::LLVMGetNumOperands(list) };
        // SAFETY: the index is below the number of operands.
        (0..count as u32).map(|index| unsafe { llvm::LLVMGetOperand(list, index) }).collect()
    }

    /// Returns true if the function has `attribute`.
    #[must_use]
    pub fn has(self, attribute: Attribute) -> bool {
        let kind = attribute.kind();
        // SAFETY: the function is alive.
        !unsafe { llvm::LLVMGetEnumAttributeAtIndex(self.as_raw(), FUNCTION_INDEX, kind) }.is_null()
    }

    /// Adds `attribute` to the function.
    pub fn add(self, context: &'ctx Context, attribute: Attribute) {
        // SAFETY: the context is alive.
        let made = unsafe { llvm::LLVMCreateEnumAttribute(context.as_raw(), attribute.kind(), 0) };
        // SAFETY: the function is alive, the attribute is of its context.
        unsafe { llvm::LLVMAddAttributeAtIndex(self.as_raw(), FUNCTION_INDEX, made) };
    }

    /// Removes `attribute` from the function.
    pub fn remove(self, attribute: Attribute) {
        // SAFETY: the function is alive.
        unsafe {
            llvm::LLVMRemoveEnumAttributeAtIndex(self.as_raw(), FUNCTION_INDEX, attribute.kind())
        };
    }

    /// Returns the value of the function's string attribute `name`, such as `target-cpu`.
    #[must_use]
    pub fn string_attribute(self, name: &'static CStr) -> Option<String> {
        let length = u32::try_from(name.count_bytes()).ok()?;
        // SAFETY: the function is alive, the range is that of `name`.
        let found = unsafe {
            llvm::LLVMGetStringAttributeAtIndex(
                self.as_raw(),
                FUNCTION_INDEX,
                name.as_ptr(),
                length,
            )
        };
        if found.is_null() {
            return None;
        }
        let mut length = 0;
        // SAFETY: the attribute was found above.
        let start = unsafe { llvm::LLVMGetStringAttributeValue(found, &raw mut length) };
        // SAFETY: LLVM gives a range of the context's.
        Some(unsafe { text::copy(start, length as usize) })
    }

    /// Removes the `returned` attribute from argument `index`.
    pub fn forget_returned(self, index: u32) {
        // SAFETY: a range of bytes.
        let kind = unsafe { llvm::LLVMGetEnumAttributeKindForName(c"returned".as_ptr(), 8) };
        // SAFETY: the function is alive; index 0 of attributes is the return value.
        unsafe { llvm::LLVMRemoveEnumAttributeAtIndex(self.as_raw(), index + 1, kind) };
    }

    /// Removes the string attribute `name` from the function.
    pub fn remove_string_attribute(self, name: &'static CStr) {
        let length = u32::try_from(name.count_bytes()).unwrap_or(0);
        // SAFETY: the function is alive, the range is that of `name`.
        unsafe {
            llvm::LLVMRemoveStringAttributeAtIndex(
                self.as_raw(),
                FUNCTION_INDEX,
                name.as_ptr(),
                length,
            )
        };
    }

    /// Sets the function's string attribute `name`, replacing any other value.
    pub fn set_string_attribute(self, name: &'static CStr, value: &str) {
        let Ok(value) = text::c_string(value) else { return };
        // SAFETY: the function is alive, both strings end in NUL and are copied.
        unsafe {
            llvm::LLVMAddTargetDependentFunctionAttr(self.as_raw(), name.as_ptr(), value.as_ptr())
        };
    }

    /// Returns the function's blocks, in order, the entry first; empty for a declaration.
    pub fn blocks(self) -> impl Iterator<Item = Block<'ctx>> {
        // SAFETY: the function is alive.
        let first = Block::from_raw(unsafe { llvm::LLVMGetFirstBasicBlock(self.as_raw()) });
        std::iter::successors(first, |block| block.next())
    }

    /// Returns the function's instructions, in order.
    pub fn instructions(self) -> impl Iterator<Item = Instruction<'ctx>> {
        self.blocks().flat_map(Block::instructions)
    }
}
