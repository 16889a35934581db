//! Commands that speak with nobody: the configuration, shell completions, the manual page.

use std::io::{self, Write};

use clap::{Args, Command, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

use super::exit::{Exit, Stopped};
use crate::app::keymap::{DEFAULT, Keymap};
use crate::config::{Config, Flags, Paths};
use crate::runtime::variable;

/// What a configuration file looks like, with every key and its default.
const TEMPLATE: &str = include_str!("../../config.example.toml");

/// A command that needs no server.
#[derive(Clone, Debug, Subcommand)]
pub enum Local {
    /// The configuration file: where it is, whether it is right, what it may hold
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Completions for a shell, on standard output
    Completions(CompletionsArguments),
    /// The manual page, on standard output: `quarterdeck man | man -l -`
    Man(ManArguments),
}

/// What can be asked of the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Where it is looked for
    Path,
    /// Read it with the environment and the flags, and say what is wrong with it
    Check,
    /// A file with every key and its default, to be changed
    Template,
}

/// `completions`
#[derive(Clone, Copy, Debug, Args)]
pub struct CompletionsArguments {
    /// Which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// `man`
#[derive(Clone, Debug, Args)]
pub struct ManArguments {
    /// The page of this command instead
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// What a local command works with.
pub struct Place<'a> {
    /// The flags that are settings.
    pub flags: &'a Flags,
    /// Where files are.
    pub paths: &'a Paths,
    /// The command line as a whole.
    pub program: Command,
}

impl Local {
    /// Carries it out.
    pub fn run(&self, place: Place<'_>) -> Result<Exit, Stopped> {
        let mut text = Vec::new();
        let exit = match self {
            Self::Config(ConfigCommand::Path) => {
                let file = place.flags.config.as_ref();
                let file = file.unwrap_or(&place.paths.config_file);
                text = format!("{}\n", file.display()).into_bytes();
                Exit::Done
            }
            Self::Config(ConfigCommand::Template) => {
                text.extend_from_slice(TEMPLATE.as_bytes());
                Exit::Done
            }
            Self::Config(ConfigCommand::Check) => check(&place, &mut text)?,
            Self::Completions(CompletionsArguments { shell }) => {
                let mut program = place.program;
                clap_complete::generate(*shell, &mut program, "quarterdeck", &mut text);
                Exit::Done
            }
            Self::Man(ManArguments { command }) => {
                manual(place.program, command.as_deref(), &mut text)?;
                Exit::Done
            }
        };
        match io::stdout().write_all(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(&error)),
            Ok(()) | Err(_) => Ok(exit),
        }
    }
}

fn unwritable(error: &io::Error) -> Stopped {
    Stopped::usage(&format!("standard output cannot be written: {error}"))
}

fn check(place: &Place<'_>, text: &mut Vec<u8>) -> Result<Exit, Stopped> {
    let config = Config::load(place.flags, &variable, place.paths)
        .map_err(|error| Stopped::usage(&error.to_string()))?;
    let (_, problems) = Keymap::load(DEFAULT, &config.user_keys);
    for problem in &problems {
        text.extend_from_slice(format!("{problem}\n").as_bytes());
    }
    if problems.is_empty() {
        text.extend_from_slice(format!("right; server {}\n", config.server).as_bytes());
        return Ok(Exit::Done);
    }
    Ok(Exit::Usage)
}

fn manual(program: Command, name: Option<&str>, text: &mut Vec<u8>) -> Result<(), Stopped> {
    let Some(name) = name else {
        let page = Man::new(program).render(text).and_then(|()| keys(text));
        return page.map_err(|error| unwritable(&error));
    };
    let command = program.find_subcommand(name).cloned();
    let command =
        command.ok_or_else(|| Stopped::usage(&format!("there is no command `{name}`")))?;
    let page = Man::new(command).title(format!("quarterdeck-{name}"));
    page.render(text).map_err(|error| unwritable(&error))
}

/// The keys of the console, from the one table of them.
fn keys(text: &mut Vec<u8>) -> io::Result<()> {
    let (keymap, _) = Keymap::load(DEFAULT, &[]);
    writeln!(text, ".SH KEYS")?;
    let mut section = "";
    for binding in keymap.bindings() {
        let name = binding.action.section().name();
        if name != section {
            section = name;
            writeln!(text, ".SS {}", roff(name))?;
        }
        let keys = binding.keys.iter().map(ToString::to_string);
        let keys = keys.collect::<Vec<_>>().join(" ");
        writeln!(
            text,
            ".TP\n\\fB{}\\fR\n{}",
            roff(&keys),
            roff(binding.help.as_str())
        )?;
    }
    Ok(())
}

/// Text that the formatter takes for text.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    format!("\\&{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_page_names_every_key_with_what_it_does() {
        let mut text = Vec::new();
        manual(Command::new("quarterdeck"), None, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (keymap, _) = Keymap::load(DEFAULT, &[]);
        for binding in keymap.bindings() {
            assert!(text.contains(&roff(binding.help.as_str())), "{binding:?}");
        }
        assert!(text.contains(".SH KEYS"));
    }

    #[test]
    fn a_command_has_a_page_of_its_own_and_an_unknown_one_is_wrong_usage() {
        let program = || Command::new("quarterdeck").subcommand(Command::new("list"));
        let mut text = Vec::new();
        manual(program(), Some("list"), &mut text).unwrap();
        assert!(!text.is_empty());
        let stopped = manual(program(), Some("lost"), &mut text).unwrap_err();
        assert_eq!(stopped.exit, Exit::Usage);
    }
}
