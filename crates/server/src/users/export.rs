//! All that is held about a person, for the person.
//!
//! Each list is read page by page and ends at [`MAX_EXPORT_ROWS`], so that no account, however long its
//! history, takes the server's memory; a list that ends there is named in the answer.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{ExportUser, MAX_EXPORT_ROWS, UserExport, UserView};
use sea_orm::DbErr;

use super::directory::unknown;
use super::view::{Shown, view};
use super::{ban_events, edit_store, export_store, federated};
use crate::chain::Entry;
use crate::gate::{Call, Committed, Refusal, WriteTx};
use crate::{applications, data_requests, filters, mail, money, notes, orgs, reports, withdrawals};

/// Version of the form.
const FORMAT: u32 = 1;
const ROWS_PER_READ: u64 = 500;

/// Hands out all that is held about a person, and records that it was.
pub async fn export(call: Call<ExportUser>) -> Result<Committed<UserExport>, Refusal> {
    let tx = call.begin().await?;
    let user = view(tx.connection(), call.path, tx.now, Shown::WithoutNotes).await?;
    let user = user.ok_or_else(|| unknown(call.path))?;
    let export = collect(&tx, user).await?;
    let entry = Entry::new(AuditCode::UserExported, "user", call.path.0);
    tx.commit(&[entry], export).await
}

async fn collect(tx: &WriteTx<'_>, user: UserView) -> Result<UserExport, DbErr> {
    let (connection, id) = (tx.connection(), user.row.id);
    let email = user.row.email.as_str().to_owned();
    let mut truncated = Vec::new();
    let mut applications = Gathered::default();
    while applications.is_open() {
        let after = applications.place;
        let page = applications::of_user(connection, id, &email, after, ROWS_PER_READ).await?;
        applications.add(page);
    }
    let mut ban_history = Gathered::default();
    while ban_history.is_open() {
        let events = ban_events::after(connection, id, ban_history.place, ROWS_PER_READ).await?;
        ban_history.add(events.into_iter().map(|event| (event.id, event)).collect());
    }
    let mut sessions = Gathered::default();
    while sessions.is_open() {
        let after = sessions.place;
        let page = export_store::sessions_after(connection, id, after, ROWS_PER_READ).await?;
        sessions.add(page);
    }
    let limit = MAX_EXPORT_ROWS as u64 + 1;
    let reports = reports::of_user(connection, id.0, limit).await?;
    let data_requests = data_requests::of_user(connection, id.0, limit).await?;
    let transactions = money::of_user(connection, id.0, limit).await?;
    let withdrawals = withdrawals::of_user(connection, id.0, limit).await?;
    let mails = mail::sent_to(connection, id.0, limit).await?;
    let notes = notes::of_user(connection, id.0, limit).await?;
    let saved_filters = filters::of_user(connection, id.0).await?;
    let former_names = edit_store::former_of_user(connection, id, limit).await?;
    let memberships = orgs::of_user(connection, id, limit).await?;
    Ok(UserExport {
        format: FORMAT,
        exported_at: tx.now,
        profile: export_store::profile(connection, id).await?,
        memberships: cut(memberships, "memberships", &mut truncated),
        identity: federated::identity(connection, id).await?,
        user,
        former_names: cut(former_names, "former_names", &mut truncated),
        applications: applications.finish("applications", &mut truncated),
        reports_sent: cut(reports.sent, "reports_sent", &mut truncated),
        reports_received: cut(reports.received, "reports_received", &mut truncated),
        data_requests: cut(data_requests, "data_requests", &mut truncated),
        transactions: cut(transactions, "transactions", &mut truncated),
        withdrawals: cut(withdrawals, "withdrawals", &mut truncated),
        mails: cut(mails, "mails", &mut truncated),
        notes: cut(notes, "notes", &mut truncated),
        saved_filters: cut(saved_filters, "saved_filters", &mut truncated),
        ban_history: ban_history.finish("ban_history", &mut truncated),
        sessions: sessions.finish("sessions", &mut truncated),
        truncated,
    })
}

/// The rows of one list, as they are read page by page.
struct Gathered<T> {
    rows: Vec<T>,
    /// The key of the last row.
    place: i64,
    is_at_end: bool,
}

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            place: 0,
            is_at_end: false,
        }
    }
}

impl<T> Gathered<T> {
    fn is_open(&self) -> bool {
        !self.is_at_end && self.rows.len() <= MAX_EXPORT_ROWS
    }

    fn add(&mut self, page: Vec<(i64, T)>) {
        self.is_at_end = (page.len() as u64) < ROWS_PER_READ;
        self.place = page.last().map_or(self.place, |(id, _)| *id);
        self.rows.extend(page.into_iter().map(|(_, row)| row));
    }

    fn finish(self, name: &str, truncated: &mut Vec<Line>) -> Vec<T> {
        cut(self.rows, name, truncated)
    }
}

/// Ends a list at the cap, and names it where rows are missing.
fn cut<T>(mut rows: Vec<T>, name: &str, truncated: &mut Vec<Line>) -> Vec<T> {
    if rows.len() > MAX_EXPORT_ROWS {
        rows.truncate(MAX_EXPORT_ROWS);
        truncated.push(Line::verbatim(name.to_owned()));
    }
    rows
}
