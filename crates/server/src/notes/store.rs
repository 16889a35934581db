//! Queries of notes.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::{NoteId, UserId};
use quarterdeck_api::notes::{NotesQuery, RiskLevel, UserNote, UserShort};
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::rules::{Author, Standing, Words};
use crate::db::paging::{Asked, Paging};
use crate::db::{Dialect, sql};

/// Fewest characters that notes are searched for.
const SHORTEST_SEARCH: usize = 3;
/// Notes read at once where a person is taken out of them.
const BATCH: u64 = 500;

/// What a note needs of its row: `n`, of whom it is about: `u` with the profile `p`, and of its author: `a` with
/// the profile `q`. No name of theirs is one that the view of a user has.
pub const COLUMNS: &str = "n.id AS note_id, n.note, n.risk_level, n.created_at AS noted_at, \
    n.updated_at AS note_updated_at, n.version AS note_version, \
    u.id AS user_id, u.email AS user_email, u.username AS user_name, p.avatar AS user_avatar, \
    a.id AS author_id, a.email AS author_email, a.username AS author_name, q.avatar AS author_avatar";
const TABLES: &str = "FROM user_notes n JOIN users u ON u.id = n.user_id JOIN users a ON a.id = n.created_by \
    LEFT JOIN profiles p ON p.user_id = u.id LEFT JOIN profiles q ON q.user_id = a.id";

/// The highest risk that a note names about the account that a column of another room's query names: an
/// expression, the place of the level in their order, null where there is no note.
pub fn risk_of(column: &str) -> String {
    let places = RiskLevel::ALL.iter().zip(0..);
    let cases: Vec<_> = places
        .map(|(level, place)| format!("WHEN '{level}' THEN {place}"))
        .collect();
    let cases = cases.join(" ");
    format!(
        "(SELECT max(CASE n.risk_level {cases} END) FROM user_notes n \
         WHERE n.user_id = {column} AND n.deleted_at IS NULL)"
    )
}

/// How many notes there are about the account that a column of another room's query names, up to so many: an expression.
pub fn count_of(column: &str, most: u64) -> String {
    format!(
        "(SELECT count(*) FROM (SELECT 1 AS one FROM user_notes n \
         WHERE n.user_id = {column} AND n.deleted_at IS NULL LIMIT {most}) AS counted)"
    )
}

/// The level of such a place.
pub fn risk_at(place: Option<i32>) -> Option<RiskLevel> {
    let place = usize::try_from(place?).ok()?;
    RiskLevel::ALL.get(place).copied()
}

/// Joins the newest notes about the account that a column of another room's query names, so many at most, and
/// their authors; its order is then that of `n.id`, falling.
pub fn newest_of(column: &str, most: usize) -> String {
    format!(
        "LEFT JOIN (SELECT * FROM user_notes WHERE user_id = {column} AND deleted_at IS NULL \
         ORDER BY id DESC LIMIT {most}) n ON TRUE \
         LEFT JOIN users a ON a.id = n.created_by LEFT JOIN profiles q ON q.user_id = a.id"
    )
}

/// The note in a row of such a query; none where the account has none.
pub fn joined(row: &QueryResult, asker: i64) -> Result<Option<UserNote>, DbErr> {
    let id: Option<i64> = row.try_get("", "note_id")?;
    id.map(|_| note(row, asker)).transpose()
}

/// Which notes, newest first.
#[derive(Clone, Debug)]
pub struct Selection {
    conditions: String,
    values: Vec<Value>,
    paging: Paging<i64>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(query: &NotesQuery) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            ..Asked::default()
        };
        let mut selection = Self {
            conditions: "n.deleted_at IS NULL".to_owned(),
            values: Vec::new(),
            paging: Paging::of(asked, |text| text.parse().ok())?,
        };
        if let Some(user) = query.user_id {
            selection.require("n.user_id = {}", [user.0.into()]);
        }
        if let Some(text) = &query.text {
            let key = text.trim().to_lowercase();
            if key.chars().count() < SHORTEST_SEARCH {
                let problem = format!("must have at least {SHORTEST_SEARCH} characters");
                return Err(FieldProblem::new("text", problem));
            }
            selection.require("n.note_key LIKE {} ESCAPE '\\'", [infix(&key).into()]);
        }
        for (column, prefix) in [
            ("u.username_key", &query.username),
            ("u.email_key", &query.email),
        ] {
            if let Some(prefix) = prefix {
                let key = prefix.trim().to_lowercase();
                let end = format!("{key}\u{10FFFF}");
                let both = format!("{column} >= {{}} AND {column} < {{}}");
                selection.require(&both, [key.into(), end.into()]);
            }
        }
        Ok(selection)
    }

    /// One condition more; `{}` stands for a value.
    fn require<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.conditions.push_str(" AND ");
        let mut pieces = condition.split("{}");
        self.conditions.push_str(pieces.next().unwrap_or_default());
        for (value, piece) in values.into_iter().zip(pieces) {
            self.values.push(value);
            let place = format!("${}", self.values.len());
            self.conditions.push_str(&place);
            self.conditions.push_str(piece);
        }
    }
}

