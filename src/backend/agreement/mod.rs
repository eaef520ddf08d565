//! Holds declarations of one symbol in several inputs against each other.
//!
//! A symbol has no type: code that reads a `long` where another file defines an `int` links, and reads the bytes of a
//! neighbor. Debug info tells, for inputs of C; merging keeps only one side's, so the comparison comes before. Its
//! rules are those of libbpf's linker (`glob_syms_match` in tools/lib/bpf/linker.c): see [`compare`] and [`maps`].
//! Declarations without debug info, and those of other languages, are not judged: Rust and Zig rightly declare with
//! types of their own.

mod compare;
mod maps;
mod shape;
mod show;

use std::collections::{BTreeMap, BTreeSet};

use super::opened::Opened;
use crate::{
    llvm::{Context, Global, Linkage, Module, Node},
    report::{Error, Origin, Result, quoted},
};

/// The section of maps that BTF defines.
const MAPS: &str = ".maps";
/// The words by which clang, of all vendors, names itself.
const COMPILER: &str = "clang version";

/// The declarations and definitions of symbols, by name.
#[derive(Default)]
pub(super) struct Agreement<'ctx>(BTreeMap<String, Declared<'ctx>>);

/// Two descriptions that differ: of the former and of the latter.
type Difference = (String, String);

/// A symbol as one input describes it.
struct Declared<'ctx> {
    place: String,
    what: What<'ctx>,
    is_definition: bool,
}

