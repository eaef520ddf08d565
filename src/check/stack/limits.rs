//! Limits of the kernel and of the user on a program's calls.
//!
//! Source: `check_max_stack_depth_subprog`, `round_up_stack_depth` and `bpf_enable_priv_stack` of the kernel's
//! `kernel/bpf/verifier.c` and `include/linux/bpf_verifier.h`. Frames are rounded up to multiples of 32 bytes, at
//! least one; since 6.9, with a JIT compiler, to multiples of 16. Since 6.13, x86-64 and arm64 give every function of
//! tracing programs a private stack; 6.18.44 gives none to those of kprobes.

use super::{Chain, Circle, Count, Function, ProgramStats, Root, Target};
use crate::{
    bpf::kernel::Kernel,
    check::{Finding, Findings},
    plan::{LinkPlan, PanicWay},
    report::{Error, Warning, WarningKind, quoted},
};

/// The maximum stack of a chain of calls, in bytes (`MAX_BPF_STACK`).
pub const STACK_LIMIT: u64 = 512;
/// The maximum number of functions in a chain (`MAX_CALL_FRAMES`).
pub const MAX_FRAMES: usize = 8;
/// The same since [`NEW_FRAMES`], where functions that are verified separately do not count;
/// `tests/system/kernels/edges.rs` tests both.
pub(super) const MAX_NEW_FRAMES: usize = 16;
pub(super) const NEW_FRAMES: Kernel = Kernel(7, 2);
/// The last kernel before that.
const OLD_FRAMES: Kernel = Kernel(7, 1);
/// The last kernel that counts frames by [`Count::OLD`] even with a JIT compiler.
pub(super) const OLD_COUNT: Kernel = Kernel(6, 8);
/// The first kernel that counts frames by [`Count::NEW`].
pub(super) const NEW_COUNT: Kernel = Kernel(6, 9);
/// The last kernel without private stacks, and the first with them.
const OLD_STACKS: Kernel = Kernel(6, 12);
pub(super) const NEW_STACKS: Kernel = Kernel(6, 13);
/// The maximum number of call cycles reported.
const MOST_CIRCLES: usize = 10;
/// The number of functions named at each end of a long chain.
const NAMED: usize = 10;

const FEWER_CALLS: &str =
    "let functions be inlined (`#[inline(always)]`, `__always_inline`), or call fewer";

/// Sections, up to a `/` or `.`, of programs whose functions may get private stacks.
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

impl ProgramStats {
    /// Returns all problems: chains that need more stack than `plan` allows, or than the kernel allows if the plan
    /// sets no limit; chains that are too long, recursion and indirect calls; tail calls that are too deep, too many
    /// arguments, and traps; programs with more instructions than `plan` allows. `runs_on` returns true if a kernel
    /// supports all features that the program uses: refusals by other kernels are not reported.
    #[must_use]
    pub fn check_limits(&self, plan: &LinkPlan, runs_on: &dyn Fn(Kernel) -> bool) -> Findings {
        let mut findings = Findings::default();
        let kernels = Kernels { oldest: plan.kernel, runs_on };
        self.check_calls(&kernels, &mut findings);
        self.check_stack(plan.limits.stack, &kernels, &mut findings);
        self.check_tail_calls(&kernels, &mut findings);
        self.check_arguments(plan.kernel, &mut findings);
        self.check_traps(plan.codegen.traps, &mut findings);
        if plan.panic_way() != PanicWay::Keep {
            self.check_ends(&mut findings);
        }
        if let Some(limit) = plan.limits.instructions {
            self.check_instructions(limit, &mut findings);
        }
        findings
    }

