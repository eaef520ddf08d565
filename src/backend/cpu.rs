//! Chooses the CPU level and features to generate code for.
//!
//! One rule: `--cpu v1..v4|probe` is an order. `--cpu generic`, which rustc always passes, and no `--cpu` at all mean
//! the level that the inputs request: the highest `target-cpu` of any input function, or v1 if there is none. clang
//! sets none without `-mcpu`, and means v3 from clang 20 on; rustc always sets one. `--kernel` lowers the level to the
//! highest that this kernel supports, and selects v3, clang's default, if the inputs request nothing.

use crate::{
    bpf::{kernel::highest_cpu, target::Cpu},
    llvm::{Global, Module},
    plan::LinkPlan,
    report::{Warning, WarningKind, Warnings, nearest},
};

/// The CPU and features, in LLVM's syntax.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CpuChoice {
    pub(super) cpu: Cpu,
    pub(super) features: String,
}

/// Chooses the CPU for `module`; warns if an explicit `--cpu` is below the level of a function, and of features that
/// LLVM ignores.
pub(super) fn choose(plan: &LinkPlan, module: &Module<'_>, warnings: &Warnings) -> CpuChoice {
    let choice = choose_level(plan, module, warnings);
    let wished = plan.cpu_features.split(',').filter(|feature| !feature.is_empty());
    wished.filter_map(|feature| ignored(feature, choice.cpu)).for_each(|it| warnings.push(it));
    choice
}

/// Explains why LLVM ignores `feature` at the level `cpu`, if it does: its levels from v3 on switch `alu32` on
/// themselves (`initSubtargetFeatures` in `BPFSubtarget.cpp`), and unknown names are dropped.
fn ignored(feature: &str, cpu: Cpu) -> Option<Warning> {
    let (message, help) = if feature == "-alu32" && matches!(cpu, Cpu::V3 | Cpu::V4) {
        let message =
            format!("`-alu32` has no effect: {} always uses 32-bit registers", cpu.name());
        (message, "link for a lower level: `--cpu v2`".to_owned())
    } else {
        // Newer LLVMs may have features that this list lacks: only a near miss is a mistake.
        let near = nearest(feature.get(1..)?, FEATURES.map(str::to_owned))
            .filter(|_| !is_of_bpf(feature))?;
        (format!("`{feature}` is not a feature of BPF"), format!("did you mean `{near}`?"))
    };
    Some(Warning { kind: WarningKind::IgnoredFeature, message, help: vec![help] })
}

fn choose_level(plan: &LinkPlan, module: &Module<'_>, warnings: &Warnings) -> CpuChoice {
    let highest = module.functions().filter_map(asked_by).max_by_key(|(cpu, _)| *cpu);
    match (plan.cpu.filter(|cpu| *cpu != Cpu::Generic), highest) {
        (Some(ordered), highest) => {
            if let Some((cpu, function)) = highest {
                if ordered < cpu && ordered != Cpu::Probe {
                    warn_below(ordered, cpu, &function.name(), warnings);
                }
            }
            CpuChoice { cpu: ordered, features: plan.cpu_features.clone() }
        }
        (None, highest) => {
            let asked = highest.map(|(cpu, _)| cpu).max(default_level(module));
            match plan.kernel.map(highest_cpu) {
                None => CpuChoice {
                    cpu: asked.unwrap_or(Cpu::Generic),
                    features: features(plan, module),
                },
                // The functions may name a higher level than the kernel supports.
                Some(limit) => CpuChoice {
                    cpu: asked.unwrap_or(Cpu::V3).min(limit),
                    features: plan.cpu_features.clone(),
                },
            }
        }
    }
}

/// Sets the chosen CPU on every function of `module`, whatever it was compiled for: LLVM does not inline across levels,
/// and emitted IR or bitcode must keep its level.
pub(super) fn apply(choice: &CpuChoice, module: &Module<'_>) {
    for function in module.defined_functions() {
        function.remove_string_attribute(c"target-cpu");
        function.remove_string_attribute(c"target-features");
        if choice.cpu >= Cpu::V1 {
            function.set_string_attribute(c"target-cpu", choice.cpu.name());
        }
        if !choice.features.is_empty() {
            function.set_string_attribute(c"target-features", &choice.features);
        }
    }
}

/// The first clang that targets v3 by default.
const CLANG_OF_V3: u32 = 20;

/// Returns the default level of the compiler for functions that name no CPU.
fn default_level(module: &Module<'_>) -> Option<Cpu> {
    let says_nothing = |function: Global<'_>| {
        !function.is_declaration() && function.string_attribute(c"target-cpu").is_none()
    };
    let is_of_v3 = |compiler: &String| clang_major(compiler) >= Some(CLANG_OF_V3);
    (module.functions().any(says_nothing) && module.compilers().iter().any(is_of_v3))
        .then_some(Cpu::V3)
}

/// Returns the major version in `Debian clang version 22.1.8 (1~deb12u1)`.
fn clang_major(compiler: &str) -> Option<u32> {
    let (_, version) = compiler.split_once("clang version ")?;
    version.split('.').next()?.parse().ok()
}

fn asked_by(function: Global<'_>) -> Option<(Cpu, Global<'_>)> {
    let cpu = function.string_attribute(c"target-cpu")?.parse::<Cpu>().ok()?;
    (cpu >= Cpu::V1 && !function.is_declaration()).then_some((cpu, function))
}

fn warn_below(ordered: Cpu, cpu: Cpu, function: &str, warnings: &Warnings) {
    warnings.push(Warning {
        kind: WarningKind::CpuMismatch,
        message: format!(
            "--cpu {} is below {}, which `{function}` was compiled for",
            ordered.name(),
            cpu.name()
        ),
        help: vec![format!("compile the inputs for {}, or leave --cpu out", ordered.name())],
    });
}

/// The features of LLVM's BPF target (`BPF.td`). Functions compiled for another machine name dozens of that machine's
/// features.
const FEATURES: [&str; 4] = ["alu32", "allows-misaligned-mem-access", "dummy", "dwarfris"];

fn is_of_bpf(feature: &str) -> bool {
    let name = feature.strip_prefix(['+', '-']).unwrap_or(feature);
    FEATURES.contains(&name)
}

/// Returns the user's features, or else those that the functions name, each once, in order.
fn features(plan: &LinkPlan, module: &Module<'_>) -> String {
    if !plan.cpu_features.is_empty() {
        return plan.cpu_features.clone();
    }
    let mut all = Vec::<String>::new();
    for named in
        module.functions().filter_map(|function| function.string_attribute(c"target-features"))
    {
        for feature in named.split(',').filter(|feature| is_of_bpf(feature)) {
            if !all.iter().any(|known| known == feature) {
                all.push(feature.to_owned());
            }
        }
    }
    all.join(",")
}
