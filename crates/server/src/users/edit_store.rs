//! Queries and writes of what an account is called.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::edit_rules::{Change, Field};
use crate::db::sql;

/// Who changes an account, and when.
#[derive(Clone, Copy, Debug)]
pub struct By {
    /// The account of the operator.
    pub actor: i64,
    /// The time of the transaction.
    pub at: DateTime<Utc>,
}

/// Where a field stands, and the key that it is compared by, where no two accounts may have the same.
const fn columns(field: Field) -> (&'static str, Option<&'static str>) {
    match field {
        Field::Email => ("email", Some("email_key")),
        Field::DisplayName => ("display_name", None),
        Field::Username => ("username", Some("username_key")),
        Field::TwitchUsername => ("twitch_username", Some("twitch_key")),
        Field::Country => ("country", None),
    }
}

/// What the fields are now.
pub async fn current(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<(Field, Option<String>)>, DbErr> {
    let text = "SELECT u.email, u.display_name, u.username, u.twitch_username, p.country \
        FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("user {id}")))?;
    let value = |field: Field| Ok((field, row.try_get("", columns(field).0)?));
    Field::ALL.into_iter().map(value).collect()
}

/// The first field whose new value another account has already.
pub async fn taken(
    connection: &impl ConnectionTrait,
    id: UserId,
    changes: &[Change],
) -> Result<Option<Field>, DbErr> {
    for Change { field, to } in changes {
        let (Some(key), Some(to)) = (columns(*field).1, to) else {
            continue;
        };
        let text = format!("SELECT id FROM users WHERE {key} = $1 AND id <> $2");
        let values: [Value; 2] = [to.to_lowercase().into(), id.0.into()];
        let found = connection
            .query_one_raw(sql(connection, &text, values))
            .await?;
        if found.is_some() {
            return Ok(Some(*field));
        }
    }
    Ok(None)
}

/// Writes the changes of an account that is locked.
pub async fn change(
    tx: &DatabaseTransaction,
    id: UserId,
    changes: &[Change],
    by: By,
) -> Result<(), DbErr> {
    let mut values: Vec<Value> = vec![id.0.into(), by.at.into()];
    let mut set = vec!["version = version + 1, updated_at = $2".to_owned()];
    for change in changes {
        if change.field == Field::Country {
            set_country(tx, id, change.to.as_deref()).await?;
            continue;
        }
        let key = match change.field {
            Field::DisplayName => Some("display_name_key"),
            other => columns(other).1,
        };
        let lower = change.to.as_ref().map(|to| to.to_lowercase());
        for (column, value) in [
            (Some(columns(change.field).0), change.to.clone()),
            (key, lower),
        ] {
            if let Some(column) = column {
                values.push(value.into());
                set.push(format!("{column} = ${}", values.len()));
            }
        }
    }
    let text = format!("UPDATE users SET {} WHERE id = $1", set.join(", "));
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

async fn set_country(
    tx: &DatabaseTransaction,
    id: UserId,
    country: Option<&str>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO profiles (user_id, country) VALUES ($1, $2) \
        ON CONFLICT (user_id) DO UPDATE SET country = excluded.country";
    let values: [Value; 2] = [id.0.into(), country.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Keeps a name that the account has no more, until the person is erased: by it traces are found.
pub async fn keep_former(
    tx: &DatabaseTransaction,
    id: UserId,
    field: Field,
    name: &str,
    by: By,
) -> Result<(), DbErr> {
    let text = "INSERT INTO former_names (user_id, field, name, replaced_at, replaced_by) \
        VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [
        id.0.into(),
        field.as_str().into(),
        name.into(),
        by.at.into(),
        by.actor.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// What an account was called before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Every name, oldest first.
    pub names: Vec<String>,
    /// The e-mails among them.
    pub emails: Vec<String>,
}

/// What an account was called before.
pub async fn former_names(connection: &impl ConnectionTrait, id: UserId) -> Result<Former, DbErr> {
    let text = "SELECT field, name FROM former_names WHERE user_id = $1 ORDER BY id";
    let rows = connection
        .query_all_raw(sql(connection, text, [id.0.into()]))
        .await?;
    let mut former = Former::default();
    for row in &rows {
        let (field, name): (String, String) = (row.try_get("", "field")?, row.try_get("", "name")?);
        if field == Field::Email.as_str() {
            former.emails.push(name.clone());
        }
        former.names.push(name);
    }
    Ok(former)
}

/// The same, as they are handed out to the person.
pub async fn former_of_user(
    connection: &impl ConnectionTrait,
    id: UserId,
    limit: u64,
) -> Result<Vec<Json>, DbErr> {
    let text = format!(
        "SELECT field, name, replaced_at FROM former_names WHERE user_id = $1 ORDER BY id LIMIT {limit}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [id.0.into()]))
        .await?;
    let former = |row: &QueryResult| {
        Ok(json!({
            "field": row.try_get::<String>("", "field")?,
            "name": row.try_get::<String>("", "name")?,
            "replaced_at": row.try_get::<DateTime<Utc>>("", "replaced_at")?,
        }))
    };
    rows.iter().map(former).collect()
}
