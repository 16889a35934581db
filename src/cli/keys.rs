//! `quarterdeck keys`: the table of keys in force, with the user's own laid over it.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::app::keymap::{self, Binding, Keymap, KeymapProblem, Section};
use crate::config::Config;

/// A key of the configuration is wrong: the same code as for any other wrong setting.
const WRONG: u8 = 2;
/// Version of the JSON lines.
const VERSION: u8 = 1;

/// How the keys are listed.
#[derive(Debug, Args)]
pub struct KeysArguments {
    /// List nothing; exit with 2 if a key of the configuration is wrong
    #[arg(long, conflicts_with_all = ["markdown", "json"])]
    check: bool,
    /// List them as Markdown tables, a section each
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// List them as JSON, an action a line
    #[arg(long)]
    json: bool,
}

/// What is written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Nothing,
    Columns,
    Markdown,
    Json,
}

#[derive(Serialize)]
struct Row<'a> {
    v: u8,
    section: &'static str,
    action: &'static str,
    keys: Vec<String>,
    help: &'a str,
}

#[derive(Serialize)]
struct Wrong<'a> {
    v: u8,
    file: &'a str,
    line: usize,
    error: &'a str,
}

impl KeysArguments {
    const fn form(&self) -> Form {
        match self {
            Self { check: true, .. } => Form::Nothing,
            Self { markdown: true, .. } => Form::Markdown,
            Self { json: true, .. } => Form::Json,
            Self { .. } => Form::Columns,
        }
    }

    /// Lists the keys of a configuration; what is wrong with them goes to standard error.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn run(&self, config: &Config) -> io::Result<ExitCode> {
        let (keymap, problems) = Keymap::load(keymap::DEFAULT, &config.user_keys);
        write_keys(&keymap, self.form(), &mut io::stdout().lock())?;
        write_problems(&problems, self.form(), &mut io::stderr().lock())?;
        let is_wrong = self.check && !problems.is_empty();
        Ok(ExitCode::from(if is_wrong { WRONG } else { 0 }))
    }
}

fn write_keys(keymap: &Keymap, form: Form, output: &mut impl Write) -> io::Result<()> {
    for section in Section::ALL {
        let sections = [*section];
        let bindings: Vec<_> = keymap.of(&sections).collect();
        match form {
            Form::Nothing => {}
            Form::Columns => write_columns(*section, &bindings, output)?,
            Form::Markdown => write_markdown(*section, &bindings, output)?,
            Form::Json => write_json(&bindings, output)?,
        }
    }
    output.flush()
}

fn write_columns(
    section: Section,
    bindings: &[&Binding],
    output: &mut impl Write,
) -> io::Result<()> {
    writeln!(output, "[{}]", section.name())?;
    for binding in bindings {
        let (name, keys) = (binding.action.name(), keys_of(binding).join(" "));
        writeln!(output, "{name:<17} {keys:<15} {}", binding.help)?;
    }
    writeln!(output)
}

fn write_markdown(
    section: Section,
    bindings: &[&Binding],
    output: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        output,
        "## `{}`\n\n| action | keys | what it does |\n|---|---|---|",
        section.name()
    )?;
    for binding in bindings {
        let keys = keys_of(binding).into_iter();
        let keys: Vec<_> = keys.map(|key| format!("`{}`", escaped(&key))).collect();
        let help = escaped(binding.help.as_str());
        let name = binding.action.name();
        writeln!(output, "| `{name}` | {} | {help} |", keys.join(" "))?;
    }
    writeln!(output)
}

/// A bar would end the cell, in code as well.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

fn write_json(bindings: &[&Binding], output: &mut impl Write) -> io::Result<()> {
    for binding in bindings {
        let row = Row {
            v: VERSION,
            section: binding.action.section().name(),
            action: binding.action.name(),
            keys: keys_of(binding),
            help: binding.help.as_str(),
        };
        writeln!(output, "{}", serde_json::to_string(&row)?)?;
    }
    Ok(())
}

fn keys_of(binding: &Binding) -> Vec<String> {
    binding.keys.iter().map(ToString::to_string).collect()
}

fn write_problems(
    problems: &[KeymapProblem],
    form: Form,
    output: &mut impl Write,
) -> io::Result<()> {
    for problem in problems {
        match form {
            Form::Nothing | Form::Columns | Form::Markdown => writeln!(output, "{problem}")?,
            Form::Json => {
                let wrong = Wrong {
                    v: VERSION,
                    file: problem.file.as_str(),
                    line: problem.line,
                    error: problem.message.as_str(),
                };
                writeln!(output, "{}", serde_json::to_string(&wrong)?)?;
            }
        }
    }
    Ok(())
}
