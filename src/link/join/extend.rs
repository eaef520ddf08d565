//! Calls of other compilers' functions from code of GCC.
//!
//! An argument narrower than a register has to be extended by somebody. LLVM's callers do it, and its callees rely on
//! it (`CC_BPF64` promotes integers to 64 bits); GCC's callees do it, and its callers leave the upper bits as they are
//! (measured with GCC 12 and 16). So such calls go through a function that extends the arguments first. Widths are
//! known from the BTF of the callee; without it, arguments pass as they are.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    names::{Names, symbol_at},
    producers::Producers,
};
use crate::{
    bpf::insn::{CALL, EXIT, INSN_SIZE, Insn, PSEUDO_CALL},
    btf::{Btf, Info, Int, Kind, Param},
    elf::{
        Binding, Contents, Elf, Place, Relocation, RelocationKind, Section, SectionId, Symbol,
        SymbolKind,
    },
    object::{Object, Role, SUBPROGRAMS, externs::Declared},
    report::{Error, Origin, Result, quoted},
};

/// Shifts of 64 bits by a constant: left, right, and right with the sign.
const SHIFT_LEFT: u8 = 0x67;
const SHIFT_RIGHT: u8 = 0x77;
const SHIFT_RIGHT_SIGNED: u8 = 0xc7;

/// The most bytes of a structure that LLVM passes in registers.
const MOST_IN_REGISTERS: u32 = 16;

/// The number of arguments in registers.
const REGISTERS: usize = 5;

/// `SHF_ALLOC | SHF_EXECINSTR` and `SHT_PROGBITS`.
const CODE_FLAGS: u64 = 0x6;
const PROGBITS: u32 = 1;
/// `STV_HIDDEN`.
const HIDDEN: u8 = 2;

/// A narrow argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Narrow {
    /// The register that holds it.
    register: u8,
    /// The bits to shift it left and right again.
    shift: i32,
    is_signed: bool,
}

/// Adds to `objects` one that extends narrow arguments of calls from code of GCC, and redirects the calls.
///
/// # Errors
/// Returns an error if a symbol is defined twice, or a structure is passed by value.
pub(super) fn extend_arguments(
    objects: &mut Vec<Object>,
    producers: &mut Vec<Producers>,
) -> Result<()> {
    if !producers.iter().any(|it| it.gcc) {
        return Ok(());
    }
    let callees = callees(objects)?;
    check_structures(objects, producers, &callees)?;
    let narrow: BTreeMap<String, Vec<Narrow>> = callees
        .into_iter()
        .filter(|(_, callee)| producers.get(callee.object).is_some_and(|it| it.others))
        .map(|(name, callee)| (name.to_owned(), callee.narrow_arguments()))
        .filter(|(_, narrow)| !narrow.is_empty())
        .collect();
    let mut called = BTreeSet::new();
    for (object, _) in objects.iter_mut().zip(&*producers).filter(|(_, it)| it.gcc) {
        for symbol in object.elf.symbols.values_mut() {
            if symbol.place == Place::Undefined && narrow.contains_key(&symbol.name) {
                called.insert(symbol.name.clone());
                symbol.name = extending(&symbol.name);
            }
        }
    }
    let Some(endian) =
        objects.first().map(|object| object.elf.endian).filter(|_| !called.is_empty())
    else {
        return Ok(());
    };
    let mut elf = Elf { endian, flags: 0, sections: BTreeMap::new(), symbols: BTreeMap::new() };
    let section = elf.add_section(Section {
        name: SUBPROGRAMS.to_owned(),
        kind: PROGBITS,
        flags: CODE_FLAGS,
        align: INSN_SIZE,
        entry_size: 0,
        contents: Contents::Bytes(Vec::new()),
        relocations: Vec::new(),
    });
    let mut code = Vec::new();
    let linked_only = called.iter().map(|name| extending(name)).collect();
    for name in called {
        let narrow = narrow.get(&name).map_or(&[][..], Vec::as_slice);
        add_function(&mut elf, section, &name, narrow, &mut code);
    }
    if let Some(section) = elf.sections.get_mut(&section) {
        section.contents = Contents::Bytes(code);
    }
    objects.push(Object {
        elf,
        btf: None,
        later: None,
        origin: Origin::whole("the linker"),
        declared: Declared { linked_only, ..Declared::default() },
        role: Role::Own,
    });
    producers.push(Producers::OTHERS);
    Ok(())
}

