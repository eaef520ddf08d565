//! Tail calls below calls.
//!
//! A tail call hands its function's frame to the next program, but not the frames of the callers, so each of up to 33
//! tail calls in a row may add a chain of frames to the kernel's stack. The kernel therefore refuses a tail call in a
//! function whose callers have 256 bytes of frames or more (`check_max_stack_depth_subprog`, since 5.10; older
//! kernels allow only calls or only tail calls). The functions of a program with a tail call have no private stacks,
//! whatever its type (`check_max_stack_depth`).

use super::{
    Call, Chain, Count, ProgramStats, Target,
    limits::{Kernels, OLD_COUNT},
};
use crate::{
    check::Findings,
    report::{Error, Warning, WarningKind, quoted},
};

/// The number of bytes of frames above a tail call at which kernels refuse it.
const CALLERS_LIMIT: u64 = 256;
/// The number of `bpf_tail_call`.
const TAIL_CALL: i32 = 12;

const HELP: &str = "make the tail call from the program itself, let the function be inlined, or keep large data in a map";

/// The callers of a function that makes a tail call, followed by that function.
type Path = Vec<usize>;

impl ProgramStats {
    /// Refuses tail calls that are too deep for every kernel, and warns about tail calls too deep for some kernels.
    pub(super) fn check_tail_calls(&self, kernels: &Kernels<'_>, findings: &mut Findings) {
        for (root, _) in self.roots() {
            let deepest = |count| self.deepest_tail_call(root, count);
            let too_deep = |(bytes, _): &(u64, Chain)| *bytes >= CALLERS_LIMIT;
            let old = |found: &(u64, Chain)| too_deep(found) && kernels.may_be(OLD_COUNT);
            if let Some((bytes, chain)) = deepest(Count::NEW).filter(too_deep) {
                findings.limit(self.too_deep_a_tail_call(&chain, bytes));
            } else if let Some((bytes, chain)) = deepest(Count::OLD).filter(old) {
                findings.note(self.sometimes_too_deep(&chain, bytes));
            }
        }
    }

    /// Returns true if the function at `index` makes a tail call itself.
    pub(super) fn makes_tail_call(&self, index: usize) -> bool {
        self.tail_call(index).is_some()
    }

    fn tail_call(&self, index: usize) -> Option<&Call> {
        let calls = &self.functions.get(index)?.calls;
        calls.iter().find(|call| call.target == Target::Helper(TAIL_CALL))
    }

    /// Returns the calls from `root` to a tail call in another function with the largest frames above it, and their
    /// bytes.
    fn deepest_tail_call(&self, root: usize, count: Count) -> Option<(u64, Chain)> {
        let mut known = vec![None; self.functions.len()];
        let (bytes, mut functions) = self.below(root, count, &mut known)?;
        functions.reverse();
        Some((bytes, Chain { functions, recursive: None }))
    }

    /// Returns the bytes of frames from the function at `index` down to the deepest tail call below it, and the path
    /// there, its end first. Recursive calls are refused elsewhere, and are not followed here.
    fn below(
        &self,
        index: usize,
        count: Count,
        known: &mut [Option<Option<(u64, Path)>>],
    ) -> Option<(u64, Path)> {
        if let Some(known) = known.get(index)? {
            return known.clone();
        }
        *known.get_mut(index)? = Some(None);
        let function = self.functions.get(index)?;
        let mut deepest: Option<(u64, Path)> = None;
        for call in &function.calls {
            let Target::Function(callee) = call.target else { continue };
            let own = self.makes_tail_call(callee).then(|| (0, vec![callee]));
            let further = self.below(callee, count, known);
            let found = further.into_iter().chain(own).max_by_key(|(bytes, _)| *bytes);
            if let Some((bytes, path)) = found {
                if deepest.as_ref().is_none_or(|(most, _)| bytes > *most) {
                    deepest = Some((bytes, path));
                }
            }
        }
        let deepest = deepest.map(|(bytes, mut path)| {
            path.push(index);
            (bytes.saturating_add(count.frame(function)), path)
        });
        *known.get_mut(index)? = Some(deepest.clone());
        deepest
    }

    fn too_deep_a_tail_call(&self, chain: &Chain, bytes: u64) -> Error {
        let last = chain.functions.last().copied();
        let name = last
            .and_then(|index| self.functions.get(index))
            .map_or_else(String::new, |function| quoted(&function.name));
        let call = last.and_then(|index| self.tail_call(index));
        let error = Error::link(format!(
            "the callers of {name}, which makes a tail call, need {bytes} bytes of stack, \
             less than {CALLERS_LIMIT} are allowed"
        ));
        let error = error.at(call.and_then(|call| call.source.as_ref()));
        let error = self.frames(chain).fold(error, Error::because);
        error.because("their frames stay while the next programs run").help(HELP)
    }

    fn sometimes_too_deep(&self, chain: &Chain, bytes: u64) -> Warning {
        let last = chain.functions.last().and_then(|index| self.functions.get(*index));
        let message = format!(
            "the callers of {}, which makes a tail call, need {bytes} bytes of stack as kernels before 6.9 count \
             them, which allow less than {CALLERS_LIMIT}",
            last.map_or_else(String::new, |function| quoted(&function.name))
        );
        let warning = Warning::new(WarningKind::StackChain, message);
        self.frames(chain).fold(warning, Warning::help).help(HELP)
    }
}
