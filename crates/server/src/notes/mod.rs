//! Notes about people: the team's memory of them.
//!
//! Other rooms show the risk that they name ([`risk_of`]) and hand them out or erase them with the person.

mod rules;
mod store;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::{NoteId, UserId};
use quarterdeck_api::notes::{
    CreateNote, DeleteNote, DeletedNote, ListNotes, NotesQuery, RiskLevel, UpdateNote, UserNote,
};
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::{Code, Conflict, FieldProblem};
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DbErr};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Caller, Committed, Refusal};
use crate::users::noted;
use rules::{Rank, Standing, Verdict};
use store::Selection;

pub use rules::Words;
pub use store::{
    COLUMNS, count_of, erase, erase_mentions, ids_of, insert, joined, newest_of, of_user, risk_at,
    risk_of,
};

/// Lists notes.
pub async fn list(call: Call<ListNotes>) -> Result<Answer<Page<UserNote>>, Refusal> {
    let selection = Selection::of(&call.query).map_err(invalid)?;
    let asker = call.caller()?.user_id;
    let page = store::page(call.services.database.reads(), &selection, asker).await?;
    Ok(page.into())
}

/// The newest notes about a person, so many at most.
///
/// # Errors
/// The database's.
pub async fn newest(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    user: UserId,
    most: u32,
) -> Result<Page<UserNote>, Refusal> {
    let query = NotesQuery {
        user_id: Some(user),
        take: Some(most),
        ..NotesQuery::default()
    };
    let selection = Selection::of(&query).map_err(invalid)?;
    Ok(store::page(connection, &selection, caller.user_id).await?)
}

/// Writes a note about anybody but those of whom nothing is left to say.
pub async fn create(call: Call<CreateNote>) -> Result<Committed<UserNote>, Refusal> {
    let (body, author) = (&call.body, call.caller()?.user_id);
    let words = Words {
        note: rules::words(&body.note).map_err(invalid)?,
        risk_level: body.risk_level,
    };
    let tx = call.begin_in_turn().await?;
    noted(tx.connection(), body.user_id).await?;
    let id = insert(tx.connection(), body.user_id, author, &words, tx.now).await?;
    let note = store::one(tx.connection(), id, author).await?;
    let note = note.ok_or_else(|| unknown(id))?;
    let entry = entry_of(AuditCode::UserNoteCreated, &note);
    tx.commit(&[entry], note).await
}

/// Changes a note.
pub async fn update(call: Call<UpdateNote>) -> Result<Committed<UserNote>, Refusal> {
    let (id, body, caller) = (call.path, &call.body, call.caller()?);
    let text = body.note.as_deref().map(rules::words).transpose();
    let text = text.map_err(invalid)?;
    let tx = call.begin().await?;
    let (note, standing) = found(id, store::lock(tx.connection(), id, caller.user_id).await)?;
    check(&note, standing, caller, body.expected_version)?;
    let words = Words {
        note: text.unwrap_or_else(|| note.note.to_string()),
        risk_level: body
            .risk_level
            .or_else(|| note.risk_level.known())
            .ok_or_else(|| Refusal::invalid_field("riskLevel", "must be given"))?,
    };
    if note.note.as_str() == words.note && note.risk_level.is(words.risk_level) {
        return tx.noop(note).await;
    }
    store::update(tx.connection(), id, &words, tx.now).await?;
    let changed = store::one(tx.connection(), id, caller.user_id).await?;
    let changed = changed.ok_or_else(|| unknown(id))?;
    let entry = entry_of(AuditCode::UserNoteUpdated, &changed);
    tx.commit(&[entry], changed).await
}

/// Deletes a note.
pub async fn delete(call: Call<DeleteNote>) -> Result<Committed<DeletedNote>, Refusal> {
    let (id, caller) = (call.path, call.caller()?);
    let tx = call.begin().await?;
    let (note, standing) = found(id, store::lock(tx.connection(), id, caller.user_id).await)?;
    check(&note, standing, caller, call.query.expected_version)?;
    store::delete(tx.connection(), id, tx.now).await?;
    let entry = entry_of(AuditCode::UserNoteDeleted, &note);
    let user_id = note.user.id;
    tx.commit(&[entry], DeletedNote { id, user_id }).await
}

fn found(
    id: NoteId,
    locked: Result<Option<(UserNote, Standing)>, DbErr>,
) -> Result<(UserNote, Standing), Refusal> {
    locked?.ok_or_else(|| unknown(id))
}

fn check(
    note: &UserNote,
    standing: Standing,
    caller: &Caller,
    expected_version: Option<i64>,
) -> Result<(), Refusal> {
    let rank = if caller.is_super_admin() {
        Rank::SuperAdmin
    } else {
        Rank::Other
    };
    match rules::judge(standing, rank, expected_version) {
        Verdict::Change => Ok(()),
        Verdict::NotYours => Err(Refusal::with_detail(
            Code::PermissionDenied,
            format!(
                "note {} is of {}; only its author or a super-admin changes it",
                note.id, note.created_by.email
            ),
        )),
        Verdict::Stale => Err(stale(note)),
    }
}

fn stale(note: &UserNote) -> Refusal {
    let detail = format!(
        "note {} changed since you read it; look at it again",
        note.id
    );
    Refusal {
        conflict: Some(Conflict {
            status: Line::verbatim(note.risk_level.to_string()),
            decided_by: Some(note.created_by.email.clone()),
            decided_at: Some(note.updated_at),
            version: note.version,
        }),
        ..Refusal::with_detail(Code::StaleVersion, detail)
    }
}

/// What the log says of a note, in the trail of whom it is about: never its words.
pub fn entry(
    code: AuditCode,
    about: UserId,
    id: NoteId,
    risk_level: &OpenEnum<RiskLevel>,
) -> Entry {
    let details = serde_json::json!({ "note": id, "risk_level": risk_level });
    Entry::new(code, "user", about.0).details(details)
}

fn entry_of(code: AuditCode, note: &UserNote) -> Entry {
    entry(code, note.user.id, note.id, &note.risk_level)
}

fn unknown(id: NoteId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no note {id}"))
}

fn invalid(field: FieldProblem) -> Refusal {
    Refusal::invalid(vec![field])
}
