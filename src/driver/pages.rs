//! Help, completions and the man page, all from the definition of the options.

use clap::{Arg, ArgAction, Command, builder::StyledStr};
use clap_complete::Shell;

use super::{Text, options::PLACED_FLAGS};

/// Returns the text of `-h`.
pub fn short_help(command: &Command) -> Text {
    styled(&shown(command).render_help())
}

/// Returns the text of `--help`.
pub fn long_help(command: &Command) -> Text {
    styled(&shown(command).render_long_help())
}

/// Returns `command` as shown to users: flags without the values that parsing needs.
fn shown(command: &Command) -> Command {
    PLACED_FLAGS
        .iter()
        .fold(command.clone(), |command, flag| command.mut_arg(flag, |arg| flag_like(&arg)))
}

fn flag_like(arg: &Arg) -> Arg {
    Arg::new(arg.get_id().clone())
        .long(arg.get_long().unwrap_or_default().to_owned())
        .help(arg.get_help().cloned().unwrap_or_default())
        .help_heading(arg.get_help_heading().unwrap_or_default().to_owned())
        .hide(arg.is_hide_set())
        .action(ArgAction::SetTrue)
}

fn styled(text: &StyledStr) -> Text {
    Text { plain: text.to_string(), styled: text.ansi().to_string() }
}

/// Returns a script that completes our options in `shell`.
pub fn completions(command: &Command, shell: Shell) -> Text {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(command), "bpf-linker", &mut script);
    unstyled(&script)
}

/// Returns the man page, in roff.
pub fn man(command: &Command) -> Text {
    let mut page = Vec::new();
    let command = shown(command).version(env!("CARGO_PKG_VERSION"));
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(command).render(&mut page);
    page.extend_from_slice(EXIT_STATUS.as_bytes());
    page.extend_from_slice(ENVIRONMENT.as_bytes());
    unstyled(&page)
}

/// The section of the man page about exit codes; `ErrorKind::exit_code` defines them.
const EXIT_STATUS: &str = r"
.SH EXIT STATUS
.TP
\fB0\fR
The link succeeded; there may be warnings.
.TP
\fB1\fR
The inputs are valid but do not make a program.
.TP
\fB2\fR
The command line, or a file that it names as an argument, is wrong.
.TP
\fB3\fR
An input is missing, malformed, or of a kind that cannot be linked.
.TP
\fB4\fR
No libLLVM is usable, or LLVM failed.
.TP
\fB5\fR
A file cannot be read or written.
.TP
\fB101\fR
Internal error.
";

/// The section of the man page about variables.
const ENVIRONMENT: &str = r"
.SH ENVIRONMENT
.TP
\fBBPF_LINKER_LLVM\fR
The libLLVM to use, or a directory that contains one; \fB\-\-llvm\fR takes precedence.
.TP
\fBRUST_LOG\fR
Log level, such as \fBdebug\fR; \fB\-\-log\-level\fR takes precedence.
.TP
\fBNO_COLOR\fR
If not empty, messages are not colored.
.TP
\fBCARGO_TERM_COLOR\fR
If \fBalways\fR, messages are colored even if they do not go to a terminal.
.TP
\fBTMPDIR\fR
Directory for reports about crashes of LLVM.
";

fn unstyled(bytes: &[u8]) -> Text {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Text { plain: text.clone(), styled: text }
}
