//! What a launch comes to for either face of the console: the model's options, what its errands are run
//! with, and what is said first.

use std::path::PathBuf;

use quarterdeck_api::text::Line;
use ratatui::layout::Size;

use super::errands::Outside;
use super::launch::{HeaderNote, Launch, Setting};
use super::pending_files::PendingFiles;
use super::system::{local_offset, variable};
use super::view_state::ViewFile;
use super::watermark::WatermarkFile;
use crate::app::layout;
use crate::app::message::{Notice, SeenHead, Severity};
use crate::app::options::{KeptColumns, Options, SessionStart, ThemeChoice};
use crate::config::{Config, Paths};
use crate::net::Connection;
use crate::terminal::{self, ColorDepth};

/// What the console is shown on.
#[derive(Clone, Copy)]
pub(super) struct Surface {
    pub(super) colors: ColorDepth,
    pub(super) size: Size,
}

/// What a face begins with.
pub(super) struct Prepared {
    pub(super) options: Options,
    pub(super) outside: Outside,
    pub(super) header_note: Option<HeaderNote>,
    /// Whether colors were asked for.
    pub(super) theme_choice: ThemeChoice,
    pub(super) notices: Vec<Notice>,
}

/// Loads what earlier runs have left, and puts everything together.
pub(super) fn prepare(launch: Launch, surface: Surface) -> Prepared {
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
        ..
    } = setting;
    let run_id = format!("{:032x}", u128::from_be_bytes(random()));
    let pending = pending_files(watermark.as_ref(), &paths, &config, &run_id);
    let options = Options {
        watermark: load_watermark(watermark.as_ref(), &mut warnings),
        columns: load_columns(&ViewFile::of(&paths.state), &mut warnings),
        pending: pending
            .as_ref()
            .map_or_else(Vec::new, PendingFiles::cut_off),
        run_id,
        ..model_options(&config, &connection, surface, flags.session)
    };
    Prepared {
        options,
        theme_choice: config.theme_choice,
        outside: Outside {
            connection,
            random,
            watermark,
            pending,
            exports: exports(&config, &paths),
            flags,
            paths,
        },
        header_note,
        notices: warnings.iter().map(|warning| warn(warning)).collect(),
    }
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
    surface: Surface,
    wanted: SessionStart,
) -> Options {
    let Surface { colors, size } = surface;
    Options {
        environment: config.environment.clone(),
        host: Line::new(&config.host()),
        access: config.access,
        profiles: config.profiles.clone(),
        session: match wanted {
            // Whoever holds a token from a mail has no session of that account yet.
            SessionStart::FirstLogin => SessionStart::FirstLogin,
            SessionStart::SignIn | SessionStart::Resume if connection.has_session() => {
                SessionStart::Resume
            }
            SessionStart::SignIn | SessionStart::Resume => SessionStart::SignIn,
        },
        theme: config.theme,
        colors: colors.colors(),
        charset: terminal::charset(variable).with(config.ambiguous),
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
        toast_seconds: config.toast_seconds,
        max_bulk: config.max_bulk,
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
