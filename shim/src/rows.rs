// One row per function. `required` functions are in every LLVM from 19 on; `optional` ones and those of
// `since_20` are checked before use.
//
// The rows use the type names of llvm-sys; code that expands them imports those. `proof/` does so for every major.

/// Passes all rows to the macro `$consumer`.
macro_rules! rows {
    ($consumer:ident) => {
        $consumer! {
            required {
                analysis LLVMVerifyModule(module: LLVMModuleRef, action: LLVMVerifierFailureAction, message: *mut *mut c_char) -> LLVMBool;

                bit_reader LLVMGetBitcodeModuleInContext2(context: LLVMContextRef, buffer: LLVMMemoryBufferRef, module: *mut LLVMModuleRef) -> LLVMBool;
                bit_writer LLVMWriteBitcodeToMemoryBuffer(module: LLVMModuleRef) -> LLVMMemoryBufferRef;
                ir_reader LLVMParseIRInContext(context: LLVMContextRef, buffer: LLVMMemoryBufferRef, module: *mut LLVMModuleRef, message: *mut *mut c_char) -> LLVMBool;
                linker LLVMLinkModules2(destination: LLVMModuleRef, source: LLVMModuleRef) -> LLVMBool;

                core LLVMGetVersion(major: *mut c_uint, minor: *mut c_uint, patch: *mut c_uint) -> ();
                core LLVMDisposeMessage(message: *mut c_char) -> ();

                core LLVMContextCreate() -> LLVMContextRef;
                core LLVMContextDispose(context: LLVMContextRef) -> ();
                core LLVMContextSetDiagnosticHandler(context: LLVMContextRef, handler: LLVMDiagnosticHandler, data: *mut c_void) -> ();
                core LLVMGetDiagInfoDescription(info: LLVMDiagnosticInfoRef) -> *mut c_char;
                core LLVMGetDiagInfoSeverity(info: LLVMDiagnosticInfoRef) -> LLVMDiagnosticSeverity;

                core LLVMCreateMemoryBufferWithMemoryRange(data: *const c_char, length: usize, name: *const c_char, terminated: LLVMBool) -> LLVMMemoryBufferRef;
                core LLVMCreateMemoryBufferWithMemoryRangeCopy(data: *const c_char, length: usize, name: *const c_char) -> LLVMMemoryBufferRef;
                core LLVMGetBufferStart(buffer: LLVMMemoryBufferRef) -> *const c_char;
                core LLVMGetBufferSize(buffer: LLVMMemoryBufferRef) -> usize;
                core LLVMDisposeMemoryBuffer(buffer: LLVMMemoryBufferRef) -> ();

                core LLVMModuleCreateWithNameInContext(name: *const c_char, context: LLVMContextRef) -> LLVMModuleRef;
                core LLVMCloneModule(module: LLVMModuleRef) -> LLVMModuleRef;
                core LLVMDisposeModule(module: LLVMModuleRef) -> ();
                core LLVMSetSourceFileName(module: LLVMModuleRef, name: *const c_char, length: usize) -> ();
                core LLVMGetTarget(module: LLVMModuleRef) -> *const c_char;
                core LLVMSetTarget(module: LLVMModuleRef, triple: *const c_char) -> ();
                core LLVMSetDataLayout(module: LLVMModuleRef, layout: *const c_char) -> ();
                core LLVMPrintModuleToString(module: LLVMModuleRef) -> *mut c_char;
                core LLVMGetModuleInlineAsm(module: LLVMModuleRef, length: *mut usize) -> *const c_char;
                core LLVMSetModuleInlineAsm2(module: LLVMModuleRef, text: *const c_char, length: usize) -> ();
                core LLVMGetFirstFunction(module: LLVMModuleRef) -> LLVMValueRef;
                core LLVMGetNextFunction(function: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetFirstGlobal(module: LLVMModuleRef) -> LLVMValueRef;
                core LLVMGetNextGlobal(global: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetFirstGlobalAlias(module: LLVMModuleRef) -> LLVMValueRef;
                core LLVMGetNextGlobalAlias(alias: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetNamedFunction(module: LLVMModuleRef, name: *const c_char) -> LLVMValueRef;
                core LLVMGetNamedGlobal(module: LLVMModuleRef, name: *const c_char) -> LLVMValueRef;

                core LLVMGetNamedGlobalAlias(module: LLVMModuleRef, name: *const c_char, length: usize) -> LLVMValueRef;
                core LLVMAliasGetAliasee(alias: LLVMValueRef) -> LLVMValueRef;

                core LLVMGetValueName2(value: LLVMValueRef, length: *mut usize) -> *const c_char;
                core LLVMSetValueName2(value: LLVMValueRef, name: *const c_char, length: usize) -> ();
                core LLVMGetLinkage(global: LLVMValueRef) -> LLVMLinkage;
                core LLVMSetLinkage(global: LLVMValueRef, linkage: LLVMLinkage) -> ();
                core LLVMSetVisibility(global: LLVMValueRef, visibility: LLVMVisibility) -> ();
                core LLVMIsDeclaration(global: LLVMValueRef) -> LLVMBool;
                core LLVMGetSection(global: LLVMValueRef) -> *const c_char;
                core LLVMGetFirstUse(value: LLVMValueRef) -> LLVMUseRef;
                core LLVMGetNextUse(usage: LLVMUseRef) -> LLVMUseRef;
                core LLVMGetUser(usage: LLVMUseRef) -> LLVMValueRef;
                core LLVMDeleteFunction(function: LLVMValueRef) -> ();
                core LLVMDeleteGlobal(global: LLVMValueRef) -> ();
                core LLVMAddGlobal(module: LLVMModuleRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMPrintValueToString(value: LLVMValueRef) -> *mut c_char;
                core LLVMGetInitializer(global: LLVMValueRef) -> LLVMValueRef;
                core LLVMSetInitializer(global: LLVMValueRef, value: LLVMValueRef) -> ();
                core LLVMSetSection(global: LLVMValueRef, section: *const c_char) -> ();
                core LLVMIsGlobalConstant(global: LLVMValueRef) -> LLVMBool;
                core LLVMSetGlobalConstant(global: LLVMValueRef, constant: LLVMBool) -> ();
                core LLVMPointerTypeInContext(context: LLVMContextRef, space: c_uint) -> LLVMTypeRef;
                core LLVMGetPointerAddressSpace(type_: LLVMTypeRef) -> c_uint;
                core LLVMConstArray2(element: LLVMTypeRef, values: *mut LLVMValueRef, length: u64) -> LLVMValueRef;
                core LLVMTypeOf(value: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetNumOperands(value: LLVMValueRef) -> c_int;
                core LLVMGetOperand(value: LLVMValueRef, index: c_uint) -> LLVMValueRef;
                core LLVMIsConstantString(value: LLVMValueRef) -> LLVMBool;
                core LLVMGetAsString(value: LLVMValueRef, length: *mut usize) -> *const c_char;
                core LLVMGlobalSetMetadata(global: LLVMValueRef, kind: c_uint, metadata: LLVMMetadataRef) -> ();
                core LLVMGetFunctionCallConv(function: LLVMValueRef) -> c_uint;
                core LLVMSetFunctionCallConv(function: LLVMValueRef, convention: c_uint) -> ();
                core LLVMReplaceAllUsesWith(old: LLVMValueRef, new: LLVMValueRef) -> ();

                core LLVMGlobalGetValueType(global: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetTypeKind(type_: LLVMTypeRef) -> LLVMTypeKind;
                core LLVMGetIntTypeWidth(type_: LLVMTypeRef) -> c_uint;
                core LLVMGetReturnType(function: LLVMTypeRef) -> LLVMTypeRef;
                core LLVMCountParamTypes(function: LLVMTypeRef) -> c_uint;
                core LLVMGetParamTypes(function: LLVMTypeRef, types: *mut LLVMTypeRef) -> ();

                core LLVMGetEnumAttributeKindForName(name: *const c_char, length: usize) -> c_uint;
                core LLVMCreateEnumAttribute(context: LLVMContextRef, kind: c_uint, value: u64) -> LLVMAttributeRef;
                core LLVMAddAttributeAtIndex(function: LLVMValueRef, index: c_uint, attribute: LLVMAttributeRef) -> ();
                core LLVMRemoveEnumAttributeAtIndex(function: LLVMValueRef, index: c_uint, kind: c_uint) -> ();
                core LLVMRemoveStringAttributeAtIndex(function: LLVMValueRef, index: c_uint, name: *const c_char, length: c_uint) -> ();
                core LLVMGetStringAttributeAtIndex(function: LLVMValueRef, index: c_uint, name: *const c_char, length: c_uint) -> LLVMAttributeRef;
                core LLVMGetEnumAttributeAtIndex(function: LLVMValueRef, index: c_uint, kind: c_uint) -> LLVMAttributeRef;
                core LLVMGetEnumAttributeValue(attribute: LLVMAttributeRef) -> u64;
                core LLVMGetCallSiteEnumAttribute(call: LLVMValueRef, index: c_uint, kind: c_uint) -> LLVMAttributeRef;
                core LLVMAddCallSiteAttribute(call: LLVMValueRef, index: c_uint, attribute: LLVMAttributeRef) -> ();
                core LLVMRemoveCallSiteEnumAttribute(call: LLVMValueRef, index: c_uint, kind: c_uint) -> ();
                core LLVMAddTargetDependentFunctionAttr(function: LLVMValueRef, name: *const c_char, value: *const c_char) -> ();
                core LLVMIntTypeInContext(context: LLVMContextRef, bits: c_uint) -> LLVMTypeRef;
                core LLVMGetStringAttributeValue(attribute: LLVMAttributeRef, length: *mut c_uint) -> *const c_char;

                core LLVMGetFirstBasicBlock(function: LLVMValueRef) -> LLVMBasicBlockRef;
                core LLVMGetNextBasicBlock(block: LLVMBasicBlockRef) -> LLVMBasicBlockRef;
                core LLVMMoveBasicBlockAfter(block: LLVMBasicBlockRef, place: LLVMBasicBlockRef) -> ();
                core LLVMGetBasicBlockTerminator(block: LLVMBasicBlockRef) -> LLVMValueRef;
                core LLVMGetNumSuccessors(terminator: LLVMValueRef) -> c_uint;
                core LLVMGetSuccessor(terminator: LLVMValueRef, index: c_uint) -> LLVMBasicBlockRef;
                core LLVMGetDebugLocLine(value: LLVMValueRef) -> c_uint;
                core LLVMGetDebugLocFilename(value: LLVMValueRef, length: *mut c_uint) -> *const c_char;
                core LLVMGetFirstInstruction(block: LLVMBasicBlockRef) -> LLVMValueRef;
                core LLVMGetNextInstruction(instruction: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetInstructionOpcode(instruction: LLVMValueRef) -> LLVMOpcode;
                core LLVMGetOrdering(access: LLVMValueRef) -> LLVMAtomicOrdering;
                core LLVMGetAtomicRMWBinOp(update: LLVMValueRef) -> LLVMAtomicRMWBinOp;
                core LLVMIsAtomicSingleThread(access: LLVMValueRef) -> LLVMBool;
                core LLVMGetCalledFunctionType(call: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetUndef(type_: LLVMTypeRef) -> LLVMValueRef;
                core LLVMGetNumArgOperands(call: LLVMValueRef) -> c_uint;
                core LLVMGetParam(function: LLVMValueRef, index: c_uint) -> LLVMValueRef;
                core LLVMIsFunctionVarArg(function: LLVMTypeRef) -> LLVMBool;
                core LLVMCountStructElementTypes(structure: LLVMTypeRef) -> c_uint;
                core LLVMStructGetTypeAtIndex(structure: LLVMTypeRef, index: c_uint) -> LLVMTypeRef;
                core LLVMGetArrayLength2(array: LLVMTypeRef) -> u64;
                core LLVMGetElementType(array: LLVMTypeRef) -> LLVMTypeRef;
                core LLVMGetDebugLocColumn(value: LLVMValueRef) -> c_uint;
                core LLVMConstIntToPtr(number: LLVMValueRef, type_: LLVMTypeRef) -> LLVMValueRef;
                core LLVMConstNamedStruct(type_: LLVMTypeRef, values: *mut LLVMValueRef, count: c_uint) -> LLVMValueRef;
                core LLVMGetTypeContext(type_: LLVMTypeRef) -> LLVMContextRef;
                core LLVMConstInt(type_: LLVMTypeRef, value: c_ulonglong, extend: LLVMBool) -> LLVMValueRef;
                core LLVMGetAllocatedType(variable: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetAlignment(value: LLVMValueRef) -> c_uint;
                core LLVMSetAlignment(value: LLVMValueRef, bytes: c_uint) -> ();
                core LLVMSetVolatile(access: LLVMValueRef, volatile: LLVMBool) -> ();
                core LLVMCreateBuilderInContext(context: LLVMContextRef) -> LLVMBuilderRef;
                core LLVMDisposeBuilder(builder: LLVMBuilderRef) -> ();
                core LLVMPositionBuilderBefore(builder: LLVMBuilderRef, instruction: LLVMValueRef) -> ();
                core LLVMPositionBuilderBeforeInstrAndDbgRecords(builder: LLVMBuilderRef, instruction: LLVMValueRef) -> ();
                core LLVMBuildLoad2(builder: LLVMBuilderRef, type_: LLVMTypeRef, pointer: LLVMValueRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildStore(builder: LLVMBuilderRef, value: LLVMValueRef, pointer: LLVMValueRef) -> LLVMValueRef;
                core LLVMBuildGEP2(builder: LLVMBuilderRef, type_: LLVMTypeRef, pointer: LLVMValueRef, indices: *mut LLVMValueRef, count: c_uint, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildCall2(builder: LLVMBuilderRef, type_: LLVMTypeRef, function: LLVMValueRef, arguments: *mut LLVMValueRef, count: c_uint, name: *const c_char) -> LLVMValueRef;
                core LLVMInstructionEraseFromParent(instruction: LLVMValueRef) -> ();
                core LLVMIsAAllocaInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAReturnInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMConstNull(type_: LLVMTypeRef) -> LLVMValueRef;
                core LLVMVoidTypeInContext(context: LLVMContextRef) -> LLVMTypeRef;
                core LLVMFunctionType(returns: LLVMTypeRef, parameters: *mut LLVMTypeRef, count: c_uint, variadic: LLVMBool) -> LLVMTypeRef;
                core LLVMGetInlineAsm(type_: LLVMTypeRef, text: *const c_char, length: usize, constraints: *const c_char, constraints_length: usize, effects: LLVMBool, aligned: LLVMBool, dialect: LLVMInlineAsmDialect, throws: LLVMBool) -> LLVMValueRef;
                core LLVMIsACallInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAFunction(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAInlineAsm(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsACallBrInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetInlineAsmAsmString(assembly: LLVMValueRef, length: *mut usize) -> *const c_char;
                core LLVMGetInlineAsmConstraintString(assembly: LLVMValueRef, length: *mut usize) -> *const c_char;
                core LLVMGetInlineAsmFunctionType(assembly: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetInlineAsmHasSideEffects(assembly: LLVMValueRef) -> LLVMBool;
                core LLVMGetInlineAsmNeedsAlignedStack(assembly: LLVMValueRef) -> LLVMBool;
                core LLVMGetInlineAsmCanUnwind(assembly: LLVMValueRef) -> LLVMBool;
                core LLVMIsAGetElementPtrInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsALoadInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsUndef(value: LLVMValueRef) -> LLVMBool;
                core LLVMIsAGlobalVariable(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAConstantInt(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMConstIntGetZExtValue(value: LLVMValueRef) -> c_ulonglong;
                core LLVMGetCalledValue(call: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetIntrinsicID(function: LLVMValueRef) -> c_uint;
                core LLVMLookupIntrinsicID(name: *const c_char, length: usize) -> c_uint;
                core LLVMGetIntrinsicDeclaration(module: LLVMModuleRef, id: c_uint, types: *mut LLVMTypeRef, count: usize) -> LLVMValueRef;
                core LLVMSetOperand(user: LLVMValueRef, index: c_uint, value: LLVMValueRef) -> ();
                core LLVMGetMDKindIDInContext(context: LLVMContextRef, name: *const c_char, length: c_uint) -> c_uint;
                core LLVMSetMetadata(instruction: LLVMValueRef, kind: c_uint, node: LLVMValueRef) -> ();

                core LLVMAddFunction(module: LLVMModuleRef, name: *const c_char, type_: LLVMTypeRef) -> LLVMValueRef;
                core LLVMAppendBasicBlockInContext(context: LLVMContextRef, function: LLVMValueRef, name: *const c_char) -> LLVMBasicBlockRef;
                core LLVMInsertBasicBlockInContext(context: LLVMContextRef, place: LLVMBasicBlockRef, name: *const c_char) -> LLVMBasicBlockRef;
                core LLVMPositionBuilderAtEnd(builder: LLVMBuilderRef, block: LLVMBasicBlockRef) -> ();
                core LLVMBuildRet(builder: LLVMBuilderRef, value: LLVMValueRef) -> LLVMValueRef;
                core LLVMBuildRetVoid(builder: LLVMBuilderRef) -> LLVMValueRef;
                core LLVMBuildUnreachable(builder: LLVMBuilderRef) -> LLVMValueRef;
                core LLVMBuildBr(builder: LLVMBuilderRef, target: LLVMBasicBlockRef) -> LLVMValueRef;
                core LLVMBuildCondBr(builder: LLVMBuilderRef, condition: LLVMValueRef, yes: LLVMBasicBlockRef, no: LLVMBasicBlockRef) -> LLVMValueRef;
                core LLVMBuildICmp(builder: LLVMBuilderRef, predicate: LLVMIntPredicate, left: LLVMValueRef, right: LLVMValueRef, name: *const c_char) -> LLVMValueRef;
                core LLVMArrayType2(element: LLVMTypeRef, length: u64) -> LLVMTypeRef;
                core LLVMBuildAlloca(builder: LLVMBuilderRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildPhi(builder: LLVMBuilderRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMAddIncoming(phi: LLVMValueRef, values: *mut LLVMValueRef, blocks: *mut LLVMBasicBlockRef, count: c_uint) -> ();
                core LLVMCountIncoming(phi: LLVMValueRef) -> c_uint;
                core LLVMGetIncomingValue(phi: LLVMValueRef, index: c_uint) -> LLVMValueRef;
                core LLVMGetIncomingBlock(phi: LLVMValueRef, index: c_uint) -> LLVMBasicBlockRef;
                core LLVMSetSuccessor(terminator: LLVMValueRef, index: c_uint, block: LLVMBasicBlockRef) -> ();
                core LLVMGetPreviousInstruction(instruction: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetInstructionParent(instruction: LLVMValueRef) -> LLVMBasicBlockRef;
                core LLVMGetBasicBlockParent(block: LLVMBasicBlockRef) -> LLVMValueRef;
                core LLVMIsAPHINode(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAUnreachableInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAZExtInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMBuildZExt(builder: LLVMBuilderRef, value: LLVMValueRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildTrunc(builder: LLVMBuilderRef, value: LLVMValueRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMGetDataLayoutStr(module: LLVMModuleRef) -> *const c_char;
                core LLVMIsAInstruction(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAConstantExpr(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetConstOpcode(constant: LLVMValueRef) -> LLVMOpcode;

                debuginfo LLVMInstructionGetDebugLoc(instruction: LLVMValueRef) -> LLVMMetadataRef;
                debuginfo LLVMInstructionSetDebugLoc(instruction: LLVMValueRef, location: LLVMMetadataRef) -> ();
                debuginfo LLVMDILocationGetLine(location: LLVMMetadataRef) -> c_uint;
                debuginfo LLVMDILocationGetColumn(location: LLVMMetadataRef) -> c_uint;
                debuginfo LLVMDILocationGetScope(location: LLVMMetadataRef) -> LLVMMetadataRef;
                debuginfo LLVMDILocationGetInlinedAt(location: LLVMMetadataRef) -> LLVMMetadataRef;
                debuginfo LLVMDIScopeGetFile(scope: LLVMMetadataRef) -> LLVMMetadataRef;
                debuginfo LLVMDIFileGetFilename(file: LLVMMetadataRef, length: *mut c_uint) -> *const c_char;
                debuginfo LLVMStripModuleDebugInfo(module: LLVMModuleRef) -> LLVMBool;
                debuginfo LLVMGetSubprogram(function: LLVMValueRef) -> LLVMMetadataRef;
                debuginfo LLVMSetSubprogram(function: LLVMValueRef, subprogram: LLVMMetadataRef) -> ();
                debuginfo LLVMDIFileGetDirectory(file: LLVMMetadataRef, length: *mut c_uint) -> *const c_char;
                debuginfo LLVMDIFileGetSource(file: LLVMMetadataRef, length: *mut c_uint) -> *const c_char;

                error LLVMGetErrorMessage(error: LLVMErrorRef) -> *mut c_char;
                error LLVMDisposeErrorMessage(message: *mut c_char) -> ();
                error_handling LLVMInstallFatalErrorHandler(handler: LLVMFatalErrorHandler) -> ();
                error_handling LLVMEnablePrettyStackTrace() -> ();
                support LLVMParseCommandLineOptions(count: c_int, words: *const *const c_char, overview: *const c_char) -> ();

                target LLVMInitializeBPFTargetInfo() -> ();
                target LLVMInitializeBPFTarget() -> ();
                target LLVMInitializeBPFTargetMC() -> ();
                target LLVMInitializeBPFAsmPrinter() -> ();
                target LLVMInitializeBPFAsmParser() -> ();
                target LLVMCopyStringRepOfTargetData(layout: LLVMTargetDataRef) -> *mut c_char;
                target LLVMGetModuleDataLayout(module: LLVMModuleRef) -> LLVMTargetDataRef;
                target LLVMABISizeOfType(layout: LLVMTargetDataRef, type_: LLVMTypeRef) -> c_ulonglong;
                target LLVMDisposeTargetData(layout: LLVMTargetDataRef) -> ();
                target_machine LLVMGetTargetFromTriple(triple: *const c_char, target: *mut LLVMTargetRef, message: *mut *mut c_char) -> LLVMBool;
                target_machine LLVMCreateTargetMachine(target: LLVMTargetRef, triple: *const c_char, cpu: *const c_char, features: *const c_char, level: LLVMCodeGenOptLevel, relocation: LLVMRelocMode, model: LLVMCodeModel) -> LLVMTargetMachineRef;
                target_machine LLVMDisposeTargetMachine(machine: LLVMTargetMachineRef) -> ();
                target_machine LLVMCreateTargetDataLayout(machine: LLVMTargetMachineRef) -> LLVMTargetDataRef;
                target_machine LLVMTargetMachineEmitToMemoryBuffer(machine: LLVMTargetMachineRef, module: LLVMModuleRef, kind: LLVMCodeGenFileType, message: *mut *mut c_char, buffer: *mut LLVMMemoryBufferRef) -> LLVMBool;

                transforms::pass_builder LLVMRunPasses(module: LLVMModuleRef, passes: *const c_char, machine: LLVMTargetMachineRef, options: LLVMPassBuilderOptionsRef) -> LLVMErrorRef;
                transforms::pass_builder LLVMCreatePassBuilderOptions() -> LLVMPassBuilderOptionsRef;
                transforms::pass_builder LLVMDisposePassBuilderOptions(options: LLVMPassBuilderOptionsRef) -> ();
                transforms::pass_builder LLVMPassBuilderOptionsSetVerifyEach(options: LLVMPassBuilderOptionsRef, verify: LLVMBool) -> ();
                core LLVMGetMetadata(instruction: LLVMValueRef, kind: c_uint) -> LLVMValueRef;
                core LLVMGlobalCopyAllMetadata(global: LLVMValueRef, count: *mut usize) -> *mut LLVMValueMetadataEntry;
                core LLVMValueMetadataEntriesGetMetadata(entries: *mut LLVMValueMetadataEntry, index: c_uint) -> LLVMMetadataRef;
                core LLVMDisposeValueMetadataEntries(entries: *mut LLVMValueMetadataEntry) -> ();
                core LLVMAddModuleFlag(module: LLVMModuleRef, behavior: LLVMModuleFlagBehavior, key: *const c_char, length: usize, value: LLVMMetadataRef) -> ();
                core LLVMGetNamedMetadataNumOperands(module: LLVMModuleRef, name: *const c_char) -> c_uint;
                core LLVMGetNamedMetadataOperands(module: LLVMModuleRef, name: *const c_char, operands: *mut LLVMValueRef) -> ();
                core LLVMMetadataAsValue(context: LLVMContextRef, metadata: LLVMMetadataRef) -> LLVMValueRef;
                core LLVMValueAsMetadata(value: LLVMValueRef) -> LLVMMetadataRef;
                core LLVMGetMDNodeNumOperands(node: LLVMValueRef) -> c_uint;
                core LLVMGetMDNodeOperands(node: LLVMValueRef, operands: *mut LLVMValueRef) -> ();
                core LLVMReplaceMDNodeOperandWith(node: LLVMValueRef, index: c_uint, replacement: LLVMMetadataRef) -> ();
                core LLVMMDStringInContext2(context: LLVMContextRef, text: *const c_char, length: usize) -> LLVMMetadataRef;
                core LLVMGetMDString(text: LLVMValueRef, length: *mut c_uint) -> *const c_char;
                debuginfo LLVMGetMetadataKind(metadata: LLVMMetadataRef) -> LLVMMetadataKind;
                debuginfo LLVMDITypeGetName(type_: LLVMMetadataRef, length: *mut usize) -> *const c_char;
                debuginfo LLVMDITypeGetSizeInBits(type_: LLVMMetadataRef) -> u64;
                debuginfo LLVMDITypeGetLine(type_: LLVMMetadataRef) -> c_uint;
                debuginfo LLVMDITypeGetFlags(type_: LLVMMetadataRef) -> LLVMDIFlags;
                debuginfo LLVMDITypeGetOffsetInBits(type_: LLVMMetadataRef) -> u64;
                debuginfo LLVMGetDINodeTag(node: LLVMMetadataRef) -> u16;
                debuginfo LLVMDISubprogramGetLine(subprogram: LLVMMetadataRef) -> c_uint;
                debuginfo LLVMDIVariableGetFile(variable: LLVMMetadataRef) -> LLVMMetadataRef;
                debuginfo LLVMDIVariableGetLine(variable: LLVMMetadataRef) -> c_uint;
                core LLVMMDNodeInContext2(context: LLVMContextRef, nodes: *mut LLVMMetadataRef, count: usize) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreateBasicType(builder: LLVMDIBuilderRef, name: *const c_char, length: usize, size: u64, encoding: c_uint, flags: LLVMDIFlags) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreatePointerType(builder: LLVMDIBuilderRef, to: LLVMMetadataRef, size: u64, align: u32, space: c_uint, name: *const c_char, length: usize) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreateArrayType(builder: LLVMDIBuilderRef, size: u64, align: u32, element: LLVMMetadataRef, subscripts: *mut LLVMMetadataRef, count: c_uint) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderGetOrCreateSubrange(builder: LLVMDIBuilderRef, first: i64, count: i64) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreateStructType(builder: LLVMDIBuilderRef, scope: LLVMMetadataRef, name: *const c_char, name_length: usize, file: LLVMMetadataRef, line: c_uint, size: u64, align: u32, flags: LLVMDIFlags, base: LLVMMetadataRef, elements: *mut LLVMMetadataRef, count: c_uint, language: c_uint, holder: LLVMMetadataRef, id: *const c_char, id_length: usize) -> LLVMMetadataRef;
                debuginfo LLVMCreateDIBuilderDisallowUnresolved(module: LLVMModuleRef) -> LLVMDIBuilderRef;
                debuginfo LLVMDisposeDIBuilder(builder: LLVMDIBuilderRef) -> ();
                debuginfo LLVMDIBuilderCreateSubroutineType(builder: LLVMDIBuilderRef, file: LLVMMetadataRef, types: *mut LLVMMetadataRef, count: c_uint, flags: LLVMDIFlags) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreateUnionType(builder: LLVMDIBuilderRef, scope: LLVMMetadataRef, name: *const c_char, name_length: usize, file: LLVMMetadataRef, line: c_uint, size: u64, align: u32, flags: LLVMDIFlags, elements: *mut LLVMMetadataRef, count: c_uint, language: c_uint, id: *const c_char, id_length: usize) -> LLVMMetadataRef;
                debuginfo LLVMDIBuilderCreateMemberType(builder: LLVMDIBuilderRef, scope: LLVMMetadataRef, name: *const c_char, name_length: usize, file: LLVMMetadataRef, line: c_uint, size: u64, align: u32, offset: u64, flags: LLVMDIFlags, type_: LLVMMetadataRef) -> LLVMMetadataRef;

                core LLVMIsAArgument(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAConstant(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMIsAExtractValueInst(value: LLVMValueRef) -> LLVMValueRef;
                core LLVMGetNumIndices(value: LLVMValueRef) -> c_uint;
                core LLVMGetIndices(value: LLVMValueRef) -> *const c_uint;
                core LLVMCountParams(function: LLVMValueRef) -> c_uint;
                core LLVMMoveBasicBlockBefore(block: LLVMBasicBlockRef, place: LLVMBasicBlockRef) -> ();
                core LLVMGetICmpPredicate(comparison: LLVMValueRef) -> LLVMIntPredicate;
                core LLVMGetGEPSourceElementType(place: LLVMValueRef) -> LLVMTypeRef;
                core LLVMGetVolatile(access: LLVMValueRef) -> LLVMBool;
                core LLVMSetOrdering(access: LLVMValueRef, ordering: LLVMAtomicOrdering) -> ();
                core LLVMInstructionClone(instruction: LLVMValueRef) -> LLVMValueRef;
                core LLVMInstructionRemoveFromParent(instruction: LLVMValueRef) -> ();
                core LLVMInsertIntoBuilder(builder: LLVMBuilderRef, instruction: LLVMValueRef) -> ();
                core LLVMBuildBinOp(builder: LLVMBuilderRef, operation: LLVMOpcode, left: LLVMValueRef, right: LLVMValueRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildCast(builder: LLVMBuilderRef, operation: LLVMOpcode, value: LLVMValueRef, type_: LLVMTypeRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildSelect(builder: LLVMBuilderRef, condition: LLVMValueRef, yes: LLVMValueRef, no: LLVMValueRef, name: *const c_char) -> LLVMValueRef;
                core LLVMBuildSwitch(builder: LLVMBuilderRef, value: LLVMValueRef, others: LLVMBasicBlockRef, cases: c_uint) -> LLVMValueRef;
                core LLVMAddCase(switch: LLVMValueRef, value: LLVMValueRef, target: LLVMBasicBlockRef) -> ();
                target LLVMOffsetOfElement(layout: LLVMTargetDataRef, structure: LLVMTypeRef, element: c_uint) -> c_ulonglong;
            }
            optional {
                transforms::pass_builder LLVMPassBuilderOptionsSetInlinerThreshold(options: LLVMPassBuilderOptionsRef, threshold: c_int) -> ();
            }
            since_20 {
                transforms::pass_builder LLVMRunPassesOnFunction(function: LLVMValueRef, passes: *const c_char, machine: LLVMTargetMachineRef, options: LLVMPassBuilderOptionsRef) -> LLVMErrorRef;
            }
        }
    };
}