    fn check_calls(&self, kernels: &Kernels<'_>, findings: &mut Findings) {
        let longest = self.heaviest(|_| 1);
        let circles = self.circles();
        let more = circles.len().saturating_sub(MOST_CIRCLES);
        for (number, circle) in circles.iter().take(MOST_CIRCLES).enumerate() {
            let error = self.recursion(circle);
            let is_last = more > 0 && number.saturating_add(1) == MOST_CIRCLES;
            let error = if is_last {
                error.because(format!("{more} more circles of calls are in the program"))
            } else {
                error
            };
            findings.limit(error);
        }
        if circles.is_empty() {
            let chains = self.roots().into_iter().map(|(root, _)| longest.from(root));
            for chain in chains.filter(|chain| chain.functions.len() > MAX_FRAMES) {
                if kernels.oldest.is_some_and(|kernel| kernel < NEW_FRAMES) {
                    findings.limit(self.too_deep(&chain, MAX_FRAMES));
                } else if self.frames_at_once(&chain) > MAX_NEW_FRAMES {
                    findings.limit(self.too_deep(&chain, MAX_NEW_FRAMES));
                } else if kernels.may_be(OLD_FRAMES) {
                    findings.note(self.too_deep_for_some(&chain));
                }
            }
        }
        for index in self.reached() {
            let Some(function) = self.functions.get(index) else { continue };
            let call = function.calls.iter().find(|call| call.target == Target::Indirect);
            call.into_iter().for_each(|call| findings.limit(
                Error::link(format!("{} calls what a register points to", quoted(&function.name)))
                    .at(call.source.as_ref().or(function.source.as_ref()))
                    .because("no kernel accepts an indirect call (`callx`)")
                    .help("call the function by its name, choose with `match` or `switch`, or use a tail call")
                    .help("in Rust, `dyn` and function pointers make such calls, and so does formatting (`core::fmt`)")
            ));
        }
    }

    fn check_stack(&self, asked: Option<u64>, kernels: &Kernels<'_>, findings: &mut Findings) {
        let [heaviest, formerly] = [Count::NEW, Count::OLD]
            .map(|count| self.heaviest(move |function| count.frame(function)));
        let limit = asked.unwrap_or(STACK_LIMIT);
        let is_private = |root, kind| {
            let may_be = kernels.oldest.is_none_or(|kernel| kernel > OLD_STACKS);
            asked.is_none() && may_be && self.may_be_private(root, kind)
        };
        let counts_formerly = kernels.oldest.is_some_and(|kernel| kernel <= OLD_COUNT);
        let is_fine = |root, kind| {
            let new = heaviest.from(root).stack(self, Count::NEW);
            let is_old = counts_formerly && asked.is_none();
            let old = if is_old { formerly.from(root).stack(self, Count::OLD) } else { 0 };
            old.max(new) <= limit || is_private(root, kind)
        };
        // Who sets a limit or names a kernel wants to know whether all programs pass.
        let is_open = asked.is_none() && kernels.oldest.is_none();
        let others = is_open
            && self
                .roots()
                .into_iter()
                .any(|(root, kind)| kind == Root::Program && is_fine(root, kind));
        for (root, kind) in self.roots() {
            let (chain, former) = (heaviest.from(root), formerly.from(root));
            let (new, old) = (chain.stack(self, Count::NEW), former.stack(self, Count::OLD));
            if asked.is_none() && old.max(new) > limit && self.may_be_skipped(root, &chain) {
                let bytes = if new > limit { new } else { old };
                findings.note(self.too_large_if_reached(root, &chain, bytes));
            } else if !is_fine(root, kind) {
                let chain = if new > limit { chain } else { former };
                let frames = self.along(&chain).take(NAMED).map(|function| function.name.clone());
                let frames = frames.collect();
                let bytes = if new > limit { new } else { old };
                let error = self.too_large(&chain, bytes, limit);
                let is_dispensable = others && kind == Root::Program;
                let instead = is_dispensable.then(|| self.too_large_for_one(&chain, bytes));
                findings.extend([Finding::Limit { error, frames, instead }]);
            } else if new > limit || old > limit && kernels.may_be(OLD_COUNT) && asked.is_none() {
                let chain = if new > limit { chain } else { former };
                findings.note(self.sometimes_too_large(&chain, new, old));
            }
        }
    }

