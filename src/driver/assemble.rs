//! Options to plan: the meaning of each option for the link.

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf, time::Duration};

use clap::{
    ArgMatches, Command, FromArgMatches,
    error::{ContextKind, ContextValue},
};
use log::LevelFilter;

use super::{
    Invocation, Logging, Messages, PlanFormat, Request, VersionDetail, explain, exports, inputs,
    normalize::Normal,
    options::{ANYTHING, Options, WarningWish},
    outputs, pages, words,
};
use crate::{
    bpf::kernel::Kernel,
    plan::{
        AllowUndefined, Btf, Codegen, DebugInfo, Dependencies, Dwarf, InlineNever, Judge, Limits,
        LinkMode, LinkPlan, LinkerWarnings, Listing, LlvmErrors, Loops, MapDefinitions,
        MemcpyExpansion, MemoryBuiltins, Output, Panics, Refused, Reports, SourceLines, Symbols,
        Traps, Verify, WarningPolicy,
    },
    report::{Error, Result},
};

/// Builds the invocation from `normal`, whose words come from the command line and from `files`.
///
/// # Errors
/// A value is invalid for its option, a link lacks inputs or an output, or a file of symbols cannot be read.
pub fn assemble(command: Command, normal: Normal, mut files: Vec<PathBuf>) -> Result<Invocation> {
    let matches = command
        .clone()
        .no_binary_name(true)
        .try_get_matches_from(&normal.words)
        .map_err(reworded)?;
    let options = Options::from_arg_matches(&matches).map_err(reworded)?;
    let logging = logging(&options);
    let messages = Messages {
        color: options.color.unwrap_or_default(),
        format: options.error_format.unwrap_or_default(),
    };
    let lists = [&options.export_symbols, &options.version_script, &options.dynamic_list];
    files.extend(lists.into_iter().flatten().cloned());
    let request = match text(&command, &options)? {
        Some(text) => Request::Print(text),
        None => request(options, &matches, &files)?,
    };
    let Normal { words: args, notes, notices } = normal;
    Ok(Invocation { request, logging, messages, args, notes, notices, files })
}

fn text(command: &Command, options: &Options) -> Result<Option<super::Text>> {
    if let Some(name) = &options.explain {
        let plain = explain::explain(name)?;
        return Ok(Some(super::Text { styled: plain.clone(), plain }));
    }
    Ok(if options.help {
        Some(pages::long_help(command))
    } else if options.h {
        Some(pages::short_help(command))
    } else if options.man {
        Some(pages::man(command))
    } else {
        options.completions.map(|shell| pages::completions(command, shell))
    })
}

fn logging(options: &Options) -> Logging {
    let verbose = options.verbose.then_some(LevelFilter::Info);
    Logging { file: options.log_file.clone(), level: options.log_level.or(verbose) }
}

fn request(options: Options, matches: &ArgMatches, files: &[PathBuf]) -> Result<Request> {
    // A lone `-v` asks for the version, as in ld and gcc.
    let version = options.version
        || (options.verbose && options.inputs.is_empty() && options.output.is_none());
    let named = outputs::outputs(&options.emit, options.output.as_deref());
    if version {
        let detail = if options.verbose { VersionDetail::Loaded } else { VersionDetail::Short };
        return Ok(Request::Version {
            detail,
            plan: Box::new(plan(&options, matches, files, Vec::new())?),
        });
    }
    if options.print_llvm {
        return Ok(Request::PrintLlvm(Box::new(plan(
            &options,
            matches,
            files,
            named.unwrap_or_default(),
        )?)));
    }
    if options.inputs.is_empty() && options.library.is_empty() {
        return Err(
            Error::usage("no inputs").help("name what to link: `bpf-linker -o prog.o prog.bc`")
        );
    }
    let plan = Box::new(plan(&options, matches, files, named?)?);
    Ok(match options.print_plan.as_deref() {
        None => Request::Link(plan),
        Some("json") => Request::PrintPlan { plan, format: PlanFormat::Json },
        Some(_) => Request::PrintPlan { plan, format: PlanFormat::Human },
    })
}

fn plan(
    options: &Options,
    matches: &ArgMatches,
    files: &[PathBuf],
    outputs: Vec<Output>,
) -> Result<LinkPlan> {
    let plan = LinkPlan {
        inputs: inputs::in_order(options, matches),
        search_dirs: options.library_path.clone(),
        exports: exports::exports(options)?,
        target: options.target.clone(),
        cpu: options.cpu,
        kernel: None,
        cpu_features: options.cpu_features.clone().unwrap_or_default(),
        opt_level: options.optimize.unwrap_or_default(),
        outputs,
        mode: if options.relocatable { LinkMode::Relocatable } else { LinkMode::Final },
        undefined: undefined(options),
        symbols: Symbols {
            defined: options.defsym.clone(),
            wrapped: options.wrap.clone(),
            set: options.set.clone(),
        },
        maps: if options.keep_legacy_maps { MapDefinitions::Keep } else { MapDefinitions::Btf },
        debug_info: debug_info(options),
        codegen: codegen(options),
        llvm: options.llvm.clone(),
        llvm_args: options
            .llvm_args
            .iter()
            .chain(&options.llvm_arg)
            .filter(|arg| !arg.is_empty())
            .cloned()
            .collect(),
        dump_module: options.dump_module.clone(),
        cache_dir: options.cache_dir.clone(),
        llvm_errors: match options.fatal_errors.as_deref() {
            Some("false") => LlvmErrors::Tolerate,
            _ => LlvmErrors::Fatal,
        },
        warnings: warnings(options),
        limits: Limits { stack: options.stack_limit, instructions: options.insn_limit },
        verify: verify(options),
        reports: reports(options, files),
    };
    Ok(match options.kernel {
        Some((major, minor)) => plan.for_kernel(Kernel(major, minor)),
        None => plan,
    })
}

