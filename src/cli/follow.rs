//! `audit --follow`: the rows of the log as they are written, oldest first, until it is interrupted or so many
//! were shown. The log has no gaps, so that what follows a place is asked for and nothing is missed, whatever
//! the filter: rows are held against it here.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use quarterdeck_api::audit::{AuditField, AuditQuery, AuditRow, ListAudit};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::filter::{self, Context, Filter};
use quarterdeck_api::page::MAX_TAKE;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use super::exit::{Exit, Stopped};
use super::list::{RowsArguments, object, wrong_filter};
use super::output::{Format, Printer};
use super::remote::{Remote, misunderstood};
use crate::app::message::Failed;
use crate::app::time::{TimeStyle, Times};
use crate::runtime::now;
use crate::screens::audit::Audit;
use crate::screens::screen::{Screen, Width};

/// Between two questions.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows rows as they come.
pub async fn follow<W: Write>(
    remote: &Remote,
    rows: &RowsArguments,
    printer: &mut Printer<W>,
) -> Result<Exit, Stopped> {
    let interrupt = signal(SignalKind::interrupt());
    let mut interrupt = interrupt.map_err(|error| Stopped::usage(&error.to_string()))?;
    let following = async { Follower::begin(remote, rows, printer).await?.go_on().await };
    tokio::select! {
        biased;
        _ = interrupt.recv() => Ok(Exit::Interrupted),
        ended = following => ended.map(|()| Exit::Done),
    }
}

struct Follower<'a, W> {
    remote: &'a Remote,
    printer: &'a mut Printer<W>,
    filter: Filter<AuditField>,
    me: filter::Me,
    /// The place up to which every row was seen.
    seen: i64,
    /// How many more are shown.
    left: Option<usize>,
}

impl<'a, W: Write> Follower<'a, W> {
    /// From the end of the log on, as it is now.
    async fn begin(
        remote: &'a Remote,
        rows: &RowsArguments,
        printer: &'a mut Printer<W>,
    ) -> Result<Self, Stopped> {
        let filter = Filter::parse(&rows.filter);
        let filter = filter.map_err(|error| wrong_filter(&rows.filter, &error))?;
        let me = remote.me().await?;
        let newest = ask(remote, None, None, 1).await?;
        let seen = newest.0.first().map_or(0, |row| row.seq);
        eprintln!("quarterdeck: following the audit log after #{seen}; Ctrl-C ends");
        Ok(Self {
            remote,
            printer,
            filter,
            me: filter::Me {
                id: me.id,
                email: me.email.to_string(),
            },
            seen,
            left: rows.limit,
        })
    }

    async fn go_on(mut self) -> Result<(), Stopped> {
        let mut is_away = false;
        while self.left != Some(0) && !self.printer.is_closed() {
            match self.newer().await {
                Ok(rows) => {
                    is_away = false;
                    self.show(rows)?;
                }
                Err(Missed::Away(stopped)) => {
                    if !std::mem::replace(&mut is_away, true) {
                        eprintln!("quarterdeck: {}; asked again", stopped.message);
                    }
                }
                Err(Missed::Over(stopped)) => return Err(stopped),
            }
            if self.left != Some(0) {
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// The rows that are new, oldest first.
    async fn newer(&self) -> Result<VecDeque<AuditRow>, Missed> {
        let mut rows = VecDeque::new();
        let mut cursor = None;
        loop {
            let (page, next) = ask(self.remote, Some(self.seen), cursor, MAX_TAKE).await?;
            for row in page {
                rows.push_front(row);
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(rows);
            }
        }
    }

    fn show(&mut self, rows: VecDeque<AuditRow>) -> Result<(), Stopped> {
        let context = Context {
            now: now(),
            me: Some(self.me.clone()),
        };
        for row in rows {
            self.seen = self.seen.max(row.seq);
            if self.left == Some(0) || !self.filter.passes(&row, &context) {
                continue;
            }
            self.left = self.left.map(|left| left - 1);
            self.print(&row)?;
        }
        Ok(())
    }

    fn print(&mut self, row: &AuditRow) -> Result<(), Stopped> {
        if self.printer.format() == Format::Table {
            return self.printer.line(&line(row, &self.remote.times()));
        }
        self.printer.record(&object(serde_json::to_value(row)))
    }
}

/// Why rows did not come.
enum Missed {
    /// The server did not answer, or not now: they come later.
    Away(Stopped),
    /// There will be none.
    Over(Stopped),
}

impl From<Stopped> for Missed {
    fn from(stopped: Stopped) -> Self {
        match stopped.exit {
            Exit::Unreachable => Self::Away(stopped),
            Exit::Done
            | Exit::Usage
            | Exit::Auth
            | Exit::NotFound
            | Exit::Conflict
            | Exit::Partial
            | Exit::Refused
            | Exit::Interrupted => Self::Over(stopped),
        }
    }
}

/// A page of rows after a place, newest first, and where the next one begins.
async fn ask(
    remote: &Remote,
    after: Option<i64>,
    cursor: Option<String>,
    take: u32,
) -> Result<(Vec<AuditRow>, Option<String>), Stopped> {
    let query = AuditQuery {
        filter: after.map(|seq| format!("id>{seq}")),
        take: Some(take),
        cursor,
        ..AuditQuery::default()
    };
    let reply = remote.ask(&AnyCall::query::<ListAudit>(query)).await;
    let page = reply.map_err(|failed: Failed| Stopped::from(failed))?;
    let page = page.take::<ListAudit>();
    let page = page.ok_or_else(|| misunderstood("the audit log"))?;
    Ok((page.data, page.next_cursor))
}

/// A row as people read it: what stays on a screen has no age.
fn line(row: &AuditRow, times: &Times) -> String {
    let style = match times.style {
        TimeStyle::Relative | TimeStyle::Utc => TimeStyle::Utc,
        TimeStyle::Local => TimeStyle::Local,
    };
    let times = Times { style, ..*times };
    let cells = Audit::COLUMNS.iter().map(|column| {
        let text = (column.cell)(row, &times).text.as_str().to_owned();
        match column.head.width {
            Width::Number(width) => format!("{text:>width$}", width = usize::from(width)),
            Width::Time => format!("{text:<width$}", width = usize::from(style.width())),
            Width::Fixed(width) => format!("{text:<width$}", width = usize::from(width)),
            Width::Share { least, .. } => format!("{text:<width$}", width = usize::from(least)),
        }
    });
    let line = cells.collect::<Vec<_>>().join("  ");
    line.trim_end().to_owned()
}
