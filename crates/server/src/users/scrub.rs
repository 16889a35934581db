//! Erasing a person: everything beside the account itself that names the person, or was written by or about
//! them. `tests/ending/canary.rs` looks for what was forgotten.

use std::collections::BTreeSet;

use quarterdeck_api::ids::UserId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::edit_store;
use super::ending_store::{NOBODY, nobodys_email};
use crate::applications::{self, Anonymous};
use crate::data_requests;
use crate::db::sql;
use crate::filters;
use crate::gate::subject::{Objects, Subject};
use crate::gate::traces::{self, ERASED, Traces};
use crate::mail;
use crate::money;
use crate::notes;
use crate::reports;
use crate::sessions;
use crate::withdrawals;

/// What was found before the transaction.
#[derive(Clone, Debug, Default)]
pub struct Found(Traces);

/// How much was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrubbed {
    /// Applications.
    pub applications: usize,
    /// Rows of the records of requests.
    pub log_rows: u64,
}

/// Looks through the records of requests: the part that takes time, and no lock. Finds nothing where there
/// is nobody to erase.
pub async fn find(connection: &impl ConnectionTrait, id: UserId) -> Result<Found, DbErr> {
    let Some(person) = person(connection, id).await? else {
        return Ok(Found::default());
    };
    Ok(Found(traces::find(connection, &person.subject).await?))
}

/// Erases all of it; the account's own row, which is locked, comes after.
pub async fn erase(tx: &DatabaseTransaction, id: UserId, found: Found) -> Result<Scrubbed, DbErr> {
    let person = person(tx, id).await?;
    let person = person.ok_or(DbErr::RecordNotUpdated)?;
    let log_rows = traces::erase(tx, &person.subject, found.0).await?;
    for (text, values) in statements(id) {
        tx.execute_raw(sql(tx, text, values)).await?;
    }
    for email in &person.emails {
        sessions::unlock(tx, email).await?;
    }
    let anonymous = Anonymous {
        name: NOBODY,
        email: &nobodys_email(id),
        text: ERASED,
    };
    applications::anonymize(tx, &person.applications, &anonymous).await?;
    reports::anonymize(tx, id.0, ERASED).await?;
    data_requests::anonymize(tx, id.0).await?;
    withdrawals::anonymize(tx, id.0).await?;
    mail::erase(tx, id.0).await?;
    notes::erase(tx, id.0, ERASED).await?;
    let without = |text: &str| person.subject.without_names(text, ERASED);
    notes::erase_mentions(tx, person.subject.names(), without).await?;
    money::erase(tx, id.0, ERASED).await?;
    filters::erase(tx, id.0, |text| person.subject.is_named_in(text)).await?;
    Ok(Scrubbed {
        applications: person.applications.len(),
        log_rows,
    })
}

fn statements(id: UserId) -> Vec<(&'static str, Vec<Value>)> {
    let own = || vec![Value::from(id.0)];
    let marked = || vec![Value::from(id.0), Value::from(ERASED)];
    vec![
        (
            "UPDATE profiles SET avatar = NULL, bio = NULL, phone = NULL, country = NULL WHERE user_id = $1",
            own(),
        ),
        (
            "UPDATE ban_history SET reason = $2, reason_code = NULL WHERE user_id = $1",
            marked(),
        ),
        (
            "UPDATE sessions SET ip_address = '', user_agent = '' WHERE user_id = $1",
            own(),
        ),
        ("DELETE FROM login_challenges WHERE user_id = $1", own()),
        ("DELETE FROM first_login_tokens WHERE user_id = $1", own()),
        ("DELETE FROM otp_grants WHERE user_id = $1", own()),
        ("DELETE FROM recovery_codes WHERE user_id = $1", own()),
        ("DELETE FROM former_names WHERE user_id = $1", own()),
    ]
}

/// Who is to be erased.
struct Person {
    /// The e-mail, and those of before.
    emails: Vec<String>,
    applications: Vec<i64>,
    subject: Subject,
}

async fn person(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<Person>, DbErr> {
    let text = "SELECT u.email, u.display_name, u.username, u.twitch_username, p.avatar, p.phone \
        FROM users u LEFT JOIN profiles p ON p.user_id = u.id \
        WHERE u.id = $1 AND u.anonymized_at IS NULL";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let email: String = row.try_get("", "email")?;
    let mut names = account_names(&row)?;
    let former = edit_store::former_names(connection, id).await?;
    names.extend(former.names);
    let emails: Vec<_> = std::iter::once(email).chain(former.emails).collect();
    let mut objects = objects(connection, id).await?;
    let mut ids = BTreeSet::new();
    for email in &emails {
        for application in applications::sent_by(connection, id, email).await? {
            names.extend([application.name, application.email]);
            ids.insert(application.id);
        }
    }
    let ids: Vec<_> = ids.into_iter().collect();
    objects.push(Objects {
        route_part: "application",
        fields: &["ids"],
        ids: ids.clone(),
    });
    Ok(Some(Person {
        emails,
        applications: ids,
        subject: Subject::new(id.0, names, objects),
    }))
}

fn account_names(row: &QueryResult) -> Result<Vec<String>, DbErr> {
    let mut names = vec![row.try_get("", "email")?, row.try_get("", "display_name")?];
    for column in ["username", "twitch_username", "avatar", "phone"] {
        names.extend(row.try_get::<Option<String>>("", column)?);
    }
    Ok(names)
}

async fn objects(connection: &impl ConnectionTrait, id: UserId) -> Result<Vec<Objects>, DbErr> {
    let reports = "SELECT id FROM user_reports WHERE reporter_id = $1 OR reported_user_id = $1";
    let data_requests = "SELECT id FROM data_requests WHERE user_id = $1";
    let withdrawals = "SELECT id FROM withdrawals WHERE user_id = $1";
    Ok(vec![
        Objects {
            route_part: "report",
            fields: &["ids", "report_id"],
            ids: keys(connection, reports, id).await?,
        },
        Objects {
            route_part: "data-request",
            fields: &["ids", "request_id"],
            ids: keys(connection, data_requests, id).await?,
        },
        Objects {
            route_part: "payments/withdraw",
            fields: &["withdrawal_id"],
            ids: keys(connection, withdrawals, id).await?,
        },
        Objects {
            route_part: "user-note",
            fields: &[],
            ids: notes::ids_of(connection, id.0).await?,
        },
    ])
}

async fn keys(
    connection: &impl ConnectionTrait,
    text: &str,
    id: UserId,
) -> Result<Vec<i64>, DbErr> {
    let rows = connection
        .query_all_raw(sql(connection, text, [id.0.into()]))
        .await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}