    fn check_instructions(&self, limit: u64, findings: &mut Findings) {
        for (root, _) in self.roots() {
            let (reached, Some(function)) = (self.reached_from(&[root]), self.functions.get(root))
            else {
                continue;
            };
            let sizes = reached.iter().filter_map(|&index| self.functions.get(index));
            let size: u64 = sizes.map(|function| function.instructions).sum();
            if size > limit {
                let name = quoted(&function.name);
                findings.limit(
                    Error::link(format!("{name} has {size} instructions, {limit} are allowed"))
                        .at(function.source.as_ref())
                        .because("functions that it calls count")
                        .help("raise --insn-limit, or make the program smaller"),
                );
            }
        }
    }

    /// Returns true if the program need not be loaded (a section such as `?xdp`), or the verifier may not reach the
    /// chain: functions above the last one of `chain` read constants, and a test of these may make calls unreachable.
    fn may_be_skipped(&self, root: usize, chain: &Chain) -> bool {
        let is_optional =
            self.functions.get(root).is_some_and(|function| function.section.starts_with('?'));
        let callers = chain.functions.split_last().map_or(&[][..], |(_, callers)| callers);
        let mut callers = callers.iter().filter_map(|&index| self.functions.get(index));
        is_optional || callers.any(|caller| caller.reads_constants)
    }

    fn too_large_if_reached(&self, root: usize, chain: &Chain, bytes: u64) -> Warning {
        let (name, _) = self.first(chain);
        let is_optional =
            self.functions.get(root).is_some_and(|function| function.section.starts_with('?'));
        let reason = if is_optional {
            "loaders leave the program out unless they are asked for it"
        } else {
            "they take it only where a constant keeps the calls from being reached"
        };
        let message = format!(
            "the calls from {name} need {bytes} bytes of stack, and kernels allow {STACK_LIMIT}: {reason}"
        );
        let warning = Warning::new(WarningKind::StackChain, message);
        self.frames(chain).fold(warning, Warning::help).help("keep large data in a map")
    }

    fn too_large_for_one(&self, chain: &Chain, bytes: u64) -> Warning {
        let (name, _) = self.first(chain);
        let help = self.frames(chain).chain([
            "keep large data in a map".to_owned(),
            "loaders leave it out if its section starts with `?`; libbpf also after `bpf_program__set_autoload`".to_owned(),
        ]);
        Warning {
            kind: WarningKind::StackChain,
            message: format!(
                "the calls from {name} need {bytes} bytes of stack, and kernels allow {STACK_LIMIT}: loaders take the \
                 object only without this program"
            ),
            help: help.collect(),
        }
    }

    pub(super) fn may_be_private(&self, root: usize, kind: Root) -> bool {
        let section = self.functions.get(root).map_or("", |function| &function.section);
        let word =
            section.trim_start_matches('?').split(['/', '.', '+']).next().unwrap_or_default();
        // A function that is called later may belong to any program.
        let is_private = kind == Root::Deferred || PRIVATE.contains(&word);
        is_private && !self.reached_from(&[root]).iter().any(|&index| self.makes_tail_call(index))
    }

    /// Returns the indices of the functions that a loader loads with some program.
    #[must_use]
    pub fn reached(&self) -> Vec<usize> {
        let roots: Vec<usize> = self.roots().into_iter().map(|(root, _)| root).collect();
        self.reached_from(&roots)
    }

    /// Returns the indices of `roots` and all their direct and indirect callees.
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

    fn recursion(&self, circle: &Circle) -> Error {
        let Circle { chain, members } = circle;
        let (name, source) = self.first(chain);
        let error = Error::link(format!("{name} is recursive")).at(source);
        let error = self.links(chain).into_iter().fold(error, Error::because);
        let error = if *members > chain.functions.len() {
            error.because(format!("it is one of {members} functions that all reach each other"))
        } else {
            error
        };
        error
            .because("the kernel refuses a function that is called again before it returns")
            .help("make it a loop with a bound that is known, or use `bpf_loop`")
    }

