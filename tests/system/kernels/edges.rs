//! Programs at the edge of what kernels take: the linker says which side they are on, and the kernels agree.
//!
//! Frames are made by one store each, so that they have the size that is asked for to the byte.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bpf_linker::Kernel as Version;

use crate::support::tools;

/// A program, what the linker says of it, and which kernels take it.
pub struct Edge {
    name: &'static str,
    source: String,
    llvm: Llvm,
    says: Says,
    taken: Taken,
}

/// The libLLVM that makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Llvm {
    Found,
    Newest,
}

/// Messages of the linker, without `--kernel`.
#[derive(Clone, Copy)]
enum Says {
    Nothing,
    /// A warning with this text.
    Warning(&'static str),
    /// An error with this text.
    Refusal(&'static str),
}

/// Kernels that load it.
#[derive(Clone, Copy)]
enum Taken {
    ByAll,
    Since(Version),
    ByNone,
}

/// An object that was linked, and which edge it shows.
pub struct Built {
    edge: Edge,
    pub path: PathBuf,
}

const SIXTEENS: Taken = Taken::Since(Version(6, 9));
const WITH_ARGUMENTS: Taken = Taken::Since(Version(7, 2));

fn edges() -> Vec<Edge> {
    use Says::{Nothing, Refusal, Warning};
    let stack = |name, frames: &[u32], says, taken| Edge {
        name,
        source: chain("xdp", frames, "0"),
        llvm: Llvm::Found,
        says,
        taken,
    };
    let jump = |name, kind, frame: u32, says, taken| Edge {
        name,
        source: tail_call(kind, frame),
        llvm: Llvm::Found,
        says,
        taken,
    };
    let other = |name, llvm, source: String, says, taken| Edge { name, source, llvm, says, taken };
    let before_6_9 = Warning("as kernels before 6.9");
    vec![
        stack("frame-512", &[512], Nothing, Taken::ByAll),
        stack("chain-512", &[256, 256], Nothing, Taken::ByAll),
        stack("chain-520", &[256, 264], Refusal("need 528 bytes of stack, 512"), Taken::ByNone),
        stack("chain-512-in-steps", &[504, 8], Refusal("need 528 bytes"), Taken::ByNone),
        stack("chain-512-in-sixteens", &[272, 240], before_6_9, SIXTEENS),
        stack("chain-512-and-none", &[512, 0], before_6_9, SIXTEENS),
        Edge {
            // Linux 6.18.44 gives none to kprobes.
            source: chain("tracepoint/syscalls/sys_enter_write", &[512, 256], "0"),
            ..stack("private-stacks", &[], Warning("only kernels from 6.13"), PRIVATE)
        },
        stack("depth-8", &[0; 8], Nothing, Taken::ByAll),
        stack("depth-9", &[0; 9], Warning("9 deep: kernels before 7.2 allow 8"), WITH_ARGUMENTS),
        stack("depth-16", &[0; 16], Warning("16 deep"), WITH_ARGUMENTS),
        stack("depth-17", &[0; 17], Refusal("17 deep, 16 are allowed"), Taken::ByNone),
        jump("tail-call-224", "xdp", 224, Nothing, Taken::ByAll),
        jump("tail-call-240", "xdp", 240, before_6_9, SIXTEENS),
        jump("tail-call-248", "xdp", 248, Refusal("need 256 bytes of stack"), Taken::ByNone),
        Edge {
            source: tail_call_in_two_frames(),
            ..jump("tail-call-in-sixteens", "xdp", 0, before_6_9, SIXTEENS)
        },
        jump("tail-call-takes-private-stacks", "kprobe/do_nanosleep", 8, TRACED, Taken::ByNone),
        // Inlined, since no kernel is named that takes calls of them.
        other("twelve-arguments", Llvm::Newest, arguments("static", 12), Nothing, Taken::ByAll),
        other("thirteen-arguments", Llvm::Newest, arguments("static", 13), Nothing, Taken::ByAll),
        other(
            "global-with-six",
            Llvm::Newest,
            arguments("", 6),
            Refusal("`many` takes more than five arguments"),
            Taken::ByNone,
        ),
        other("wide-result", Llvm::Newest, wide(), Nothing, Taken::ByAll),
        // A trap ends the program.
        other("trap-reached", Llvm::Found, trap("== 1"), Nothing, Taken::ByAll),
        other("trap-not-reached", Llvm::Found, trap("== 2"), Nothing, Taken::ByAll),
    ]
}

const PRIVATE: Taken = Taken::Since(Version(6, 13));
const TRACED: Says = Says::Refusal("need 528 bytes of stack, 512");

/// Functions with these frames that call one another, the first from a program of that kind; the last returns `value`.
fn chain(kind: &str, frames: &[u32], value: &str) -> String {
    let mut source =
        format!("{HEAD}FUNCTION f{}(void *context) {{ return {value}; }}\n", frames.len());
    for (index, size) in frames.iter().enumerate().rev() {
        let (head, next) = match index {
            0 => (format!("SEC(\"{kind}\") int entry"), 1),
            _ => (format!("FUNCTION f{index}"), index + 1),
        };
        let rest =
            if next == frames.len() { "number()".to_owned() } else { format!("f{next}(context)") };
        source.push_str(&format!("{head}(void *context) {{ {} return {rest}; }}\n", frame(*size)));
    }
    source
}

/// A program with a large frame, if it traces, and a function below it that makes a tail call.
fn tail_call(kind: &str, size: u32) -> String {
    let below = if kind == "xdp" { "0" } else { "large(context)" };
    format!(
        "{HEAD}{JUMP}FUNCTION large(void *context) {{ {} return number(); }}\n\
         SEC(\"{kind}\") int entry(void *context) {{ {} return jump(context) + {below}; }}\n",
        frame(512),
        frame(size)
    )
}

/// 224 bytes in steps of 16, 256 in steps of 32.
fn tail_call_in_two_frames() -> String {
    format!(
        "{HEAD}{JUMP}FUNCTION middle(void *context) {{ {0} return jump(context) + 1; }}\n\
         SEC(\"xdp\") int entry(void *context) {{ {0} return middle(context) + 1; }}\n",
        frame(112)
    )
}

fn arguments(linkage: &str, count: u32) -> String {
    let list = |one: &dyn Fn(u32) -> String| (0..count).map(one).collect::<Vec<_>>();
    let (parameters, values) =
        (list(&|at| format!("long a{at}")), list(&|at| format!("value + {at}")));
    let sum = list(&|at| format!("a{at}"));
    format!(
        "{HEAD}{linkage} __attribute__((noinline)) int many({}) {{ asm volatile(\"\" : \"+r\"(a0)); return {}; }}\n\
         SEC(\"xdp\") int entry(void *context) {{ long value = number(); return many({}); }}\n",
        parameters.join(", "),
        sum.join(" * "),
        values.join(", ")
    )
}

fn wide() -> String {
    format!(
        "{HEAD}__attribute__((noinline)) static __int128 wide(long low) {{ asm volatile(\"\" : \"+r\"(low)); return \
         (__int128)low << 3 | 5; }}\n\
         SEC(\"xdp\") int entry(void *context) {{ __int128 both = wide(number()); return (long)(both >> 64) + both; }}\n"
    )
}

fn trap(condition: &str) -> String {
    format!(
        "{HEAD}SEC(\"xdp\") int entry(void *context) {{ if (number() {condition}) __builtin_trap(); return 2; }}\n"
    )
}

/// A function that LLVM knows nothing of.
const HEAD: &str = r#"
#define SEC(name) __attribute__((section(name), used))
#define FUNCTION __attribute__((noinline)) static int
char LICENSE[] SEC("license") = "GPL";
__attribute__((always_inline)) static inline int number(void) { int one; asm volatile("%0 = 1" : "=r"(one)); return one; }
"#;

const JUMP: &str = r#"
struct { int (*type)[3]; int (*key_size)[4]; int (*value_size)[4]; int (*max_entries)[1]; } jumps SEC(".maps");
static long (*to)(void *context, void *map, unsigned int index) = (void *)12;
FUNCTION jump(void *context) { to(context, &jumps, 0); return number(); }
"#;

fn frame(size: u32) -> String {
    match size {
        0 => String::new(),
        _ => format!("asm volatile(\"r5 = 0; *(u64 *)(r10 - {size}) = r5\" ::: \"r5\");"),
    }
}

/// Links all of them, and demands that the linker says what it should.
pub fn build(scratch: &Path) -> Vec<Built> {
    edges().into_iter().map(|edge| edge.build(scratch)).collect()
}

impl Edge {
    fn build(self, scratch: &Path) -> Built {
        let file = |extension: &str| scratch.join(format!("edge-{}.{extension}", self.name));
        let (source, bitcode, object) = (file("c"), file("bc"), file("o"));
        fs::write(&source, &self.source).expect("temporary files can be written");
        let mut clang = tools::bpf_clang();
        clang.args(["-mcpu=v3", "-emit-llvm", "-c"]);
        tools::run(clang.arg(&source).arg("-o").arg(&bitcode));
        let output = tools::attempt(&mut self.link(&bitcode, &object));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let refused = match self.says {
            Says::Nothing => !output.stderr.is_empty(),
            Says::Warning(text) => !(output.status.success() && said.contains(text)),
            Says::Refusal(text) => !(output.status.code() == Some(1) && said.contains(text)),
        };
        assert!(!refused, "{}: {} {said}", self.name, output.status);
        if matches!(self.says, Says::Refusal(_)) {
            // The first takes what the kernel would refuse for a warning, the second is for loaders that are not it.
            let despite = ["--fatal-errors=false", "--llvm-args=-bpf-stack-size=512"];
            tools::run(self.link(&bitcode, &object).args(despite));
        }
        Built { edge: self, path: object }
    }

    fn link(&self, bitcode: &Path, object: &Path) -> Command {
        let mut link = Command::new(tools::linker());
        link.args(["--btf", "--cpu", "v3"]).arg(bitcode).arg("-o").arg(object);
        if self.llvm == Llvm::Newest {
            link.arg("--llvm").arg(tools::downloads().join("llvm-23/lib/libLLVM.so.23.1"));
        }
        link
    }
}

/// Returns the faults of a kernel's answer.
pub fn fault(built: &Built, version: Version, refusal: Option<&str>) -> Option<String> {
    let taken = match built.edge.taken {
        Taken::ByAll => true,
        Taken::Since(since) => version >= since,
        Taken::ByNone => false,
    };
    match (taken, refusal) {
        (true, Some(why)) => Some(format!("{} is refused on {version}:\n{why}", built.edge.name)),
        (false, None) => Some(format!("{} is taken on {version}", built.edge.name)),
        _ => None,
    }
}
