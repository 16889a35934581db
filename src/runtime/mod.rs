//! The one loop: messages, input and timers go into `update`, effects come out and are carried out,
//! and a frame is drawn when there is something new to show.
//!
//! `main` and `bundled` start it. It holds the terminal and the network but no state of the
//! application: whatever is decided is decided in `app`.

mod clipboard;
mod console;
pub mod doctor;
mod downloads;
mod errands;
mod frames;
mod idle;
mod launch;
mod lines;
mod logging;
mod note;
mod pacing;
mod pending_files;
mod stored_session;
mod system;
mod view_state;
mod watermark;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use quarterdeck_api::text::{Body, Line};
use ratatui::layout::Size;

pub use downloads::{save, save_as};
pub use idle::IdleSignal;
pub use launch::{Face, HeaderNote, Launch, Setting};
pub use logging::Logging;
pub use pending_files::PendingFiles;
pub use stored_session::StoredSession;
pub use system::{local_offset, now, protect_process, random_bytes, variable};
pub use view_state::ViewFile;
pub use watermark::WatermarkFile;

use crate::app::keymap::UserKeys;
use crate::app::layout;
use crate::app::message::{Notice, SeenHead, Severity};
use crate::app::options::{KeptColumns, Motion, Options, SessionStart};
use crate::config::{Config, Paths};
use crate::net::Connection;
use crate::terminal::{self, ColorDepth, CrashReports, Link, RecentActions, Terminal};
use console::{Console, Leave};
use errands::Outside;

/// Runs the console until the operator leaves it, or something else ends it. The terminal is given
/// back before anything is printed.
pub fn run(launch: Launch) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let left = match launch.setting.face {
        Face::Screen => runtime.block_on(async { anyhow::Ok(enter(launch)?.run().await) }),
        Face::Lines => runtime.block_on(async { anyhow::Ok(begin_lines(launch)?.run().await) }),
    };
    // Whatever is still on its way to the server goes on there without us.
    runtime.shutdown_background();
    match left? {
        Leave::Quit { message } => {
            if let Some(message) = message {
                println!("{}", Body::new(&message));
            }
            Ok(ExitCode::SUCCESS)
        }
        Leave::Ended(ending) => Ok(ExitCode::from(ending.exit_code())),
    }
}

fn enter(launch: Launch) -> anyhow::Result<Console> {
    let Launch {
        setting,
        connection,
        random,
        header_note,
        watermark,
    } = launch;
    let Setting {
        face: _,
        config,
        flags,
        paths,
        mut warnings,
        idle,
        panic_at,
    } = setting;
    let seen = load_watermark(watermark.as_ref(), &mut warnings);
    let columns = load_columns(&ViewFile::of(&paths.state), &mut warnings);
    let link = Link::detect(variable);
    let color_depth = ColorDepth::detect(config.theme_choice, variable);
    let actions = RecentActions::default();
    let options = terminal::Options {
        color_depth,
        link,
        crash_reports: crash_reports(&paths, &actions),
    };
    let (terminal, events) = Terminal::enter(options).context("the terminal cannot be used")?;
    let theme_choice = config.theme_choice;
    let run_id = format!("{:032x}", u128::from_be_bytes(random()));
    let pending = pending_files(watermark.as_ref(), &paths, &config, &run_id);
    let options = Options {
        watermark: seen,
        columns,
        pending: pending
            .as_ref()
            .map_or_else(Vec::new, PendingFiles::cut_off),
        run_id,
        ..model_options(&config, &connection, color_depth, terminal.size()?)
    };
    Ok(Console::new(console::Parts {
        options,
        outside: Outside {
            connection,
            watermark,
            pending,
            exports: exports(&config, &paths),
            flags,
            paths,
        },
        terminal,
        events,
        actions,
        frame_gap: link.min_frame_gap(),
        header_note,
        theme_choice,
        notices: warnings.iter().map(|warning| warn(warning)).collect(),
        idle,
        panic_at,
    }))
}

