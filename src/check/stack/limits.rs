//! What the kernel refuses of a program's calls, and what the user does.
//!
//! Source: `check_max_stack_depth_subprog`, `round_up_stack_depth` and `bpf_enable_priv_stack` of the kernel's
//! `kernel/bpf/verifier.c` and `include/linux/bpf_verifier.h`. A frame counts in steps of 32 bytes, at least one; since
//! 6.9, where there is a JIT compiler, in steps of 16. From 6.13 on, x86-64 and arm64 give every function of programs
//! that trace a stack of its own.

use super::{Chain, Count, Function, Root, Survey, Target};
use crate::{
    bpf::kernel::Kernel,
    plan::{LinkPlan, PanicWay},
    report::{Error, Warning, WarningKind, quoted},
};

/// The bytes of stack of a chain of calls (`MAX_BPF_STACK`).
pub const STACK_LIMIT: u64 = 512;
/// The functions of a chain (`MAX_CALL_FRAMES`).
pub const MAX_FRAMES: usize = 8;
/// The same from [`NEW_FRAMES`] on, where functions that are verified by themselves do not count; `tests/system/kernels/edges.rs`
/// tries both.
const MAX_NEW_FRAMES: usize = 16;
const NEW_FRAMES: Kernel = Kernel(7, 2);

const FEWER_CALLS: &str =
    "let functions be inlined (`#[inline(always)]`, `__always_inline`), or call fewer";

/// Sections, up to a `/` or `.`, of programs whose functions may get stacks of their own.
const PRIVATE: [&str; 19] = [
    "kprobe",
    "kretprobe",
    "uprobe",
    "uretprobe",
    "ksyscall",
    "kretsyscall",
    "usdt",
    "tracepoint",
    "tp",
    "perf_event",
    "raw_tracepoint",
    "raw_tp",
    "tp_btf",
    "fentry",
    "fexit",
    "fmod_ret",
    "lsm",
    "struct_ops",
    "sleepable_struct_ops",
];

/// What is wrong with a program, by the kernel or by the user.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What is refused.
    pub refusals: Vec<Refusal>,
    /// What some kernels refuse.
    pub warnings: Vec<Warning>,
}

/// Something that is refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What, where and why.
    pub error: Error,
    /// The functions whose frames are too large together.
    pub frames: Vec<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, frames: Vec::new() }
    }
}

impl Survey {
    /// What is wrong: chains that need more stack than `plan` allows, or than the kernel does if it says nothing; chains
    /// that are too long, recursion and indirect calls; tail calls that are too deep, arguments that are too many, and
    /// traps; programs of more instructions than `plan` allows.
    #[must_use]
    pub fn judge(&self, plan: &LinkPlan) -> Verdict {
        let mut verdict = Verdict::default();
        self.judge_calls(plan.kernel, &mut verdict);
        self.judge_stack(plan.limits.stack, &mut verdict);
        self.judge_tail_calls(&mut verdict);
        self.judge_arguments(plan.kernel, &mut verdict);
        self.judge_traps(plan.codegen.traps, &mut verdict);
        if plan.codegen.panics.way != PanicWay::Keep {
            self.judge_ends(&mut verdict);
        }
        if let Some(limit) = plan.limits.instructions {
            self.judge_instructions(limit, &mut verdict);
        }
        verdict
    }

    fn judge_calls(&self, kernel: Option<Kernel>, verdict: &mut Verdict) {
        let longest = self.heaviest(|_| 1);
        for circle in &longest.circles {
            verdict.refusals.push(self.recursion(circle).into());
        }
        if longest.circles.is_empty() {
            let chains = self.roots().into_iter().map(|(root, _)| longest.from(root));
            for chain in chains.filter(|chain| chain.functions.len() > MAX_FRAMES) {
                if self.frames_at_once(&chain) > MAX_NEW_FRAMES {
                    verdict.refusals.push(self.too_deep(&chain, MAX_NEW_FRAMES).into());
                } else if kernel.is_some_and(|kernel| kernel < NEW_FRAMES) {
                    verdict.refusals.push(self.too_deep(&chain, MAX_FRAMES).into());
                } else if kernel.is_none() {
                    verdict.warnings.push(self.too_deep_for_some(&chain));
                }
            }
        }
        for index in self.reached() {
            let Some(function) = self.functions.get(index) else { continue };
            let call = function.calls.iter().find(|call| call.target == Target::Indirect);
            verdict.refusals.extend(call.map(|call| {
                Error::link(format!("{} calls what a register points to", quoted(&function.name)))
                    .at(call.source.as_ref().or(function.source.as_ref()))
                    .because("no kernel accepts an indirect call (`callx`)")
                    .help("call the function by its name, choose with `match` or `switch`, or use a tail call")
                    .help("in Rust, `dyn` and function pointers make such calls, and so does formatting (`core::fmt`)")
                    .into()
            }));
        }
    }

