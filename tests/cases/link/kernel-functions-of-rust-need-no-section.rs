// rustc takes no section for a foreign function; the names of the kernel's functions are known.
//
// llvm: 22..
// compile: -C debuginfo=2
// args: {this} --btf --export prog
// view: btf
// expect: {{.*}}FUNC 'bpf_task_from_pid' {{.*}}linkage=extern
// expect: {{.*}}DATASEC '.ksyms' size=0 vlen=2
// link: {this} --export wrong,prog
// error: link 2 undefined symbols
// says: undefined symbol `bpf_task_releese`
// says: undefined symbol `of_my_loader`
// help: did you mean `bpf_task_release`?
// help: if the loader provides it: --allow-undefined=bpf_task_releese,of_my_loader

#![no_std]

#[repr(C)]
pub struct Task([u8; 0]);

unsafe extern "C" {
    fn bpf_task_from_pid(pid: i32) -> *mut Task;
    fn bpf_task_release(task: *mut Task);
    fn bpf_task_releese(task: *mut Task);
    fn of_my_loader() -> *mut Task;
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "syscall")]
pub extern "C" fn prog(_context: *const u8) -> i32 {
    let task = unsafe { bpf_task_from_pid(1) };
    if task.is_null() {
        return 1;
    }
    unsafe { bpf_task_release(task) };
    0
}

#[unsafe(no_mangle)]
#[unsafe(link_section = "syscall")]
pub extern "C" fn wrong(_context: *const u8) -> i32 {
    unsafe { bpf_task_releese(of_my_loader()) };
    0
}