/// Returns the name of the function that extends the arguments of `name`.
fn extending(name: &str) -> String {
    format!("{name}__extended")
}

/// The prototype of a global function.
struct Callee<'a> {
    /// The index of the object that defines it.
    object: usize,
    btf: &'a Btf,
    parameters: &'a [Param],
}

/// A call from code of GCC whose arguments nothing extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unextended {
    /// The callee.
    pub function: String,
    /// The object of the caller.
    pub caller: Origin,
    /// The object of the callee, which has no BTF for it.
    pub callee: Origin,
}

/// Finds the functions of other compilers that code of GCC refers to and no BTF describes, each once.
pub(super) fn unextended(
    objects: &[Object],
    producers: &[Producers],
    names: &Names<'_>,
) -> Vec<Unextended> {
    if !producers.iter().any(|it| it.gcc) {
        return Vec::new();
    }
    let described: Vec<BTreeSet<Cow<'_, str>>> = objects.iter().map(described).collect();
    let mut found = BTreeMap::new();
    for (caller, _) in objects.iter().zip(producers).filter(|(_, it)| it.gcc) {
        for symbol in caller.elf.symbols.values().filter(|it| it.place == Place::Undefined) {
            let name = symbol.name.as_str();
            let Some(&at) = names.definitions.get(name) else { continue };
            let (Some(callee), Some(defined)) = (objects.get(at.object), symbol_at(objects, at))
            else {
                continue;
            };
            let is_other = producers.get(at.object).is_some_and(|it| it.others);
            let is_known = described.get(at.object).is_some_and(|names| names.contains(name));
            let is_own = callee.role == Role::Own;
            if defined.kind == SymbolKind::Function && is_other && !is_known && !is_own {
                found.entry(name).or_insert(Unextended {
                    function: name.to_owned(),
                    caller: caller.origin.clone(),
                    callee: callee.origin.clone(),
                });
            }
        }
    }
    found.into_values().collect()
}

/// Returns the names of the functions that the BTF of `object` describes.
fn described(object: &Object) -> BTreeSet<Cow<'_, str>> {
    let types = object.btf.iter().flat_map(|info| info.btf.iter().map(move |it| (&info.btf, it)));
    types
        .filter(|(_, (_, ty))| matches!(ty.kind, Kind::Func { .. }))
        .map(|(btf, (id, _))| btf.name(id))
        .collect()
}

/// Returns the global functions that BTF describes, by name.
fn callees(objects: &[Object]) -> Result<BTreeMap<&str, Callee<'_>>> {
    let definitions = Names::resolve(objects)?.definitions;
    let mut callees = BTreeMap::new();
    for (object, it) in objects.iter().enumerate() {
        let Some(Info { btf, .. }) = &it.btf else { continue };
        for (_, ty) in btf.iter() {
            let Kind::Func { proto, .. } = ty.kind else { continue };
            let Some(Kind::FuncProto(prototype)) = btf.get(proto).map(|ty| &ty.kind) else {
                continue;
            };
            let name = std::str::from_utf8(btf.strings.get(ty.name)).unwrap_or_default();
            let Some((&name, place)) = definitions.get_key_value(name) else { continue };
            if place.object == object {
                callees.entry(name).or_insert(Callee {
                    object,
                    btf,
                    parameters: &prototype.params,
                });
            }
        }
    }
    Ok(callees)
}