    fn judge_stack(&self, asked: Option<u64>, verdict: &mut Verdict) {
        let [heaviest, formerly] = [Count::NEW, Count::OLD]
            .map(|count| self.heaviest(move |function| count.frame(function)));
        let limit = asked.unwrap_or(STACK_LIMIT);
        for (root, kind) in self.roots() {
            let (chain, former) = (heaviest.from(root), formerly.from(root));
            let (new, old) = (chain.stack(self, Count::NEW), former.stack(self, Count::OLD));
            if new > limit && (asked.is_some() || !self.may_be_private(root, kind)) {
                let frames = self.along(&chain).map(|function| function.name.clone()).collect();
                let error = self.too_large(&chain, new, limit);
                verdict.refusals.push(Refusal { error, frames });
            } else if old.max(new) > limit && asked.is_none() {
                let chain = if new > limit { chain } else { former };
                verdict.warnings.push(self.sometimes_too_large(&chain, new, old));
            }
        }
    }

    fn judge_instructions(&self, limit: u64, verdict: &mut Verdict) {
        for (root, _) in self.roots() {
            let (reached, Some(function)) = (self.reached_from(&[root]), self.functions.get(root))
            else {
                continue;
            };
            let sizes = reached.iter().filter_map(|&index| self.functions.get(index));
            let size: u64 = sizes.map(|function| function.instructions).sum();
            if size > limit {
                let name = quoted(&function.name);
                verdict.refusals.push(
                    Error::link(format!("{name} has {size} instructions, {limit} are allowed"))
                        .at(function.source.as_ref())
                        .because("functions that it calls count")
                        .help("raise --insn-limit, or make the program smaller")
                        .into(),
                );
            }
        }
    }

    fn may_be_private(&self, root: usize, kind: Root) -> bool {
        let section = self.functions.get(root).map_or("", |function| &function.section);
        let word =
            section.trim_start_matches('?').split(['/', '.', '+']).next().unwrap_or_default();
        // What is called later may belong to any program.
        let is_private = kind == Root::Deferred || PRIVATE.contains(&word);
        is_private && !self.reached_from(&[root]).iter().any(|&index| self.makes_tail_call(index))
    }

    /// The functions that a loader loads with some program, by index.
    #[must_use]
    pub fn reached(&self) -> Vec<usize> {
        let roots: Vec<usize> = self.roots().into_iter().map(|(root, _)| root).collect();
        self.reached_from(&roots)
    }

