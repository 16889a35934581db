//! Arguments, configuration, log, run; nothing else.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use quarterdeck::cli::{self, Arguments, Command, DemoArguments};
use quarterdeck::config::{Config, Paths};
use quarterdeck::runtime::{self, IdleSignal, Logging, Setting, variable};

/// Wrong usage: the command line, the configuration, or no terminal to run on.
const USAGE: u8 = 2;

/// What there is where no screen can be drawn.
const WITHOUT_SCREEN: &str = "Without a screen: `quarterdeck --linear` and `quarterdeck demo --linear` work line by \
                              line, and the commands do one job each (`quarterdeck help`).";

fn main() -> ExitCode {
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    run(&arguments).unwrap_or_else(|error| match &arguments.command {
        Some(Command::Job(job)) => cli::fail(job, &error),
        Some(Command::Demo(_) | Command::Keys(_) | Command::Local(_)) | None => {
            eprintln!("quarterdeck: {error:#}");
            ExitCode::from(USAGE)
        }
    })
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    runtime::protect_process();
    let paths = Paths::find()?;
    if arguments.print_paths {
        write!(io::stdout(), "{paths}")?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.needs_terminal() && !io::stdout().is_terminal() {
        write!(io::stdout(), "{}\n{WITHOUT_SCREEN}\n", Arguments::help())?;
        return Ok(ExitCode::from(USAGE));
    }
    if arguments.needs_terminal() && variable("TERM").as_deref() == Some("dumb") {
        anyhow::bail!("no screen can be drawn on this terminal (TERM=dumb). {WITHOUT_SCREEN}");
    }
    match &arguments.command {
        None => {
            let (setting, _logging) = prepare(arguments, paths)?;
            runtime::run(setting.launch()?)
        }
        Some(Command::Demo(demo_arguments)) => {
            let (setting, _logging) = prepare(arguments, paths)?;
            demo(demo_arguments, setting)
        }
        Some(Command::Job(job)) => {
            let (setting, _logging) = prepare(arguments, paths)?;
            Ok(cli::run(job, setting))
        }
        Some(Command::Keys(keys)) => {
            let (setting, _logging) = prepare(arguments, paths)?;
            Ok(keys.run(&setting.config)?)
        }
        Some(Command::Local(local)) => Ok(cli::run_local(local, &arguments.flags(), &paths)),
    }
}

/// What a run needs to know, and its log, which lasts as long as it is held.
fn prepare(arguments: &Arguments, paths: Paths) -> anyhow::Result<(Setting, Logging)> {
    let config = Config::load(&arguments.flags(), &variable, &paths)?;
    let logging = Logging::start(&paths.log, config.log_level);
    let warnings = logging.warning.iter().cloned().collect();
    let idle = arguments
        .test_idle_path
        .as_deref()
        .map(IdleSignal::open)
        .transpose()?;
    let setting = Setting {
        face: arguments.face(),
        config,
        flags: arguments.flags(),
        paths,
        warnings,
        idle,
        panic_at: arguments.test_panic_at.clone(),
    };
    Ok((setting, logging))
}

#[cfg(feature = "bundled")]
fn demo(arguments: &DemoArguments, setting: Setting) -> anyhow::Result<ExitCode> {
    quarterdeck::bundled::demo(arguments, setting)
}

#[cfg(not(feature = "bundled"))]
fn demo(_: &DemoArguments, _: Setting) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build holds no server of its own; give `--server`")
}
