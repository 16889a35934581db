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
mod preparation;
mod stored_session;
mod system;
mod view_state;
mod watermark;

use std::process::ExitCode;

use anyhow::Context as _;
use quarterdeck_api::text::Body;

pub use downloads::{save, save_as};
pub use idle::IdleSignal;
pub use launch::{Face, HeaderNote, Launch, Setting};
pub use logging::Logging;
pub use pending_files::PendingFiles;
pub use stored_session::StoredSession;
pub use system::{local_offset, now, protect_process, random_bytes, variable};
pub use view_state::ViewFile;
pub use watermark::WatermarkFile;

use crate::config::Paths;
use crate::terminal::{self, ColorDepth, CrashReports, Link, RecentActions, Terminal};
use console::{Console, Leave};
use preparation::{Surface, prepare};

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

fn enter(mut launch: Launch) -> anyhow::Result<Console> {
    let setting = &mut launch.setting;
    let (idle, panic_at) = (setting.idle.take(), setting.panic_at.take());
    let link = Link::detect(variable);
    let colors = ColorDepth::detect(setting.config.theme_choice, variable);
    let actions = RecentActions::default();
    let options = terminal::Options {
        color_depth: colors,
        link,
        crash_reports: crash_reports(&setting.paths, &actions),
    };
    let (terminal, events) = Terminal::enter(options).context("the terminal cannot be used")?;
    let size = terminal.size()?;
    Ok(Console::new(console::Parts {
        prepared: prepare(launch, Surface { colors, size }),
        terminal,
        events,
        actions,
        colors,
        frame_gap: link.min_frame_gap(),
        idle,
        panic_at,
    }))
}

fn begin_lines(mut launch: Launch) -> anyhow::Result<lines::Console> {
    let idle = launch.setting.idle.take();
    let actions = RecentActions::default();
    terminal::report_crashes(crash_reports(&launch.setting.paths, &actions));
    let console = lines::Console::new(lines::Parts {
        prepared: lines::prepare_lines(launch),
        actions,
        idle,
    });
    console.context("standard input cannot be read")
}

fn crash_reports(paths: &Paths, actions: &RecentActions) -> CrashReports {
    CrashReports {
        directory: paths.state.join("crash"),
        version: env!("CARGO_PKG_VERSION"),
        actions: actions.clone(),
    }
}
