//! Help, completions and the man page, all from the definition of the options.

use clap::{Command, builder::StyledStr};
use clap_complete::Shell;

use super::Text;

/// What `-h` prints.
pub fn short_help(command: &mut Command) -> Text {
    styled(&command.render_help())
}

/// What `--help` prints.
pub fn long_help(command: &mut Command) -> Text {
    styled(&command.render_long_help())
}

fn styled(text: &StyledStr) -> Text {
    Text { plain: text.to_string(), styled: text.ansi().to_string() }
}

/// A script that completes our options in `shell`.
pub fn completions(command: &mut Command, shell: Shell) -> Text {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "bpf-linker", &mut script);
    unstyled(&script)
}

/// The man page, in roff.
pub fn man(command: &Command) -> Text {
    let mut page = Vec::new();
    let command = command.clone().version(env!("CARGO_PKG_VERSION"));
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(command).render(&mut page);
    unstyled(&page)
}

fn unstyled(bytes: &[u8]) -> Text {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Text { plain: text.clone(), styled: text }
}
