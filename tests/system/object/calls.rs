//! Calls between functions, as a report will show them.

use bpf_linker::internals::{
    elf::Elf,
    object::{Callee, functions},
};

use crate::support::objects::{Lab, Llvm};

const SOURCE: &str = r#"
static volatile int hits;
static long (*bpf_loop)(__u32, void *, void *, __u64) = (void *)181;
extern int missing(int);
static long step(__u32 index, void *context) { hits += index; return 0; }
__attribute__((noinline)) static int leaf(int x) { hits += x; return hits; }
__attribute__((noinline)) int middle(int x) { return leaf(x) + missing(x); }
SEC("xdp") int prog(void *ctx) { bpf_loop(5, step, 0, 0); return middle(1) + leaf(2); }
"#;

#[test]
fn calls_callbacks_helpers_and_externs_are_told_apart() {
    let lab = Lab::new();
    for target in ["bpfel", "bpfeb"] {
        let elf = Elf::parse(&lab.clang(Llvm::V22, target, &[], SOURCE)).expect("a BPF object");
        let functions = functions(&elf);
        let name = |symbol| elf.symbols.get(&symbol).map_or("", |symbol| symbol.name.as_str());
        let callees = |wanted: &str| {
            let function =
                functions.iter().find(|function| function.name == wanted).expect("it is there");
            let callees = function.references.iter().map(|reference| match reference.callee {
                Callee::Function(symbol) => format!("call {}", name(symbol)),
                Callee::Callback(symbol) => format!("address of {}", name(symbol)),
                Callee::Undefined(symbol) => format!("extern {}", name(symbol)),
                Callee::Helper(number) => format!("helper {number}"),
                Callee::Indirect => "indirect".to_owned(),
            });
            callees.collect::<Vec<_>>()
        };
        assert_eq!(
            callees("prog"),
            ["address of step", "helper 181", "call middle", "call leaf"],
            "{target}"
        );
        assert_eq!(callees("middle"), ["call leaf", "extern missing"], "{target}");
        assert!(callees("leaf").is_empty(), "{target}");
        let programs: Vec<_> = functions.iter().filter(|function| function.is_program()).collect();
        assert_eq!(programs.len(), 1);
        assert_eq!(programs[0].section_name, "xdp");
        assert!(programs[0].instructions() > 8);
    }
}
