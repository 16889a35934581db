//! What is worth knowing of a person before something is decided about them: what their account has behind
//! it, and which other accounts are likely theirs.
//!
//! Applications and reports ask it for what they show beside a decision. Every look-up is by an index, and none
//! reads more rows than it may tell.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    LikelySame, Likeness, MOST_COUNTED, MOST_LIKELY_SAME, PersonContext, TrackRecord,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::standing::Standing;
use crate::applications::rejected_under;
use crate::db::{Dialect, sql};
use crate::gate::Caller;
use crate::notes;
use crate::reports::upheld_of;

/// Whom it is about.
#[derive(Clone, Debug)]
pub struct Person {
    /// The e-mail that the person goes by.
    pub email: String,
    /// The person's account, where there is one.
    pub account: Option<UserId>,
    /// The application that is decided, where it is one: it is none of those before.
    pub application: Option<ApplicationId>,
}

impl Person {
    /// The e-mail in lower case, the account and the application, each 0 where there is none: `$1` to `$3` of what
    /// asks about the person.
    fn values(&self) -> [Value; 3] {
        let account = self.account.map_or(0, |id| id.0);
        let application = self.application.map_or(0, |id| id.0);
        [
            self.email.to_lowercase().into(),
            account.into(),
            application.into(),
        ]
    }
}

/// Reads what is worth knowing of a person, as far as the caller may.
///
/// # Errors
/// The database's.
pub async fn context(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<PersonContext, DbErr> {
    let likely_same = if caller.may(Permission::UserView) {
        Some(likely_same(connection, person, now).await?)
    } else {
        None
    };
    let record = record_of(connection, person).await?;
    let may_count_notes = caller.may(Permission::UserNoteView);
    let told = |record: TrackRecord| TrackRecord {
        notes: record.notes.filter(|_| may_count_notes),
        ..record
    };
    let likely_same = likely_same.map(|others: Vec<LikelySame>| {
        let others = others.into_iter().map(|other| LikelySame {
            record: told(other.record),
            ..other
        });
        others.collect()
    });
    Ok(PersonContext {
        record: told(record),
        likely_same,
    })
}

async fn record_of(
    connection: &impl ConnectionTrait,
    person: &Person,
) -> Result<TrackRecord, DbErr> {
    let text = format!("SELECT {}", record_columns("$1", "$2"));
    let row = connection
        .query_one_raw(sql(connection, &text, person.values()))
        .await?;
    row.map_or(Ok(TrackRecord::default()), |row| read_record(&row))
}

/// The columns that tell what an account has behind it, by its e-mail in lower case and its id; `$3` is the
/// application at hand.
fn record_columns(email: &str, account: &str) -> String {
    format!(
        "{} AS upheld_reports, (SELECT count(*) FROM (SELECT 1 AS one FROM ban_history h \
         WHERE h.user_id = {account} AND h.action = 'ban' LIMIT {MOST_COUNTED}) AS counted) AS bans, \
         {} AS rejected_applications, {} AS notes",
        upheld_of(account, MOST_COUNTED),
        rejected_under(email, "$3", MOST_COUNTED),
        notes::count_of(account, MOST_COUNTED),
    )
}

fn read_record(row: &QueryResult) -> Result<TrackRecord, DbErr> {
    let count = |name: &str| {
        let rows: i64 = row.try_get("", name)?;
        Ok::<_, DbErr>(u64::try_from(rows).unwrap_or(0))
    };
    Ok(TrackRecord {
        upheld_reports: count("upheld_reports")?,
        bans: count("bans")?,
        rejected_applications: count("rejected_applications")?,
        notes: Some(count("notes")?),
    })
}

/// The mailbox that an e-mail in lower case reaches, as an expression; `users_by_mailbox` indexes it.
fn mailbox(dialect: Dialect, email: &str) -> String {
    let find = |sought: char| match dialect {
        Dialect::Sqlite => format!("instr({email}, '{sought}')"),
        Dialect::Postgres => format!("strpos({email}, '{sought}')"),
    };
    let (at, plus) = (find('@'), find('+'));
    let local = format!(
        "substr({email}, 1, CASE WHEN {plus} > 1 AND {plus} < {at} THEN {plus} - 1 ELSE {at} - 1 END)"
    );
    let domain = format!("substr({email}, {at} + 1)");
    format!(
        "CASE WHEN {at} < 2 THEN {email} WHEN {domain} IN ('gmail.com', 'googlemail.com') \
         THEN replace({local}, '.', '') || '@gmail.com' ELSE {local} || '@' || {domain} END"
    )
}

/// Other accounts that are likely the person's, newest first.
async fn likely_same(
    connection: &impl ConnectionTrait,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<Vec<LikelySame>, DbErr> {
    let dialect = Dialect::of(connection);
    // The account itself is among those of its mailbox.
    let of_mailbox = format!(
        "SELECT id FROM users WHERE {} = {} ORDER BY id DESC LIMIT {}",
        mailbox(dialect, "email_key"),
        mailbox(dialect, "CAST($1 AS TEXT)"),
        MOST_LIKELY_SAME + 1
    );
    let of_handle = "SELECT o.id FROM users me JOIN users o ON o.twitch_key = me.username_key WHERE me.id = $2 \
         UNION SELECT o.id FROM users me JOIN users o ON o.username_key = me.twitch_key WHERE me.id = $2";
    let text = format!(
        "SELECT u.id, u.email, u.is_banned, u.ban_expires_at, u.suspended_at, u.deleted_at, u.anonymized_at, \
         m.id AS in_mailbox, {record} \
         FROM users u LEFT JOIN ({of_mailbox}) AS m ON m.id = u.id \
         WHERE u.id IN (SELECT id FROM ({of_mailbox}) AS same UNION {of_handle}) AND u.id <> $2 \
         ORDER BY u.id DESC LIMIT {MOST_LIKELY_SAME}",
        record = record_columns("u.email_key", "u.id"),
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, person.values()))
        .await?;
    rows.iter().map(|row| likely(row, now)).collect()
}

fn likely(row: &QueryResult, now: DateTime<Utc>) -> Result<LikelySame, DbErr> {
    let standing = Standing {
        is_banned: row.try_get("", "is_banned")?,
        ban_expires_at: row.try_get("", "ban_expires_at")?,
        suspended_at: row.try_get("", "suspended_at")?,
        deleted_at: row.try_get("", "deleted_at")?,
        anonymized_at: row.try_get("", "anonymized_at")?,
    };
    let in_mailbox: Option<i64> = row.try_get("", "in_mailbox")?;
    let because = if in_mailbox.is_some() {
        Likeness::Mailbox
    } else {
        Likeness::Handle
    };
    Ok(LikelySame {
        id: UserId(row.try_get("", "id")?),
        email: Line::verbatim(row.try_get("", "email")?),
        status: standing.status(now).into(),
        because: because.into(),
        record: read_record(row)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expression_is_the_one_that_is_indexed() {
        let migrations = [
            (
                Dialect::Sqlite,
                include_str!("../../migrations/sqlite/0014_likely_same.sql"),
            ),
            (
                Dialect::Postgres,
                include_str!("../../migrations/postgres/0014_likely_same.sql"),
            ),
        ];
        for (dialect, migration) in migrations {
            let indexed = format!("(({}), id)", mailbox(dialect, "email_key"));
            assert!(migration.contains(&indexed), "{indexed}");
        }
    }
}