/// A pattern that finds the key anywhere.
fn infix(key: &str) -> String {
    let escaped = key
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// A page of notes.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    asker: i64,
) -> Result<Page<UserNote>, DbErr> {
    let Selection {
        conditions,
        values,
        paging,
    } = selection;
    let matching = format!("SELECT 1 AS one {TABLES} WHERE {conditions}");
    let matching = sql(connection, &matching, values.clone());
    let total = paging.total(connection, matching).await?;
    let mut values = values.clone();
    let mut begins = String::new();
    if let Some(after) = paging.after {
        values.push(after.into());
        begins = format!(" AND n.id < ${}", values.len());
    }
    let text = format!(
        "SELECT {COLUMNS} {TABLES} WHERE {conditions}{begins} ORDER BY n.id DESC LIMIT {} OFFSET {}",
        paging.limit(),
        paging.skip
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let notes: Result<Vec<_>, _> = rows.iter().map(|row| note(row, asker)).collect();
    let (data, next_cursor) = paging.finish(notes?, |last| last.id.0.to_string());
    Ok(Page {
        data,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

fn note(row: &QueryResult, asker: i64) -> Result<UserNote, DbErr> {
    let risk_level: String = row.try_get("", "risk_level")?;
    let created_by = short(row, "author")?;
    Ok(UserNote {
        id: NoteId(row.try_get("", "note_id")?),
        note: Body::verbatim(row.try_get("", "note")?),
        // What a newer server wrote is handed on as it is.
        risk_level: OpenEnum::of(&Line::verbatim(risk_level)),
        user: short(row, "user")?,
        mine: created_by.id.0 == asker,
        created_by,
        created_at: row.try_get("", "noted_at")?,
        updated_at: row.try_get("", "note_updated_at")?,
        version: row.try_get("", "note_version")?,
    })
}

fn short(row: &QueryResult, whose: &str) -> Result<UserShort, DbErr> {
    let line = |name: &str| {
        let text: Option<String> = row.try_get("", &format!("{whose}_{name}"))?;
        Ok::<_, DbErr>(text.map(Line::verbatim))
    };
    Ok(UserShort {
        id: UserId(row.try_get("", &format!("{whose}_id"))?),
        email: line("email")?.unwrap_or_default(),
        username: line("name")?,
        avatar: line("avatar")?,
    })
}

/// A note, and how it stands to who would change it; held until the transaction ends.
pub async fn lock(
    tx: &DatabaseTransaction,
    id: NoteId,
    asker: i64,
) -> Result<Option<(UserNote, Standing)>, DbErr> {
    let of = match Dialect::of(tx) {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR NO KEY UPDATE OF n",
    };
    let found = read(tx, id, asker, of).await?;
    Ok(found.map(|note| {
        let author = if note.mine {
            Author::Caller
        } else {
            Author::Other
        };
        let version = note.version;
        (note, Standing { author, version })
    }))
}

/// A note.
pub async fn one(
    connection: &impl ConnectionTrait,
    id: NoteId,
    asker: i64,
) -> Result<Option<UserNote>, DbErr> {
    read(connection, id, asker, "").await
}

async fn read(
    connection: &impl ConnectionTrait,
    id: NoteId,
    asker: i64,
    lock: &str,
) -> Result<Option<UserNote>, DbErr> {
    let text = format!("SELECT {COLUMNS} {TABLES} WHERE n.id = $1 AND n.deleted_at IS NULL{lock}");
    let row = connection
        .query_one_raw(sql(connection, &text, [id.0.into()]))
        .await?;
    row.map(|row| note(&row, asker)).transpose()
}

/// Writes a note and tells its key.
pub async fn insert(
    tx: &DatabaseTransaction,
    user: UserId,
    author: i64,
    words: &Words,
    now: DateTime<Utc>,
) -> Result<NoteId, DbErr> {
    let text = "INSERT INTO user_notes (user_id, note, note_key, risk_level, created_by, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id";
    let values: [Value; 6] = [
        user.0.into(),
        words.note.as_str().into(),
        words.note.to_lowercase().into(),
        words.risk_level.as_str().into(),
        author.into(),
        now.into(),
    ];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    let row = row.ok_or(DbErr::RecordNotInserted)?;
    Ok(NoteId(row.try_get("", "id")?))
}

/// Puts other words in a note that is locked.
pub async fn update(
    tx: &DatabaseTransaction,
    id: NoteId,
    words: &Words,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE user_notes SET note = $2, note_key = $3, risk_level = $4, updated_at = $5, \
        version = version + 1 WHERE id = $1";
    let values: [Value; 5] = [
        id.0.into(),
        words.note.as_str().into(),
        words.note.to_lowercase().into(),
        words.risk_level.as_str().into(),
        now.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Deletes a note that is locked: its row stays, its words go.
pub async fn delete(tx: &DatabaseTransaction, id: NoteId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let text = "UPDATE user_notes SET note = '', note_key = '', deleted_at = $2, updated_at = $2, \
        version = version + 1 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [id.0.into(), now.into()]))
        .await?;
    Ok(())
}

/// The notes about a person, as they are handed out to the person; oldest first, so many at most.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user: i64,
    limit: u64,
) -> Result<Vec<Json>, DbErr> {
    let text = format!(
        "SELECT id, note, risk_level, created_at, updated_at FROM user_notes \
         WHERE user_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT {limit}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [user.into()]))
        .await?;
    let note = |row: &QueryResult| {
        let text = |name: &str| row.try_get::<String>("", name);
        let time = |name: &str| row.try_get::<DateTime<Utc>>("", name);
        Ok(json!({
            "id": row.try_get::<i64>("", "id")?,
            "note": text("note")?,
            "riskLevel": text("risk_level")?,
            "created_at": time("created_at")?,
            "updated_at": time("updated_at")?,
        }))
    };
    rows.iter().map(note).collect()
}

/// The keys of all notes about a person, deleted ones too.
pub async fn ids_of(connection: &impl ConnectionTrait, user: i64) -> Result<Vec<i64>, DbErr> {
    let text = "SELECT id FROM user_notes WHERE user_id = $1 ORDER BY id";
    let rows = connection
        .query_all_raw(sql(connection, text, [user.into()]))
        .await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}

/// Takes a person out of the notes about others: `without` tells what is left of a text, where the person is in it.
/// Names are in lower case.
pub async fn erase_mentions(
    tx: &DatabaseTransaction,
    names: &[String],
    without: impl Fn(&str) -> Option<String>,
) -> Result<(), DbErr> {
    if names.is_empty() {
        return Ok(());
    }
    let likes: Vec<_> = (2..names.len() + 2)
        .map(|place| format!("note_key LIKE ${place} ESCAPE '\\'"))
        .collect();
    let text = format!(
        "SELECT id, note FROM user_notes WHERE id > $1 AND deleted_at IS NULL AND ({}) ORDER BY id LIMIT {BATCH}",
        likes.join(" OR ")
    );
    let patterns: Vec<Value> = names.iter().map(|name| infix(name).into()).collect();
    let mut last = 0_i64;
    loop {
        let values = std::iter::once(Value::from(last)).chain(patterns.iter().cloned());
        let rows = tx.query_all_raw(sql(tx, &text, values)).await?;
        for row in &rows {
            last = row.try_get("", "id")?;
            let note: String = row.try_get("", "note")?;
            if let Some(left) = without(&note) {
                replace_words(tx, last, &left).await?;
            }
        }
        if (rows.len() as u64) < BATCH {
            return Ok(());
        }
    }
}

async fn replace_words(tx: &DatabaseTransaction, id: i64, words: &str) -> Result<(), DbErr> {
    let text =
        "UPDATE user_notes SET note = $2, note_key = $3, version = version + 1 WHERE id = $1";
    let values: [Value; 3] = [id.into(), words.into(), words.to_lowercase().into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Takes the words out of the notes about a person.
pub async fn erase(tx: &DatabaseTransaction, user: i64, erased: &str) -> Result<(), DbErr> {
    let text = "UPDATE user_notes SET note = $2, note_key = $2, version = version + 1 \
        WHERE user_id = $1 AND deleted_at IS NULL";
    tx.execute_raw(sql(tx, text, [user.into(), erased.into()]))
        .await?;
    Ok(())
}
