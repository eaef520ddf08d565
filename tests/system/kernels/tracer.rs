//! Fields that `core-tracer` reads from the kernel's structures, whose layouts differ.

use std::{env, path::PathBuf};

use crate::support::{
    examples::Example,
    kernels::Kernel,
    lab::{Loader, Request, Step, Story},
};

#[test]
fn the_tracer_tells_the_truth_on_every_kernel() {
    let object = Example::CoreTracer.usual().run();
    let step = [Step::Arguments(&[0, 39])];
    let requests = [Loader::Aya, Loader::Libbpf]
        .map(|loader| Request::run(loader, &object, "sys_enter", &[], &step));
    for kernel in Kernel::ALL {
        for (request, story) in requests.iter().zip(kernel.ask(&requests)) {
            let what = format!("{}: {request:?}", kernel.release());
            assert_eq!(story.refusal(), None, "{what}");
            let events = story.records("EVENTS");
            let [event] = events.as_slice() else { panic!("{what}: {} events", events.len()) };
            check_event(kernel, &what, &story, event);
        }
    }
}

/// `Event` of the example's main.rs, against what the process says of itself.
fn check_event(kernel: Kernel, what: &str, story: &Story, event: &[u8]) {
    let number = |at: usize| {
        let bytes = event[at..at + 4].try_into().expect("four bytes");
        u64::from(u32::from_ne_bytes(bytes))
    };
    let text = |at: usize, length: usize| {
        let text = event[at..at + length].split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    };
    assert_eq!(number(0), number(4), "{what}: its only thread");
    if kernel != Kernel::Running {
        // A container numbers processes its own way.
        assert_eq!([number(4), number(8)], story.process(), "{what}: getpid and getppid");
    }
    assert_eq!(number(12), 0, "{what}: it runs");
    assert_eq!(text(16, 16), "bpf-lab", "{what}");
    let folder = match kernel {
        Kernel::Running => env::current_dir().expect("a process has one"),
        _ => PathBuf::from("/"),
    };
    let name = folder.file_name().map_or("/".into(), |name| name.to_string_lossy().into_owned());
    assert_eq!(number(32), name.len() as u64, "{what}: {name}");
    assert_eq!(text(36, 28), name.chars().take(27).collect::<String>(), "{what}");
}
