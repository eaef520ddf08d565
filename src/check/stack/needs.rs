//! Requirements of a program's calls on the kernel: their depth, and their stack as each release counts it.

use super::{
    Count, ProgramStats, Root,
    limits::{MAX_FRAMES, MAX_NEW_FRAMES, NEW_COUNT, NEW_FRAMES, NEW_STACKS, STACK_LIMIT},
    tail_calls::CALLERS_LIMIT,
};
use crate::{
    bpf::kernel::Kernel,
    check::need::{Need, NeedKind},
    report::quoted,
};

impl ProgramStats {
    /// Returns what the calls of the program with this symbol, and of the functions that it has called later, need.
    pub(in crate::check) fn needs(&self, program: &str) -> Vec<Need> {
        let Some(start) = self.functions.iter().position(|it| it.name == program) else {
            return Vec::new();
        };
        let reached = self.reached_from(&[start]);
        let deferred =
            |(root, kind): &(usize, Root)| *kind == Root::Deferred && reached.contains(root);
        let roots = self.roots().into_iter().filter(|it| it.0 == start || deferred(it));
        roots.flat_map(|(root, kind)| self.needs_of_calls(root, kind)).collect()
    }

    fn needs_of_calls(&self, root: usize, kind: Root) -> Vec<Need> {
        let Some(function) = self.functions.get(root) else { return Vec::new() };
        let depth = self.depth(root);
        let stack = self.stack(root, kind);
        let tail_call = self.tail_calls(root);
        let found =
            [(NeedKind::CallDepth, depth), (NeedKind::Stack, stack), (NeedKind::Stack, tail_call)];
        let needs = found.into_iter().filter_map(|(kind, found)| {
            let (what, since) = found?;
            let need = Need::entry(kind, quoted(&function.name), what, since);
            Some(need.at(function.source.clone()))
        });
        needs.collect()
    }

    /// Returns the depth of the calls from `root` if not every kernel allows it, and the first that does.
    fn depth(&self, root: usize) -> Option<(String, Option<Kernel>)> {
        let chain = self.heaviest(|_| 1).from(root);
        let depth = chain.functions.len();
        let since = (self.frames_at_once(&chain) <= MAX_NEW_FRAMES).then_some(NEW_FRAMES);
        (depth > MAX_FRAMES).then(|| (format!("calls that are {depth} deep"), since))
    }

    /// Returns the stack that the calls from `root` need if not every kernel allows it, and the first that does.
    fn stack(&self, root: usize, kind: Root) -> Option<(String, Option<Kernel>)> {
        let [new, old] = [Count::NEW, Count::OLD].map(|count| {
            self.heaviest(move |function| count.frame(function)).from(root).stack(self, count)
        });
        if new > STACK_LIMIT {
            let since = self.may_be_private(root, kind).then_some(NEW_STACKS);
            Some((format!("{new} bytes of stack"), since))
        } else if old > STACK_LIMIT {
            Some((format!("{new} bytes of stack, in steps of 16 bytes"), Some(NEW_COUNT)))
        } else {
            None
        }
    }

    /// Returns the stack above a tail call in a function that `root` calls, likewise.
    fn tail_calls(&self, root: usize) -> Option<(String, Option<Kernel>)> {
        let above = |count| self.deepest_tail_call(root, count).map_or(0, |(bytes, _)| bytes);
        let what = |bytes| format!("{bytes} bytes of stack above a tail call");
        let (new, old) = (above(Count::NEW), above(Count::OLD));
        if new >= CALLERS_LIMIT {
            Some((what(new), None))
        } else {
            (old >= CALLERS_LIMIT).then(|| (what(new), Some(NEW_COUNT)))
        }
    }
}