    /// `roots` and all that they call, by index.
    #[must_use]
    pub fn reached_from(&self, roots: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.functions.len()];
        let mut open = roots.to_vec();
        while let Some(index) = open.pop() {
            let (Some(mark), Some(function)) = (seen.get_mut(index), self.functions.get(index))
            else {
                continue;
            };
            if std::mem::replace(mark, true) {
                continue;
            }
            open.extend(function.calls.iter().filter_map(|call| match call.target {
                Target::Function(index) | Target::Callback(index) | Target::Deferred(index) => {
                    Some(index)
                }
                _ => None,
            }));
        }
        seen.into_iter().enumerate().filter_map(|(index, seen)| seen.then_some(index)).collect()
    }

    fn along<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = &'a Function> {
        chain.functions.iter().filter_map(|&index| self.functions.get(index))
    }

    fn first<'a>(&'a self, chain: &'a Chain) -> (String, Option<&'a String>) {
        let first = self.along(chain).next();
        (
            first.map_or_else(String::new, |function| quoted(&function.name)),
            first.and_then(|first| first.source.as_ref()),
        )
    }

    fn recursion(&self, circle: &Chain) -> Error {
        let (name, source) = self.first(circle);
        let error = Error::link(format!("{name} is recursive")).at(source);
        let error = self.links(circle).fold(error, Error::because);
        error
            .because("the kernel refuses a function that is called again before it returns")
            .help("make it a loop with a bound that is known, or use `bpf_loop`")
    }

    /// How many functions of `chain` have a frame at once as kernels from 7.2 on count them: one that is verified by itself
    /// starts anew there.
    fn frames_at_once(&self, chain: &Chain) -> usize {
        let units = self.along(chain).scan(0, |frames: &mut usize, function| {
            *frames = if function.is_global { 1 } else { frames.saturating_add(1) };
            Some(*frames)
        });
        units.max().unwrap_or(0)
    }

    fn too_deep(&self, chain: &Chain, allowed: usize) -> Error {
        let (name, source) = self.first(chain);
        let depth = chain.functions.len();
        let error =
            Error::link(format!("the calls from {name} are {depth} deep, {allowed} are allowed"));
        let error = self.links(chain).fold(error.at(source), Error::because);
        error.help(FEWER_CALLS)
    }

    fn too_deep_for_some(&self, chain: &Chain) -> Warning {
        let (name, _) = self.first(chain);
        let depth = chain.functions.len();
        Warning {
            kind: WarningKind::CallDepth,
            message: format!(
                "the calls from {name} are {depth} deep: kernels before {NEW_FRAMES} allow {MAX_FRAMES}"
            ),
            help: self.links(chain).chain([FEWER_CALLS.to_owned()]).collect(),
        }
    }

    fn too_large(&self, chain: &Chain, bytes: u64, limit: u64) -> Error {
        let (name, source) = self.first(chain);
        let error = Error::link(format!(
            "the calls from {name} need {bytes} bytes of stack, {limit} are allowed"
        ));
        let error = self.frames(chain).fold(error.at(source), Error::because);
        error
            .because("the kernel counts each frame in steps of 16 bytes (32 before 6.9) and all of a chain together")
            .help("keep large data in a map, such as a per-CPU array of one element, and work on a pointer into it")
            .help("a loader that is not the kernel may allow more: --stack-limit N")
    }

    fn sometimes_too_large(&self, chain: &Chain, new: u64, old: u64) -> Warning {
        let (name, _) = self.first(chain);
        let message = if new > STACK_LIMIT {
            format!(
                "the calls from {name} need {new} bytes of stack: only kernels from 6.13 on, on x86-64 and arm64, \
                 allow a program of this kind more than {STACK_LIMIT}"
            )
        } else {
            format!(
                "the calls from {name} need {old} bytes of stack as kernels before 6.9, and those without a JIT \
                 compiler, count them, which allow {STACK_LIMIT}"
            )
        };
        let help = self.frames(chain).chain(["keep large data in a map".to_owned()]).collect();
        Warning { kind: WarningKind::StackChain, message, help }
    }

    /// Each function of `chain`, where it is called, and its frame.
    pub(super) fn frames<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = String> + 'a {
        self.links(chain)
            .zip(self.along(chain))
            .map(|(link, function)| format!("{link}: {} bytes", function.stack))
    }

    /// Each function of `chain`, with its place and that of the call.
    pub(super) fn links<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = String> + 'a {
        let callers = std::iter::once(None).chain(chain.functions.iter().copied().map(Some));
        let callees = chain.functions.iter().copied().chain(chain.recursive);
        callers.zip(callees).filter_map(|(caller, index)| {
            let function = self.functions.get(index)?;
            let place = function.source.as_ref().map(|source| format!(" ({source})"));
            let text = format!("{}{}", quoted(&function.name), place.unwrap_or_default());
            let Some(caller) = caller.and_then(|caller| self.functions.get(caller)) else {
                return Some(text);
            };
            let to = |target: &Target| {
                *target == Target::Function(index) || *target == Target::Callback(index)
            };
            let call = caller.calls.iter().find(|call| to(&call.target));
            let at = call.and_then(|call| call.source.as_ref()).map(|at| format!(" at {at}"));
            Some(format!("{text}, called by {}{}", quoted(&caller.name), at.unwrap_or_default()))
        })
    }
}
