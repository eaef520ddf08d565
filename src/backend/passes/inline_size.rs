//! Estimates the size of programs with every call inlined.
//!
//! A function that calls another one twice doubles it; twenty of these in a row turn a hundred instructions into
//! millions, and take LLVM hours and gigabytes. So the size is estimated first, and the link fails beyond a limit far
//! above the 4096 instructions that kernels without calls accept.

use std::collections::HashMap;

use crate::{
    llvm::{Global, Module},
    report::{Error, Result, quoted},
};

/// The most instructions of LLVM IR that a program may become.
const MOST: u64 = 1 << 17;

/// Checks that no program of `module` becomes too large with all calls inlined.
///
/// # Errors
/// A program becomes too large; the message names it and the function whose copies take most.
pub(in crate::backend) fn check(module: &Module<'_>) -> Result<()> {
    let mut sizes = Sizes { known: HashMap::new() };
    let programs = module
        .functions()
        .filter(|function| !function.is_declaration() && !function.section().is_empty());
    for program in programs {
        let size = sizes.of(program);
        if size > MOST {
            return Err(too_large(program, size, &sizes));
        }
    }
    Ok(())
}

/// The size of each function, by name; `None` while it is being counted, so that recursive calls count as nothing.
struct Sizes {
    known: HashMap<String, Option<u64>>,
}

/// A function that is being counted, with its remaining callees.
struct Step<'ctx> {
    name: String,
    size: u64,
    rest: Vec<Global<'ctx>>,
}

impl Sizes {
    fn of(&mut self, function: Global<'_>) -> u64 {
        let mut path = vec![self.enter(function)];
        while let Some(step) = path.last_mut() {
            let Some(callee) = step.rest.pop() else {
                let (name, size) = (std::mem::take(&mut step.name), step.size);
                path.pop();
                if let Some(caller) = path.last_mut() {
                    caller.size = caller.size.saturating_add(size);
                }
                self.known.insert(name, Some(size));
                continue;
            };
            match self.known.get(&callee.name()) {
                Some(size) => step.size = step.size.saturating_add(size.unwrap_or(0)),
                None => path.push(self.enter(callee)),
            }
        }
        self.known.get(&function.name()).copied().flatten().unwrap_or(0)
    }

    fn enter<'ctx>(&mut self, function: Global<'ctx>) -> Step<'ctx> {
        let name = function.name();
        self.known.insert(name.clone(), None);
        let (mut size, mut rest) = (0_u64, Vec::new());
        for instruction in function.instructions() {
            size = size.saturating_add(1);
            rest.extend(instruction.callee().filter(|callee| !callee.is_declaration()));
        }
        Step { name, size, rest }
    }
}

fn too_large(program: Global<'_>, size: u64, sizes: &Sizes) -> Error {
    let name = quoted(&program.name());
    let callees = program.instructions().filter_map(|instruction| instruction.callee());
    let size_of = |callee: &Global<'_>| sizes.known.get(&callee.name()).copied().flatten();
    let largest =
        callees.filter_map(|callee| Some((size_of(&callee)?, callee))).max_by_key(|it| it.0);
    let error = Error::link(format!("{name} would become too large without calls"))
        .at(program.place().map(|place| place.to_string()))
        .because(format!(
            "about {size} instructions, if all that it calls is inlined; at most {MOST} are"
        ));
    let error = match largest {
        Some((bytes, callee)) => {
            error.because(format!("{} makes {bytes} of them", quoted(&callee.name())))
        }
        None => error,
    };
    error
        .help("a function that calls another one twice doubles it: make that a loop, or call once")
        .help("for kernels from 4.16 on leave --ignore-inline-never out")
}