/// The console in lines. There is no size, so that the model is told one that shows a list alone; nothing
/// counts by itself, and keys of one's own are for a screen.
fn begin_lines(launch: Launch) -> anyhow::Result<lines::Console> {
    let Launch {
        setting,
        connection,
        random,
        header_note,
        watermark,
    } = launch;
    let Setting {
        config,
        flags,
        paths,
        mut warnings,
        idle,
        ..
    } = setting;
    let seen = load_watermark(watermark.as_ref(), &mut warnings);
    let actions = RecentActions::default();
    terminal::report_crashes(crash_reports(&paths, &actions));
    let color_depth = ColorDepth::Monochrome;
    let size = Size::new(80, 24);
    let run_id = format!("{:032x}", u128::from_be_bytes(random()));
    let pending = pending_files(watermark.as_ref(), &paths, &config, &run_id);
    let options = model_options(&config, &connection, color_depth, size);
    let console = lines::Console::new(lines::Parts {
        options: Options {
            motion: Motion::Reduced,
            user_keys: UserKeys::default(),
            watermark: seen,
            pending: pending
                .as_ref()
                .map_or_else(Vec::new, PendingFiles::cut_off),
            run_id,
            ..options
        },
        outside: Outside {
            connection,
            watermark,
            pending,
            exports: exports(&config, &paths),
            flags,
            paths,
        },
        actions,
        header_note,
        notices: warnings.iter().map(|warning| warn(warning)).collect(),
        idle,
    });
    console.context("standard input cannot be read")
}

/// As the watermark: nowhere for a server that does not outlive the run.
fn pending_files(
    watermark: Option<&WatermarkFile>,
    paths: &Paths,
    config: &Config,
    run_id: &str,
) -> Option<PendingFiles> {
    watermark.map(|_| PendingFiles::of_server(&paths.state, &config.host(), run_id))
}

fn crash_reports(paths: &Paths, actions: &RecentActions) -> CrashReports {
    CrashReports {
        directory: paths.state.join("crash"),
        version: env!("CARGO_PKG_VERSION"),
        actions: actions.clone(),
    }
}

fn exports(config: &Config, paths: &Paths) -> PathBuf {
    let named = config.export_dir.clone();
    named.unwrap_or_else(|| paths.data.join("exports"))
}

fn load_watermark(file: Option<&WatermarkFile>, warnings: &mut Vec<String>) -> Option<SeenHead> {
    match file?.load() {
        Ok(seen) => seen,
        Err(error) => {
            warnings.push(format!(
                "what this console had seen of the audit log cannot be read: {error}"
            ));
            None
        }
    }
}

fn load_columns(file: &ViewFile, warnings: &mut Vec<String>) -> KeptColumns {
    file.load().unwrap_or_else(|error| {
        warnings.push(format!(
            "the columns that were chosen cannot be read, and the next choice replaces them: {error}"
        ));
        KeptColumns::new()
    })
}

fn model_options(
    config: &Config,
    connection: &Connection,
    color_depth: ColorDepth,
    size: Size,
) -> Options {
    Options {
        environment: config.environment.clone(),
        host: Line::new(&config.host()),
        access: config.access,
        session: if connection.has_session() {
            SessionStart::Resume
        } else {
            SessionStart::SignIn
        },
        theme: config.theme,
        colors: color_depth.colors(),
        charset: terminal::charset(variable),
        cursor: config.cursor,
        motion: config.motion,
        default_view: config.default_view,
        times: config.times,
        utc_offset: local_offset(),
        user_keys: config.user_keys.clone(),
        single_keys: config.single_keys,
        watermark: None,
        columns: KeptColumns::new(),
        pending: Vec::new(),
        run_id: String::new(),
        refresh_reports: config.refresh_reports,
        undo_seconds: config.undo_seconds,
        size: layout::Size {
            columns: size.width,
            rows: size.height,
        },
    }
}

fn warn(text: &str) -> Notice {
    Notice {
        severity: Severity::Warn,
        text: Line::new(text),
    }
}