/// The type of a symbol.
enum What<'ctx> {
    Variable(Node<'ctx>),
    Map(Node<'ctx>),
    Function(Parameters<'ctx>),
}

/// The types of a function: the result, then the parameters.
enum Parameters<'ctx> {
    Known(Vec<Option<Node<'ctx>>>),
    /// Declared without a prototype, as `int f();`.
    Any(Option<Node<'ctx>>),
}

impl<'ctx> Agreement<'ctx> {
    /// Compares the symbols that `opened` declare and define, except for the definitions of functions: LLVM reads those
    /// when it links them. `reopen` reads one of `opened` whole.
    ///
    /// # Errors
    /// Two inputs declare a symbol with types that do not match.
    pub(super) fn of(
        context: &'ctx Context,
        opened: &[Opened<'ctx>],
        reopen: impl Fn(usize) -> Option<Module<'ctx>>,
    ) -> Result<Self> {
        let mut agreement = Self::default();
        let overridden = defined_twice(opened);
        for (index, input) in opened.iter().enumerate() {
            let is_overridden = |global: Global<'_>| overridden.contains(&global.name());
            let mut bodies = input.module.functions().filter(|function| has_body(*function));
            let whole = bodies.any(is_overridden).then(|| reopen(index)).flatten();
            let module = whole.as_ref().unwrap_or(&input.module);
            agreement.add(context, module, &input.origin, |_| true)?;
        }
        Ok(agreement)
    }

    /// Adds what `member`, of an archive, declares.
    ///
    /// # Errors
    /// It declares a symbol with another type than a former input.
    pub(super) fn add_member(
        &mut self,
        context: &'ctx Context,
        member: &Opened<'ctx>,
        wanted: &BTreeSet<String>,
    ) -> Result<()> {
        // Other definitions of the member are linked only if nothing defines them yet.
        self.add(context, &member.module, &member.origin, |global| {
            global.is_declaration() || wanted.contains(&global.name())
        })
    }

    /// Compares the functions that `module`, the linked program, defines with their declarations.
    ///
    /// # Errors
    /// A function is defined with another type than it is declared with.
    pub(super) fn check(self, context: &'ctx Context, module: &Module<'ctx>) -> Result<()> {
        for (name, former) in self.0.iter().filter(|(_, former)| !former.is_definition) {
            let function = module.find(name).filter(|global| has_body(*global));
            let own = function.filter(|function| {
                function.subprogram(context).is_some_and(|node| node.is_of_producer(COMPILER))
            });
            if let Some(defined) =
                own.and_then(|function| describe(context, function, "the program"))
            {
                former.compare(name, &defined)?;
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        context: &'ctx Context,
        module: &Module<'ctx>,
        origin: &Origin,
        is_meant: impl Fn(Global<'ctx>) -> bool,
    ) -> Result<()> {
        if !is_of_c(module) {
            return Ok(());
        }
        let globals = module.functions().chain(module.variables());
        let origin = origin.to_string();
        for global in globals.filter(|global| is_shared(*global) && is_meant(*global)) {
            if let Some(declared) = describe(context, global, &origin) {
                self.insert(&global.name(), declared)?;
            }
        }
        Ok(())
    }

    fn insert(&mut self, name: &str, declared: Declared<'ctx>) -> Result<()> {
        if let Some(former) = self.0.get(name) {
            former.compare(name, &declared)?;
            if former.is_definition || !declared.is_definition {
                return Ok(());
            }
        }
        self.0.insert(name.to_owned(), declared);
        Ok(())
    }
}

impl Declared<'_> {
    fn compare(&self, name: &str, other: &Declared<'_>) -> Result<()> {
        match self.what.difference(&other.what) {
            Some(difference) => Err(conflict(name, self, other, &difference)),
            None => Ok(()),
        }
    }
}

impl<'ctx> What<'ctx> {
    fn difference(&self, other: &Self) -> Option<Difference> {
        match (self, other) {
            (Self::Map(one), Self::Map(other)) => maps::difference(*one, *other),
            (Self::Function(one), Self::Function(other)) => one.difference(other),
            (Self::Variable(one) | Self::Map(one), Self::Variable(other) | Self::Map(other)) => {
                compare::variables(*one, *other).map(|inner| {
                    let whole = (show::a_type(Some(*one)), show::a_type(Some(*other)));
                    apart(whole, inner)
                })
            }
            (one, other) => Some((one.to_text(), other.to_text())),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Variable(ty) | Self::Map(ty) => show::a_type(Some(*ty)),
            Self::Function(types) => types.to_text(),
        }
    }
}

impl Parameters<'_> {
    fn difference(&self, other: &Self) -> Option<Difference> {
        let inner = match (self, other) {
            (Self::Known(one), Self::Known(other)) => compare::signatures(one, other),
            (one, other) => compare::results(one.result(), other.result()),
        };
        inner.map(|inner| apart((self.to_text(), other.to_text()), inner))
    }

    fn result(&self) -> Option<Node<'_>> {
        match self {
            Self::Known(types) => types.first().copied().flatten(),
            Self::Any(result) => *result,
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Known(types) => show::signature(types),
            Self::Any(result) => format!("{} ()", show::a_type(*result)),
        }
    }
}

/// Returns the texts of two types, or of their parts that differ if the types read alike.
fn apart(whole: Difference, inner: Difference) -> Difference {
    if whole.0 == whole.1 { inner } else { whole }
}

/// Returns the names of the functions that more than one of `opened` defines.
fn defined_twice(opened: &[Opened<'_>]) -> BTreeSet<String> {
    let (mut once, mut twice) = (BTreeSet::new(), BTreeSet::new());
    let functions = opened.iter().flat_map(|input| input.module.functions());
    for function in functions.filter(|function| is_shared(*function) && has_body(*function)) {
        if let Some(name) = once.replace(function.name()) {
            twice.insert(name);
        }
    }
    twice
}

/// Returns true for a symbol that other inputs can refer to.
fn is_shared(global: Global<'_>) -> bool {
    !global.is_llvm_own() && !matches!(global.linkage(), Linkage::Local | Linkage::Appending)
}

/// Returns true for a function with a body to link.
fn has_body(function: Global<'_>) -> bool {
    function.is_function()
        && !function.is_declaration()
        && function.linkage() != Linkage::AvailableExternally
}

fn is_of_c(module: &Module<'_>) -> bool {
    let compilers = module.compilers();
    !compilers.is_empty() && compilers.iter().all(|compiler| compiler.contains(COMPILER))
}

fn describe<'ctx>(
    context: &'ctx Context,
    global: Global<'ctx>,
    origin: &str,
) -> Option<Declared<'ctx>> {
    let (node, what) = if global.is_function() {
        let node = global.subprogram(context)?;
        (node, What::Function(parameters(global, node)?))
    } else {
        let node = global.described_variable(context)?;
        let ty = node.type_of_variable()?;
        let is_map = global.section() == MAPS;
        (node, if is_map { What::Map(ty) } else { What::Variable(ty) })
    };
    let place = node.declared_at().map_or_else(|| origin.to_owned(), |place| place.to_string());
    Some(Declared { place, what, is_definition: !global.is_declaration() })
}

fn parameters<'ctx>(function: Global<'ctx>, node: Node<'ctx>) -> Option<Parameters<'ctx>> {
    let types = node.signature_of_subprogram()?.signature_types();
    let own = function.signature()?;
    match types.as_slice() {
        [] if own.returns.is_none() && own.parameters.is_empty() => {
            Some(Parameters::Known(vec![None]))
        }
        // With `-g1` the types are unknown.
        [] => None,
        // Whether the types of `int f();` end in that of an ellipsis depends on the version of clang.
        [result] | [result, None] if function.is_variadic() && own.parameters.is_empty() => {
            Some(Parameters::Any(*result))
        }
        _ => Some(Parameters::Known(types)),
    }
}

fn conflict(
    name: &str,
    former: &Declared<'_>,
    latter: &Declared<'_>,
    (one, other): &Difference,
) -> Error {
    let sentence = |declared: &Declared<'_>, ty: &str| {
        let verb = if declared.is_definition { "defines" } else { "declares" };
        format!("{} {verb} it as {ty}", declared.place)
    };
    Error::link(format!("conflicting types for {}", quoted(name)))
        .because(sentence(former, one))
        .because(sentence(latter, other))
        .help("declare it with the type of its definition, best in one header that both sources include")
}
