//! Handles callbacks: those that a kernel helper function runs before it returns, and those that are programs of their
//! own.

use super::sites::{bodies, leaving, marks, return_at};
use crate::{
    backend::session::Session,
    llvm::{Global, Instruction, Module, Use},
    report::{Error, Result, quoted},
};

/// A helper function that takes a callback.
#[derive(Debug)]
pub(super) struct Helper {
    /// The number of the helper (`include/uapi/linux/bpf.h`).
    number: u64,
    name: &'static str,
    /// The index of the argument that is the callback.
    callback: u32,
    how: How,
}

/// The way in which a helper runs its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// A run before the helper returns, with a pointer that the helper passes on.
    Now {
        /// The index of the helper's argument that is the pointer.
        given: u32,
        /// The index of the callback's parameter that receives it.
        taken: u32,
        /// The return value by which the callback stops the iteration.
        stop: i64,
    },
    /// A run as a program of its own, which must return 0 (`set_timer_callback_state` in `kernel/bpf/verifier.c`).
    Later,
}

/// The helpers that take callbacks. `bpf_find_vma` calls once and accepts only 0.
const HELPERS: [Helper; 5] = [
    Helper {
        number: 164,
        name: "bpf_for_each_map_elem",
        callback: 1,
        how: How::Now { given: 2, taken: 3, stop: 1 },
    },
    Helper { number: 170, name: "bpf_timer_set_callback", callback: 1, how: How::Later },
    Helper {
        number: 180,
        name: "bpf_find_vma",
        callback: 2,
        how: How::Now { given: 3, taken: 2, stop: 0 },
    },
    Helper {
        number: 181,
        name: "bpf_loop",
        callback: 1,
        how: How::Now { given: 2, taken: 1, stop: 1 },
    },
    Helper {
        number: 209,
        name: "bpf_user_ringbuf_drain",
        callback: 1,
        how: How::Now { given: 2, taken: 1, stop: 1 },
    },
];

/// The prefix of the kernel functions that call a callback to compare, and continue whatever it returns
/// (`bpf_rbtree_add_impl` in `kernel/bpf/helpers.c`).
const ORDERING: &str = "bpf_rbtree_add";

/// The attribute of a callback that records its panics; its value is the name of the helper.
const NOTES: &std::ffi::CStr = c"bpf-linker-notes";

/// Makes each callback that may leave set a flag, which the caller of the helper tests.
///
/// # Errors
/// A callback is also used in another way.
pub(super) fn note_panics<'s>(
    session: &'s Session<'_>,
    module: &Module<'s>,
    leave: Global<'s>,
) -> Result<()> {
    let leaving = leaving(module, leave);
    let callbacks = bodies(module).filter(|function| leaving.contains(function));
    for callback in callbacks.collect::<Vec<_>>() {
        let Some(helper) = run_by(callback)? else { continue };
        let How::Now { given, taken, .. } = helper.how else { continue };
        for call in uses_by(callback, helper) {
            if let Some(noting) = module.note(&session.context, call, given, leave) {
                log::debug!("{} notes a panic of {}", noting.name(), callback.name());
            }
        }
        callback.unwrap_parameter(&session.context, taken);
        callback.set_string_attribute(NOTES, helper.name);
    }
    Ok(())
}

/// Returns the helper that runs `callback` before it returns, if `callback` records its panics.
pub(super) fn kind(callback: Global<'_>) -> Option<&'static Helper> {
    let name = callback.string_attribute(NOTES)?;
    HELPERS.iter().find(|helper| helper.name == name)
}

/// Turns the places where `callback` leaves into returns.
pub(super) fn finish<'ctx>(
    session: &'ctx Session<'_>,
    callback: Global<'ctx>,
    leave: Global<'ctx>,
    helper: &Helper,
) {
    let How::Now { taken, stop, .. } = helper.how else { return };
    for mark in marks(callback, leave) {
        mark.set_flag_before(&session.context, callback, taken);
    }
    return_at(session, callback, leave, stop, None);
    callback.remove_string_attribute(NOTES);
}

/// Returns true if a helper runs `function` before it returns.
pub(super) fn is_run(function: Global<'_>) -> bool {
    let helpers = function.uses().into_iter().filter_map(|one| match one {
        Use::Address(user) => helper_of(user, function),
        Use::Call(_) | Use::Constant => None,
    });
    helpers.into_iter().any(|helper| helper.how != How::Later)
}

/// Returns the only helper that takes the address of `function`; `None` if nothing uses its address.
fn run_by(function: Global<'_>) -> Result<Option<&'static Helper>> {
    let mut found: Option<&'static Helper> = None;
    let mut others = Vec::new();
    for one in function.uses() {
        let Use::Address(user) = one else { continue };
        if let Some(taker) = user.callee().filter(|taker| taker.name().starts_with(ORDERING)) {
            return Err(cannot_stop(function, &taker.name(), user));
        }
        match helper_of(user, function) {
            Some(helper) if found.is_none_or(|known| known.number == helper.number) => {
                found = Some(helper);
            }
            _ => others.push(user),
        }
    }
    let Some(helper) = found else { return Ok(None) };
    let calls = !function.calls().is_empty();
    match others.first() {
        None if !calls || helper.how == How::Later => Ok(Some(helper)),
        other => Err(mixed(function, helper, other.copied())),
    }
}

/// Returns true if a helper in `module` receives a callback that is not a function by name.
pub(in crate::backend) fn takes_unknown(module: &Module<'_>) -> bool {
    bodies(module).flat_map(Global::instructions).any(|call| {
        let helper = call.helper().and_then(|number| HELPERS.iter().find(|it| it.number == number));
        helper.is_some_and(|helper| call.function_operand(helper.callback).is_none())
    })
}

fn cannot_stop(function: Global<'_>, taker: &str, user: Instruction<'_>) -> Error {
    let name = quoted(&function.name());
    let place = user.place().or_else(|| function.place());
    Error::link(format!("a panic in {name} cannot stop `{taker}`"))
        .at(place.map(|place| place.to_string()))
        .because("the kernel goes on whatever the callback returns")
        .help("let the callback compare, and do what may panic outside of it")
}

fn mixed(function: Global<'_>, helper: &Helper, other: Option<Instruction<'_>>) -> Error {
    let place = other.and_then(Instruction::place).or_else(|| function.place());
    let name = quoted(&function.name());
    Error::link(format!("a panic in {name} cannot stop `{}`", helper.name))
        .at(place.map(|place| place.to_string()))
        .because("the function is called in other ways too, which know nothing of the panic")
        .help("give the helper a function of its own as its callback")
}

/// Returns the helper that `user` passes `function` to as its callback.
fn helper_of(user: Instruction<'_>, function: Global<'_>) -> Option<&'static Helper> {
    let number = user.helper()?;
    let helper = HELPERS.iter().find(|helper| helper.number == number)?;
    (user.function_operand(helper.callback) == Some(function)).then_some(helper)
}

fn uses_by<'ctx>(function: Global<'ctx>, helper: &Helper) -> Vec<Instruction<'ctx>> {
    let users = function.uses().into_iter().filter_map(|one| match one {
        Use::Address(user) => Some(user),
        Use::Call(_) | Use::Constant => None,
    });
    users.filter(|user| user.helper() == Some(helper.number)).collect()
}