/// Refuses calls between GCC and other compilers that pass a small structure by value: GCC passes its address, LLVM
/// its bytes (`findings/gcc-16-and-clang-22-pass-small-structs-differently.sh`).
fn check_structures(
    objects: &[Object],
    producers: &[Producers],
    callees: &BTreeMap<&str, Callee<'_>>,
) -> Result<()> {
    for (caller, of_caller) in objects.iter().zip(producers) {
        for symbol in caller.elf.symbols.values().filter(|it| it.place == Place::Undefined) {
            let Some(callee) = callees.get(symbol.name.as_str()) else { continue };
            let Some(definer) = objects.get(callee.object) else { continue };
            let Some(of_callee) = producers.get(callee.object) else { continue };
            let from_gcc = of_caller.gcc && of_callee.others;
            let is_alike = !(from_gcc || of_caller.others && of_callee.gcc);
            if is_alike || !callee.takes_structure() {
                continue;
            }
            let (gcc, other) = if from_gcc { (caller, definer) } else { (definer, caller) };
            return Err(Error::link(format!(
                "{} takes a structure by value",
                quoted(&symbol.name)
            ))
            .because(format!("{} is of GCC, which passes its address", gcc.origin))
            .because(format!("{} is of another compiler, which passes its bytes", other.origin))
            .help("pass a pointer to it, or compile both with one compiler"));
        }
    }
    Ok(())
}

impl Callee<'_> {
    /// Returns the kind of a parameter's type behind its modifiers.
    fn kind(&self, parameter: &Param) -> Option<&Kind> {
        self.btf.unmodified(parameter.ty)
    }

    fn takes_structure(&self) -> bool {
        self.parameters.iter().any(|parameter| match self.kind(parameter) {
            Some(Kind::Struct(it) | Kind::Union(it)) => it.size <= MOST_IN_REGISTERS,
            _ => false,
        })
    }

    fn narrow_arguments(&self) -> Vec<Narrow> {
        let parameters = (1..).zip(self.parameters).take(REGISTERS);
        let narrow = parameters.filter_map(|(register, parameter)| {
            let (size, is_signed) = match self.kind(parameter)? {
                Kind::Int(int) => (int.size, int.encoding & Int::SIGNED != 0),
                Kind::Enum(list) => (list.size, list.signed),
                _ => return None,
            };
            let bits = i32::try_from(size).ok()?.checked_mul(8)?;
            let shift = 64_i32.checked_sub(bits).filter(|shift| *shift > 0)?;
            Some(Narrow { register, shift, is_signed })
        });
        narrow.collect()
    }
}

/// Appends to `code` a function that extends the `narrow` arguments and calls `callee`.
fn add_function(
    elf: &mut Elf,
    section: SectionId,
    callee: &str,
    narrow: &[Narrow],
    code: &mut Vec<u8>,
) {
    let insn = |code, destination, source, immediate| Insn {
        slot: 0,
        code,
        destination,
        source,
        offset: 0,
        immediate,
        upper: 0,
    };
    let start = code.len();
    for &Narrow { register, shift, is_signed } in narrow {
        let back = if is_signed { SHIFT_RIGHT_SIGNED } else { SHIFT_RIGHT };
        code.extend(insn(SHIFT_LEFT, register, 0, shift).encode(elf.endian));
        code.extend(insn(back, register, 0, shift).encode(elf.endian));
    }
    let call = code.len() as u64;
    code.extend(insn(CALL, 0, PSEUDO_CALL, -1).encode(elf.endian));
    code.extend(insn(EXIT, 0, 0, 0).encode(elf.endian));
    let size = code.len().saturating_sub(start) as u64;
    elf.add_symbol(Symbol {
        name: extending(callee),
        place: Place::Section(section),
        value: start as u64,
        size,
        kind: SymbolKind::Function,
        binding: Binding::Global,
        other: HIDDEN,
    });
    let symbol = elf.add_symbol(Symbol {
        name: callee.to_owned(),
        place: Place::Undefined,
        value: 0,
        size: 0,
        kind: SymbolKind::Untyped,
        binding: Binding::Global,
        other: 0,
    });
    if let Some(section) = elf.sections.get_mut(&section) {
        section.relocations.push(Relocation { offset: call, symbol, kind: RelocationKind::Call });
    }
}