    /// Returns the number of functions of `chain` with simultaneous frames, as kernels since 7.2 count them: a
    /// function that is verified separately restarts the count.
    pub(super) fn frames_at_once(&self, chain: &Chain) -> usize {
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
        let error = self.links(chain).into_iter().fold(error.at(source), Error::because);
        error.help(FEWER_CALLS)
    }

    fn too_deep_for_some(&self, chain: &Chain) -> Warning {
        let (name, _) = self.first(chain);
        let depth = chain.functions.len();
        let message = format!(
            "the calls from {name} are {depth} deep: kernels before {NEW_FRAMES} allow {MAX_FRAMES}"
        );
        let warning = Warning::new(WarningKind::CallDepth, message);
        self.links(chain).into_iter().fold(warning, Warning::help).help(FEWER_CALLS)
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
        let warning = Warning::new(WarningKind::StackChain, message);
        self.frames(chain).fold(warning, Warning::help).help("keep large data in a map")
    }

    /// Returns each function of `chain`, its call site and its frame; only both ends of a long chain.
    pub(super) fn frames<'a>(&'a self, chain: &'a Chain) -> impl Iterator<Item = String> + 'a {
        let frame = |index: &usize| self.functions.get(*index).map(|function| function.stack);
        shortened(chain.functions.len(), |place| {
            let bytes = chain.functions.get(place).and_then(frame)?;
            Some(format!("{}: {bytes} bytes", self.link(chain, place)?))
        })
        .into_iter()
    }

    /// Returns each function of `chain`, with its location and that of the call; only both ends of a long chain.
    pub(super) fn links(&self, chain: &Chain) -> Vec<String> {
        let count = chain.functions.len().saturating_add(usize::from(chain.recursive.is_some()));
        shortened(count, |place| self.link(chain, place))
    }

    /// Returns the function at `place` of `chain`, with its source and that of the call that leads to it.
    fn link(&self, chain: &Chain, place: usize) -> Option<String> {
        let index = chain.functions.get(place).copied().or(chain.recursive)?;
        let function = self.functions.get(index)?;
        let source = function.source.as_ref().map(|source| format!(" ({source})"));
        let text = format!("{}{}", quoted(&function.name), source.unwrap_or_default());
        let caller = place.checked_sub(1).and_then(|before| chain.functions.get(before));
        let Some(caller) = caller.and_then(|caller| self.functions.get(*caller)) else {
            return Some(text);
        };
        let to = |target: &Target| {
            *target == Target::Function(index) || *target == Target::Callback(index)
        };
        let call = caller.calls.iter().find(|call| to(&call.target));
        let at = call.and_then(|call| call.source.as_ref()).map(|at| format!(" at {at}"));
        Some(format!("{text}, called by {}{}", quoted(&caller.name), at.unwrap_or_default()))
    }
}

/// The kernels a program is for.
pub(super) struct Kernels<'a> {
    /// The oldest one, if the user sets it.
    oldest: Option<Kernel>,
    runs_on: &'a dyn Fn(Kernel) -> bool,
}

impl Kernels<'_> {
    /// Returns true if the program may have to run on `kernel`: neither the user nor the features used require a
    /// newer one.
    pub(super) fn may_be(&self, kernel: Kernel) -> bool {
        match self.oldest {
            Some(oldest) => oldest <= kernel,
            None => (self.runs_on)(kernel),
        }
    }
}

/// Returns lines 0 to `count` as `line` formats them, or the first and last ones and the number of lines left out.
fn shortened(count: usize, line: impl Fn(usize) -> Option<String>) -> Vec<String> {
    let ends = NAMED.saturating_mul(2);
    if count <= ends.saturating_add(1) {
        return (0..count).filter_map(line).collect();
    }
    let between = format!("{} more functions", count.saturating_sub(ends));
    let first = (0..NAMED).filter_map(&line);
    let last = (count.saturating_sub(NAMED)..count).filter_map(&line);
    first.chain([between]).chain(last).collect()
}
