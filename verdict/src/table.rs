//! The commonest messages of the verifier: the rule that each stands for, in plain words, and what usually helps.
//!
//! A message is written with `*` for what varies. The releases are the oldest and the newest of the images of
//! `ci/kernels.sh` that have its text, and the function is that of the kernel's `kernel/bpf` that writes it (in 7.3).

/// A rule of the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The message, with `*` for any text.
    pub message: &'static str,
    /// The function of the kernel that writes it.
    pub function: &'static str,
    /// The oldest and the newest of the looked-at releases with it.
    pub seen: [&'static str; 2],
    /// The rule in plain words.
    pub rule: &'static str,
    /// The usual remedy.
    pub help: &'static str,
}

const fn rule(
    message: &'static str,
    function: &'static str,
    seen: [&'static str; 2],
    rule: &'static str,
    help: &'static str,
) -> Rule {
    Rule { message, function, seen, rule, help }
}

/// All rules; the first that fits a message is meant.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("invalid mem access 'map_value_or_null'", "check_mem_access", ["5.10", "7.3"], "A value from a map may be NULL, and the program reads or writes through it without a test.", "Test the pointer for NULL (`if (!value) return 0;`, `let Some(value) = ...`) between the look-up and this access."),
    rule("invalid mem access '*_or_null'", "check_mem_access", ["5.10", "7.3"], "The pointer may be NULL, and the program reads or writes through it without a test.", "Test the pointer for NULL on every path to this access; a function that is not static must also test the pointers that it gets."),
    rule("invalid mem access '*ptr_or_null_'", "check_mem_access", ["5.10", "7.3"], "The pointer to a structure of the kernel may be NULL, and the program reads or writes through it without a test.", "Test the pointer for NULL between the call that returns it and this access."),
    rule("invalid mem access 'scalar'", "check_mem_access", ["5.10", "7.3"], "The program reads or writes through a number that the verifier does not know as a pointer.", "Read memory of the kernel or of users with bpf_probe_read_kernel or bpf_probe_read_user; keep pointers as pointers: arithmetic in 32 bits, storing half of one, or a cast from an integer makes a number of it."),
    rule("invalid mem access 'inv'", "check_mem_access", ["5.10", "7.3"], "The program reads or writes through a number that the verifier does not know as a pointer.", "Read memory of the kernel or of users with bpf_probe_read_kernel or bpf_probe_read_user; keep pointers as pointers."),
    rule("invalid mem access 'pkt_end'", "check_mem_access", ["5.10", "7.3"], "The end of a packet is only for comparisons, and the program reads or writes through it.", "Access the packet through a pointer that was compared with the end."),
    rule("invalid mem access 'map_ptr'", "check_mem_access", ["5.10", "7.3"], "The program reads or writes through the address of the map itself.", "Look up an entry with bpf_map_lookup_elem and use its result."),
    rule("invalid mem access 'ctx'", "check_mem_access", ["5.10", "7.3"], "The context is accessed in a way that its type does not allow.", "Use the fields of the context's structure, with their own sizes."),
    rule("invalid mem access '*'", "check_mem_access", ["5.10", "7.3"], "The program reads or writes through a value that is no pointer to memory here.", "Follow the register back: it must hold a pointer on every path to this access."),
    rule("invalid access to map value, value_size=* off=* size=*", "check_mem_region_access", ["5.10", "7.3"], "The access lies outside of the map's value.", "Compare the index with the bound right before the access, in the register that is used: `if (index >= LEN) return 0;`; or mask it: `index & (LEN - 1)`."),
    rule("invalid access to packet, off=* size=*", "check_packet_access", ["5.10", "7.3"], "The access may lie behind the end of the packet.", "Compare the pointer plus the bytes of the access with `data_end` on every path to it; after a helper that may move the packet, read data and data_end again and compare again."),
    rule("invalid access to memory, mem_size=* off=* size=*", "check_mem_region_access", ["5.10", "7.3"], "The access lies outside of the memory that the pointer refers to.", "Compare the offset with the size of the memory right before the access."),
    rule("R* min value is negative, either use unsigned index or do a if (index >=0) check.", "check_mem_region_access", ["5.10", "7.3"], "The index or length may be negative.", "Use an unsigned type, or compare with 0 first; a mask (`index &= LEN - 1`) does both."),
    rule("R* min value is outside of the allowed memory range", "check_mem_region_access", ["5.10", "7.3"], "The least value of the offset lies outside of the memory.", "Compare the offset with its bounds before it is added to the pointer."),
    rule("R* max value is outside of the allowed memory range", "check_mem_region_access", ["5.10", "7.3"], "The greatest value of the offset lies outside of the memory.", "Compare the index with the bound right before the access, in the register that is used; a comparison of a copy, or one in other width, does not count."),
    rule("R* unbounded memory access, make sure to bounds check any such access", "check_mem_region_access", ["5.10", "7.3"], "The offset has no upper bound that the verifier knows.", "Compare the index with the bound right before the access: `if (index >= LEN) return 0;`."),
    rule("R* unbounded memory access, use 'var &= const' or 'if (var < const)'", "check_helper_mem_access", ["5.10", "7.3"], "The length that a helper gets has no upper bound that the verifier knows.", "Compare the length with the size of the buffer, or mask it: `len &= SIZE - 1`."),
    rule("R* min value is negative, either use unsigned or 'var &= const'", "check_mem_size_reg", ["5.10", "7.3"], "The length that a helper gets may be negative.", "Use an unsigned type, or compare with 0 first, or mask it: `len &= SIZE - 1`."),
    rule("R* invalid zero-sized read", "check_helper_mem_access", ["5.10", "7.3"], "The length that the helper gets may be 0, which it does not take.", "Compare the length with 0 before the call."),
    rule("R* offset is outside of the packet", "check_packet_access", ["5.10", "7.3"], "The access lies behind the part of the packet that was compared with its end.", "Compare the pointer plus the bytes of the access with `data_end` on every path to it."),
    rule("invalid read from stack R* off *+* size *", "check_stack_read_fixed_off", ["6.16", "7.1"], "The program reads bytes of its stack that it has not written.", "Initialize the whole variable first, its padding as well: `= {}`, or `__builtin_memset`."),
    rule("invalid read from stack off *+* size *", "check_stack_read_fixed_off", ["5.10", "7.3"], "The program reads bytes of its stack that it has not written.", "Initialize the whole variable first, its padding as well: `= {}`, or `__builtin_memset`."),
    rule("invalid indirect read from stack R* off *+* size *", "check_stack_range_initialized", ["5.10", "7.1"], "A helper gets bytes of the stack that the program has not written.", "Initialize the whole variable first, its padding as well: `= {}`, or `__builtin_memset`."),
    rule("invalid write to stack R* off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The program writes outside of its stack of 512 bytes.", "Keep large data in a map; compare an index into a local array with its length."),
    rule("invalid indirect access to stack R* off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "A helper gets memory outside of the stack.", "Pass no more than the bytes of the variable; compare a variable length with its size."),
    rule("invalid read from stack R* off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The program reads outside of its stack of 512 bytes.", "Compare an index into a local array with its length."),
    rule("invalid variable-offset read from stack R* var_off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The index into a local array may lead outside of the stack.", "Compare the index with the length of the array right before the access."),
    rule("invalid variable-offset write to stack R* var_off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The index into a local array may lead outside of the stack.", "Compare the index with the length of the array right before the access."),
    rule("invalid variable-offset indirect access to stack R* var_off=* size=*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The index into a local array, part of which a helper gets, may lead outside of the stack.", "Compare the index with the length of the array right before the call."),
    rule("invalid unbounded variable-offset * stack R*", "check_stack_access_within_bounds", ["5.10", "7.1"], "The index into a local array has no bound that the verifier knows.", "Compare the index with the length of the array right before the access."),
    rule("misaligned stack access off *+*+* size *", "check_ptr_alignment", ["5.10", "7.3"], "An access to the stack is not a multiple of its size.", "Do not read through a pointer to a packed or smaller type."),
    rule("misaligned packet access off *+*+*+* size *", "check_generic_ptr_alignment", ["5.10", "7.3"], "An access to the packet is not a multiple of its size.", "Read the bytes one by one, or copy them out first."),
    rule("misaligned value access off *+*+* size *", "check_generic_ptr_alignment", ["5.10", "7.3"], "An access to a map's value is not a multiple of its size.", "Align the field, or read its bytes one by one."),
    rule("misaligned * access off *+*+* size *", "check_generic_ptr_alignment", ["5.10", "7.3"], "An access is not a multiple of its size.", "Align the field, or read its bytes one by one."),
    rule("R* !read_ok", "check_reg_arg", ["5.10", "7.3"], "The program uses a register that nothing wrote on this path. A function that ends without a return value, or a variable that was not initialized, does that; and a helper leaves nothing in r1 to r5.", "Initialize the variable on every path; return a value at the end of every function."),
    rule("R* is not readable", "check_reg_arg", ["5.10", "7.3"], "The program uses a register that nothing wrote on this path.", "Initialize the variable on every path; return a value at the end of every function."),
    rule("R0 !read_ok", "check_return_code", ["5.10", "7.3"], "The program ends without a result.", "Return a value on every path."),
    rule("frame pointer is read only", "check_reg_arg", ["5.10", "7.3"], "The program writes r10, which always points to its frame.", "Compile the code with clang or rustc for a BPF target; assembly must not write r10."),
    rule("back-edge from insn * to *", "push_insn", ["5.10", "7.3"], "The program has a loop, which kernels before 5.3 do not take.", "Link with `--kernel` of the oldest kernel, or `--unroll-loops`."),
    rule("infinite loop detected at insn *", "is_state_visited", ["5.10", "7.3"], "The verifier came back to an instruction with nothing changed: the loop may never end.", "Give the loop a counter that changes in every round and a constant bound; or use bpf_loop, or bpf_for."),
    rule("The sequence of * jumps is too complex.", "push_stack", ["5.10", "7.3"], "There are more branches open at once than the verifier keeps.", "Make the loop shorter, or move its body to a global function, or use bpf_loop."),
    rule("BPF program is too large. Processed * insn", "do_check", ["5.10", "7.3"], "The verifier walked through a million instructions without an end.", "Give loops fewer rounds; move the body of a loop to a global function or to bpf_loop; keep variables of a loop's control in registers of known range."),
    rule("BPF program is too large", "do_check", ["5.10", "7.3"], "The program has more instructions than the verifier walks through.", "Split it with tail calls, or give its loops fewer rounds."),
    rule("unreachable insn *", "check_cfg", ["5.10", "7.3"], "No path leads to this instruction.", "Link with optimization; assembly must not leave code behind a jump."),
    rule("jump out of range from insn * to *", "push_insn", ["5.10", "7.3"], "A jump leaves its function.", "Compile the code with clang or rustc for a BPF target."),
    rule("last insn is not an exit or jmp", "check_subprogs", ["5.10", "7.3"], "A function ends without a return: the compiler knew that the end is never reached.", "Give it an end: replace `__builtin_unreachable`, `unreachable_unchecked` or an endless loop by a return."),
    rule("jump into the middle of ldimm64 insn *", "check_cfg", ["6.1", "7.3"], "A jump leads into the second half of a 64-bit constant.", "Compile the code with clang or rustc for a BPF target."),
    rule("the call stack of * frames is too deep !", "check_max_stack_depth_subprog", ["5.10", "7.3"], "More than eight functions call one another (sixteen from 7.2 on).", "Let functions be inlined, or call fewer."),
    rule("the call stack of * frames is too deep", "__check_func_call", ["5.10", "7.3"], "More than eight functions call one another (sixteen from 7.2 on).", "Let functions be inlined, or call fewer."),
    rule("combined stack size of * calls is *. Too large", "check_max_stack_depth_subprog", ["5.10", "7.3"], "The frames of functions that call one another need more than 512 bytes together.", "Keep large data in a map, such as a per-CPU array of one element."),
    rule("tail_calls are not allowed when call stack of previous frames is * bytes. Too large", "check_max_stack_depth_subprog", ["5.10", "7.3"], "A function makes a tail call while its callers have 256 bytes of frames or more.", "Make the tail call from the program itself, or keep large data in a map."),
    rule("recursive call from * to *", "check_max_stack_depth", ["7.1", "7.3"], "A function calls itself, directly or through others.", "Make it a loop with a bound that is known, or use bpf_loop."),
    rule("unknown func *#*", "check_helper_call", ["5.10", "6.1"], "The kernel has no helper of that number.", "Run a newer kernel, or test for the helper with CO-RE and keep another way for older ones; `bpf-linker --report` tells the release."),
    rule("unknown func *", "check_helper_call", ["5.10", "6.1"], "This type of program may not call the helper, or the kernel has none of that number.", "Use a helper that this type of program may call: `bpftool feature probe` lists them."),
    rule("invalid func *", "check_helper_call", ["5.10", "7.3"], "The kernel has no helper of that number.", "Run a newer kernel; `bpf-linker --report` tells the release."),
    rule("program of this type cannot use helper *", "check_helper_call", ["6.12", "7.3"], "This type of program may not call the helper.", "Use a helper that this type of program may call: `bpftool feature probe` lists them."),
    rule("cannot call GPL-restricted function from non-GPL compatible program", "check_helper_call", ["5.10", "7.3"], "The helper is for programs with a license that is compatible with the GPL.", "Declare it: `char LICENSE[] SEC(\"license\") = \"GPL\";`, or `Dual MIT/GPL`."),
    rule("helper call is not allowed in probe", "check_helper_call", ["5.10", "7.3"], "The running kernel does not let this program call the helper.", "Use another helper, or attach to another place."),
    rule("helper call might sleep in a non-sleepable prog", "check_helper_call", ["6.12", "7.0"], "The helper may sleep, and this program may not.", "Use a section for programs that may sleep, such as `fentry.s`, `lsm.s` or `uprobe.s`, or a helper that does not sleep."),
    rule("function calls are not allowed while holding a lock", "check_helper_call", ["5.10", "7.3"], "Between bpf_spin_lock and bpf_spin_unlock nothing may be called.", "Call before the lock, or after it."),
    rule("calling kernel function * is not allowed", "fetch_kfunc_meta", ["6.1", "7.3"], "This type of program may not call the kernel function.", "Use another type of program, or a function that this type may call."),
    rule("kernel function * args#* expected pointer to *", "check_kfunc_args", ["6.1", "7.1"], "The argument is no pointer to the kernel's structure that the function takes.", "Pass a pointer that came from the kernel, such as an argument of the program or the result of another kernel function."),
    rule("R* type=* expected=*", "check_reg_type", ["5.10", "7.3"], "The helper or kernel function takes another kind of value in this argument.", "Pass what it expects: `fp` is a variable on the stack, `map_value` a value of a map, `ctx` the program's context, `map_ptr` a map."),
    rule("R* must be a known constant", "check_kfunc_args", ["6.12", "7.3"], "The argument must be a constant.", "Write a constant at the call."),
    rule("R* must have zero offset when passed to release func", "check_func_arg_reg_off", ["6.1", "7.3"], "The pointer that is released was moved.", "Release the pointer as it was acquired."),
    rule("Unreleased reference id=* alloc_insn=*", "check_reference_leak", ["5.10", "7.3"], "What a helper or kernel function acquired is not released on this path.", "Release it on every path: bpf_sk_release, bpf_ringbuf_submit or discard, bpf_task_release and the like, before every return."),
    rule("reference has not been acquired before", "release_reference", ["5.10", "7.1"], "The program releases what it has not acquired, or releases it twice.", "Release once on every path."),
    rule("arg * is an unacquired reference", "check_func_arg", ["6.1", "7.1"], "The argument was not acquired, or released already.", "Acquire it before, and release it once."),
    rule("Possibly NULL pointer passed to trusted arg*", "check_kfunc_args", ["6.12", "7.1"], "The pointer may be NULL, and the kernel function takes none.", "Test the pointer for NULL before the call."),
    rule("Possibly NULL pointer passed to helper arg*", "check_func_arg", ["6.12", "7.1"], "The pointer may be NULL, and the helper takes none.", "Test the pointer for NULL before the call."),
    rule("At program exit the register R* has * should have been in [*, *]", "check_return_code", ["5.10", "7.3"], "The program returns a value that its type does not allow.", "Return one of the values in the range."),
    rule("At program exit the register R* has value * should have been in *", "check_return_code", ["5.10", "7.3"], "The program returns a value that its type does not allow.", "Return one of the values in the range."),
    rule("At program exit the register R* has unknown scalar value should have been in *", "check_return_code", ["5.10", "7.3"], "The program returns a value that may be outside of what its type allows.", "Return constants, or bound the value before the return."),
    rule("At callback return the register R* has * should have been in [*, *]", "check_return_code", ["5.10", "7.3"], "The callback returns a value that it may not.", "Return 0 to go on or 1 to stop."),
    rule("R* leaks addr as return value", "check_return_code", ["5.10", "7.3"], "The program returns a pointer.", "Return a number."),
    rule("R* leaks addr into map", "check_mem_access", ["5.10", "7.3"], "The program stores a pointer of the kernel in a map.", "Store the value behind the pointer; run as root if the address is wanted."),
    rule("R* leaks addr into packet", "check_mem_access", ["5.10", "7.3"], "The program stores a pointer in a packet.", "Store a number."),
    rule("R* leaks addr into mem", "check_mem_access", ["5.10", "7.3"], "The program stores a pointer in memory that others read.", "Store a number."),
    rule("R* leaks addr into ctx", "check_mem_access", ["5.10", "7.3"], "The program stores a pointer in its context.", "Store a number."),
    rule("R* leaks addr into helper function", "check_helper_mem_access", ["5.10", "7.3"], "The program gives a pointer to a helper that takes a number.", "Pass a number."),
    rule("invalid bpf_context access off=* size=*", "check_ctx_access", ["5.10", "7.3"], "This field of the context does not exist for this type of program, may not be written, or not with this size.", "Access a field of the context's structure with its own size, at a constant offset; not every type of program may use every field."),
    rule("dereference of modified ctx ptr R* off=* disallowed", "check_ctx_reg", ["5.10", "5.10"], "The program moves the pointer to its context before the access.", "Use the context's fields directly; a function that takes the address of a field must be inlined."),
    rule("dereference of modified * ptr R* off=* disallowed", "__check_ptr_off_reg", ["5.10", "7.1"], "The program moves the pointer before the access or call.", "Pass the pointer as it was received."),
    rule("variable * access var_off=* disallowed", "__check_ptr_off_reg", ["5.10", "7.3"], "The context is accessed at an offset that is not constant.", "Access fields by name; choose with `switch` or `match` in place of an index."),
    rule("variable ctx access var_off=* size=*", "check_mem_access", ["5.10", "7.3"], "The context is accessed at an offset that is not constant.", "Access fields by name; choose with `switch` or `match` in place of an index."),
    rule("R* pointer arithmetic on * prohibited, null-check it first", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program adds to a pointer that may be NULL.", "Test the pointer for NULL before the addition."),
    rule("R* pointer arithmetic on * prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program adds to a pointer that may not be moved.", "Use the pointer as it is."),
    rule("R* pointer arithmetic with * operator prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "Only addition and subtraction are allowed on pointers.", "Keep the pointer and the offset in variables of their own."),
    rule("R* bitwise operator * on pointer prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "Pointers cannot be masked.", "Mask the offset before it is added."),
    rule("R* 32-bit pointer arithmetic prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program computes with a pointer in 32 bits.", "Keep pointers in 64-bit variables; do not cast them to `int` or `u32`."),
    rule("R* subtraction from stack pointer prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program subtracts from a pointer into its stack.", "Add a negative number, or use an index."),
    rule("R* tried to subtract pointer from scalar", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program subtracts a pointer from a number.", "Subtract in the other order, or compare the pointers."),
    rule("R* pointer += pointer prohibited", "adjust_ptr_min_max_vals", ["5.10", "7.3"], "The program adds two pointers.", "Add an offset to one pointer."),
    rule("R* pointer * pointer prohibited", "adjust_reg_min_max_vals", ["5.10", "7.3"], "The program computes with two pointers.", "Compute with numbers; two pointers into one packet may be subtracted."),
    rule("math between * pointer and register with unbounded min value is not allowed", "check_reg_sane_offset", ["5.10", "7.3"], "The offset that is added to a pointer may be negative or unbounded.", "Use an unsigned type, and compare the offset with its bounds before the addition."),
    rule("math between * pointer and * is not allowed", "check_reg_sane_offset", ["5.10", "7.3"], "The offset that is added to a pointer is too large.", "Compare the offset with its bounds before the addition."),
    rule("value * makes * pointer be out of bounds", "check_reg_sane_offset", ["5.10", "7.3"], "The offset that is added to a pointer is too large.", "Compare the offset with its bounds before the addition."),
    rule("R* pointer comparison prohibited", "check_cond_jmp_op", ["5.10", "7.3"], "Pointers are compared, which programs of users without rights may not.", "Load as root, or compare numbers."),
    rule("R* partial copy of pointer", "check_alu_op", ["5.10", "7.3"], "Half of a pointer is copied.", "Keep pointers in 64-bit variables."),
    rule("cannot write into *", "check_mem_access", ["5.10", "7.3"], "The memory behind the pointer is read-only.", "Write elsewhere: to a map's value, the stack, or a field that may be written."),
    rule("write into map forbidden, value_size=* off=* size=*", "check_map_access_type", ["5.10", "7.3"], "The map is read-only for programs: constants are, and maps with BPF_F_RDONLY_PROG.", "Make the variable no constant."),
    rule("read from map forbidden, value_size=* off=* size=*", "check_map_access_type", ["5.10", "7.3"], "The map is write-only for programs.", "Remove BPF_F_WRONLY_PROG."),
    rule("R* cannot write into *", "check_mem_access", ["5.10", "7.3"], "The memory behind the pointer is read-only.", "Write elsewhere: to a map's value or the stack."),
    rule("only read is supported", "btf_struct_access", ["5.10", "7.3"], "A structure of the kernel may be read, not written.", "Call a helper or kernel function that changes it."),
    rule("access beyond struct * at off * size *", "btf_struct_walk", ["5.10", "7.3"], "The access lies outside of the kernel's structure.", "Compile with the types of the running kernel: CO-RE (`preserve_access_index`) moves the offsets."),
    rule("bpf_spin_lock at off=* must be held for *", "check_lock", ["6.12", "7.3"], "The lock must be held here.", "Take the lock before."),
    rule("bpf_spin_unlock without taking a lock", "process_spin_lock", ["5.10", "6.12"], "The program releases a lock that it does not hold.", "Take the lock on every path before."),
    rule("bpf_spin_unlock of different lock", "process_spin_lock", ["5.10", "6.12"], "The program releases another lock than it holds.", "Release the lock that was taken."),
    rule("Locking two bpf_spin_locks are not allowed", "process_spin_lock", ["5.10", "7.3"], "The program takes a second lock while it holds one.", "Release the first one before."),
    rule("tail_call is only allowed in", "check_helper_call", ["5.10", "7.3"], "A tail call is not allowed here.", "Make it outside of locks and references."),
    rule("map '*' has to have BTF in order to use bpf_spin_lock", "process_spin_lock", ["5.10", "6.12"], "The kernel finds locks and timers in a map's value by its BTF, which the object lacks.", "Link with `--btf` and compile with `-g` (`-C debuginfo=2`)."),
    rule("Global function *() doesn't return scalar. Only those are supported.", "btf_prepare_func_args", ["5.10", "7.0"], "A function that is verified by itself must return a number.", "Return a number, or make the function static."),
    rule("arg#* reference type('*') size cannot be determined: *", "btf_prepare_func_args", ["6.1", "7.3"], "A function that is verified by itself takes a pointer to a type whose size is not known.", "Make the function static, or give the type its fields."),
    rule("Caller passes invalid args into func#*", "check_func_call", ["5.10", "7.3"], "A call of a function that is verified by itself passes what the function does not take.", "Pass a pointer that is not NULL to memory of the type's size; or make the function static."),
    rule("func '*' doesn't have *-th argument", "btf_ctx_access", ["5.10", "7.3"], "The function that the program is attached to has fewer arguments.", "Read only arguments that it has."),
    rule("dynptr * ", "process_dynptr_func", ["6.1", "7.3"], "The dynamic pointer is not in a state for this use.", "Initialize it before, release it once, and do not copy it."),
    rule("Expected an initialized dynptr as *", "process_dynptr_func", ["6.1", "7.3"], "The dynamic pointer was not initialized, or is invalid by now.", "Initialize it before the call."),
    rule("BPF_ATOMIC stores into R* * is not allowed", "check_atomic", ["6.1", "7.3"], "An atomic operation is not allowed on this memory: the context, a packet, memory of the kernel.", "Use a map's value or the stack."),
    rule("BPF_XADD stores into R* * is not allowed", "check_xadd", ["5.10", "5.10"], "An atomic addition is not allowed on this memory: the context, a packet, memory of the kernel.", "Use a map's value or the stack."),
    rule("div by zero", "check_alu_op", ["5.10", "7.3"], "The program divides by the constant 0.", "Divide by something else."),
    rule("invalid shift *", "check_alu_op", ["5.10", "7.3"], "A shift by more bits than the value has.", "Shift by less than 32 or 64."),
    rule("R* has no valid kptr", "process_kptr_func", ["6.1", "7.3"], "The field of the map's value is no pointer that the kernel manages.", "Declare the field with `__kptr`."),
    rule("expected prog array map for tail call", "check_helper_call", ["6.17", "7.3"], "The map of a tail call must be a program array.", "Use BPF_MAP_TYPE_PROG_ARRAY."),
    rule("cannot pass map_type * into func *", "check_map_func_compatibility", ["5.10", "7.3"], "The helper does not take maps of this type.", "Use a map type that the helper takes."),
    rule("Sleepable programs can only use array and hash maps", "check_map_prog_compatibility", ["5.10", "5.10"], "Programs that may sleep cannot use maps of this type.", "Use an array or a hash."),
    rule("tracing progs cannot use bpf_spin_lock yet", "check_map_prog_compatibility", ["5.10", "7.3"], "Programs that trace cannot use bpf_spin_lock.", "Use atomic operations."),
    rule("R* is ptr_* invalid negative access: off=*", "check_ptr_to_btf_access", ["5.10", "7.3"], "The access lies before the kernel's structure.", "Access a field."),
    rule("R* is ptr_* access user memory: off=*", "check_ptr_to_btf_access", ["6.1", "7.3"], "The pointer leads to memory of a user's process.", "Read it with bpf_probe_read_user."),
    rule("R* is ptr_* access percpu memory: off=*", "check_ptr_to_btf_access", ["6.1", "7.3"], "The pointer leads to memory of one CPU.", "Use bpf_per_cpu_ptr or bpf_this_cpu_ptr."),
    rule("arg#* pointer type * must point to *", "check_kfunc_args", ["6.1", "7.1"], "The argument points to another type than the kernel function takes.", "Pass a pointer to that type."),
    rule("* cannot be used inside bpf_spin_lock-ed region", "check_resource_leak", ["5.10", "7.3"], "The program ends, or does what may take long, while it holds a lock.", "Release the lock on every path before."),
    rule("* cannot be used inside bpf_rcu_read_lock-ed region", "check_resource_leak", ["6.12", "7.3"], "The program ends while it reads under RCU.", "Call bpf_rcu_read_unlock on every path before."),
    rule("* cannot be used inside bpf_preempt_disable-ed region", "check_resource_leak", ["6.12", "7.3"], "The program ends while preemption is off.", "Call bpf_preempt_enable on every path before."),
    rule("* would lead to reference leak", "check_resource_leak", ["5.10", "7.3"], "The program ends while it holds something that it must release.", "Release it on every path before the return."),
];

/// Returns the rule whose message is in `text`; of several, the most specific one, with the longest fixed text.
#[must_use]
pub fn find(text: &str) -> Option<&'static Rule> {
    let fixed = |rule: &&Rule| rule.message.bytes().filter(|byte| *byte != b'*').count();
    RULES.iter().filter(|rule| fits(rule.message, text)).max_by_key(fixed)
}

/// Returns true if the parts of `pattern` between its `*` are in `text`, in order.
fn fits(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = rest.get(at + part.len()..).unwrap_or_default();
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_hundred_and_none_hides_another() {
        assert!(RULES.len() >= 100, "{}", RULES.len());
        for (index, rule) in RULES.iter().enumerate() {
            let example = rule.message.replace('*', "7");
            let found = find(&example).map(|it| it.message);
            assert_eq!(found, Some(rule.message), "row {index} of the table: {example}");
        }
    }

    #[test]
    fn messages_find_their_rules() {
        let of = |text| find(text).map(|rule| rule.function);
        assert_eq!(of("R1 invalid mem access 'scalar'"), Some("check_mem_access"));
        assert_eq!(
            of("invalid access to packet, off=0 size=4, R1(id=0,off=0,r=0)"),
            Some("check_packet_access")
        );
        assert_eq!(of("nothing of the kind"), None);
    }
}