fn undefined(options: &Options) -> AllowUndefined {
    match options.allow_undefined.as_slice() {
        [] => AllowUndefined::Nothing,
        symbols if is_for_all(symbols) => AllowUndefined::Anything,
        symbols => AllowUndefined::Named(symbols.to_vec()),
    }
}

fn debug_info(options: &Options) -> DebugInfo {
    DebugInfo {
        btf: if options.btf { Btf::Emit } else { Btf::Omit },
        dwarf: if options.keep_dwarf { Dwarf::Keep } else { Dwarf::Strip },
        source_lines: if options.no_btf_source_lines {
            SourceLines::None
        } else {
            options.btf_source_lines.unwrap_or_default()
        },
        remap_path_prefix: options.remap_path_prefix.clone(),
        btf_compat: options.btf_compat,
    }
}

fn codegen(options: &Options) -> Codegen {
    Codegen {
        memcpy: if options.disable_expand_memcpy_in_order {
            MemcpyExpansion::AnyOrder
        } else {
            MemcpyExpansion::InOrder
        },
        memory_builtins: if options.disable_memory_builtins {
            MemoryBuiltins::Leave
        } else {
            MemoryBuiltins::Provide
        },
        loops: if is_for_all(&options.unroll_loops) { Loops::Unroll } else { Loops::AsOptimized },
        unrolled: named(&options.unroll_loops),
        inline_never: if is_for_all(&options.ignore_inline_never) {
            InlineNever::Ignore
        } else {
            InlineNever::Honor
        },
        inlined: named(&options.ignore_inline_never),
        traps: if options.allow_bpf_trap { Traps::Allow } else { Traps::Disallow },
        panics: Panics {
            way: options.panic.unwrap_or_default(),
            values: options.panic_value.clone(),
        },
    }
}

fn is_for_all(symbols: &[String]) -> bool {
    symbols.iter().any(|symbol| symbol == ANYTHING)
}

fn named(symbols: &[String]) -> Vec<String> {
    symbols.iter().filter(|symbol| *symbol != ANYTHING && !symbol.is_empty()).cloned().collect()
}

fn warnings(options: &Options) -> WarningPolicy {
    let mut silenced = BTreeSet::new();
    let mut others =
        if options.fatal_warnings { LinkerWarnings::Fatal } else { LinkerWarnings::Tolerate };
    for wish in &options.warning {
        match wish {
            WarningWish::Hide(kind) => drop(silenced.insert(*kind)),
            WarningWish::Show(kind) => drop(silenced.remove(kind)),
            WarningWish::Others(policy) => others = *policy,
            WarningWish::Nothing => {}
        }
    }
    WarningPolicy { silenced: silenced.into_iter().collect(), others }
}

fn verify(options: &Options) -> Verify {
    let words = options.verify.iter().flat_map(|list| words::split_commas(list));
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let is_search = |word: &OsString| word == "search";
    let kernels = words.iter().filter(|word| !is_search(word)).map(|word| match word.to_str() {
        Some("running") => Judge::Running,
        _ => Judge::Image(word.into()),
    });
    let mut kernels = kernels.collect::<Vec<_>>();
    if kernels.is_empty() && !words.is_empty() {
        // `search` names no kernel.
        kernels.push(Judge::Running);
    }
    Verify {
        kernels,
        refused: if words.iter().any(is_search) { Refused::Search } else { Refused::Explain },
        program: options.verify_with.clone(),
        timeout: options.verify_timeout.map_or(Verify::default().timeout, Duration::from_secs),
    }
}

fn reports(options: &Options, files: &[PathBuf]) -> Reports {
    Reports {
        trace: if options.trace { Listing::Print } else { Listing::Silent },
        dropped: if options.print_gc { Listing::Print } else { Listing::Silent },
        why_extract: options.why_extract.clone(),
        program: options.report.clone(),
        program_json: options.report_json.clone(),
        program_html: options.report_html.clone(),
        time_trace: options.time_trace.clone(),
        map: options.map.clone(),
        dependencies: options
            .dependency_file
            .clone()
            .map(|file| Dependencies { file, arguments: files.to_vec() }),
        why_live: options.why_live.clone(),
        memory_usage: if options.print_memory_usage { Listing::Print } else { Listing::Silent },
        reproduce: options.reproduce.clone(),
    }
}

/// Converts clap's error to our wording; at this point only values can be wrong.
fn reworded(error: clap::Error) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(all)) => all.join(", "),
        _ => String::new(),
    };
    let option = text(ContextKind::InvalidArg);
    let option = option.split([' ', '=', '[']).next().unwrap_or_default();
    let (value, known) = (text(ContextKind::InvalidValue), text(ContextKind::ValidValue));
    let invalid = match (option, value.as_str()) {
        ("", _) => Error::usage(error.to_string().trim_start_matches("error: ").trim()),
        (option, "") => Error::usage(format!("`{option}` is given an empty value")),
        (option, value) => Error::usage(format!("`{option}` cannot be `{value}`")),
    };
    let near = text(ContextKind::SuggestedValue);
    let invalid = match std::error::Error::source(&error) {
        Some(source) => invalid.because(source),
        None => invalid,
    };
    match (near.as_str(), known.as_str()) {
        ("", "") => invalid,
        ("", known) => invalid.help(format!("values are {known}")),
        (near, known) => invalid.help(format!("did you mean `{near}`? values are {known}")),
    }
}
