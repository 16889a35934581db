//! Queries of claims. A claim counts while its time runs and the session of its holder is good, so that
//! signing out, a revocation and a ban end it without a line of their own.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::claim::{Claim, LEASE};
use quarterdeck_api::claims::{Claimed, Queue};
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::text::Line;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::rules::{self, Held, Standing};
use crate::db::together::Part;
use crate::db::{Dialect, sql};
use crate::gate::bulk::Object;

/// The claims that count at the time that this placeholder holds.
fn counting_at(now: &str) -> String {
    format!(
        "FROM claims c JOIN sessions s ON s.id = c.session_id JOIN users u ON u.id = c.user_id \
         WHERE c.ends_at > {now} AND s.revoked_at IS NULL AND s.expires_at > {now}"
    )
}

/// The items of a queue with a claim that counts and is held so.
pub fn claimed(queue: Queue, now: DateTime<Utc>, by: Condition) -> SelectStatement {
    let claim = |column: &'static str| Expr::col(("claims", column));
    let session = |column: &'static str| Expr::col(("sessions", column));
    Query::select()
        .column(("claims", "object_id"))
        .from("claims")
        .inner_join("sessions", session("id").equals(("claims", "session_id")))
        .cond_where(
            Condition::all()
                .add(claim("queue").eq(queue.as_str()))
                .add(claim("ends_at").gt(now))
                .add(session("revoked_at").is_null())
                .add(session("expires_at").gt(now))
                .add(by),
        )
        .take()
}

/// The claims of an account.
pub fn of_user(user_id: i64) -> Condition {
    Condition::all().add(Expr::col(("claims", "user_id")).eq(user_id))
}

/// The claims of these accounts.
pub fn of_users(ids: SelectStatement) -> Condition {
    Condition::all().add(Expr::col(("claims", "user_id")).in_subquery(ids))
}

const fn table(queue: Queue) -> &'static str {
    match queue {
        Queue::Applications => "applications",
        Queue::Reports => "user_reports",
        Queue::DataRequests => "data_requests",
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The account.
    pub user_id: i64,
    /// The session.
    pub session_id: i64,
}

/// A claim that counts.
#[derive(Clone, Debug)]
pub struct Holder {
    user_id: i64,
    session_id: i64,
    email: String,
    taken_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl Holder {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            user_id: row.try_get("", "user_id")?,
            session_id: row.try_get("", "session_id")?,
            email: row.try_get("", "email")?,
            taken_at: row.try_get("", "taken_at")?,
            ends_at: row.try_get("", "ends_at")?,
        })
    }

    /// As it goes on the wire, to this account.
    pub fn claim(&self, asker: i64) -> Claim {
        Claim {
            by: Line::verbatim(self.email.clone()),
            mine: self.user_id == asker,
            since: self.taken_at,
            until: self.ends_at,
        }
    }

    const fn held(&self, asker: Asker) -> Held {
        if self.session_id == asker.session_id {
            Held::Here
        } else if self.user_id == asker.user_id {
            Held::ByCaller
        } else {
            Held::ByAnother
        }
    }
}

/// An item, and how it is claimed.
#[derive(Clone, Debug)]
pub struct Item {
    id: i64,
    status: String,
    version: i64,
    standing: Standing,
    claim: Option<Claim>,
    holder: Option<(String, DateTime<Utc>)>,
}

impl Object for Item {
    type Id = i64;
    type Status = Standing;

    fn id(&self) -> i64 {
        self.id
    }

    fn status(&self) -> Standing {
        self.standing
    }

    fn conflict(&self) -> Conflict {
        let (by, since) = self.holder.clone().unzip();
        Conflict {
            status: Line::verbatim(self.status.clone()),
            decided_by: by.map(Line::verbatim),
            decided_at: since,
            version: self.version,
        }
    }
}

impl Item {
    /// As it goes on the wire.
    pub fn claimed(&self) -> Claimed {
        Claimed {
            id: self.id,
            claim: self.claim.clone(),
        }
    }
}

fn listed(ids: &[i64]) -> Value {
    let ids: Vec<_> = ids.iter().map(i64::to_string).collect();
    ids.join(",").into()
}

/// Reads items and keeps them from being claimed or decided until the transaction ends. Their claims are
/// read after that: whoever was waited for may have taken one.
pub async fn lock(
    tx: &DatabaseTransaction,
    queue: Queue,
    ids: &[i64],
    asker: Asker,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, DbErr> {
    let dialect = Dialect::of(tx);
    items(tx, queue, ids, asker, now, dialect.for_own_update()).await
}

/// Reads items.
pub async fn read(
    connection: &impl ConnectionTrait,
    queue: Queue,
    ids: &[i64],
    asker: Asker,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, DbErr> {
    items(connection, queue, ids, asker, now, "").await
}

async fn items(
    connection: &impl ConnectionTrait,
    queue: Queue,
    ids: &[i64],
    asker: Asker,
    now: DateTime<Utc>,
    lock: &str,
) -> Result<Vec<Item>, DbErr> {
    let text = format!(
        "SELECT id, status, version FROM {} WHERE {} ORDER BY id{lock}",
        table(queue),
        Dialect::of(connection).among("id")
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [listed(ids)]))
        .await?;
    let holders = holders(connection, queue, ids, now).await?;
    let item = |row: &QueryResult| {
        let (id, status): (i64, String) = (row.try_get("", "id")?, row.try_get("", "status")?);
        let holder = holders.get(&id);
        let standing = Standing {
            held: holder.map_or(Held::ByNobody, |holder| holder.held(asker)),
            work: rules::work(queue, &status),
        };
        Ok(Item {
            id,
            status,
            version: row.try_get("", "version")?,
            standing,
            claim: holder.map(|holder| holder.claim(asker.user_id)),
            holder: holder.map(|holder| (holder.email.clone(), holder.taken_at)),
        })
    };
    rows.iter().map(item).collect()
}

/// Who holds these items; those that nobody holds are left out.
pub async fn holders(
    connection: &impl ConnectionTrait,
    queue: Queue,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Holder>, DbErr> {
    let text = format!(
        "SELECT c.object_id, c.user_id, c.session_id, u.email, c.taken_at, c.ends_at \
         {} AND c.queue = $3 AND {}",
        counting_at("$2"),
        Dialect::of(connection).among("c.object_id")
    );
    let values = [listed(ids), now.into(), queue.as_str().into()];
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "object_id")?, Holder::read(row)?)))
        .collect()
}

/// Claims items that are locked, for the whole lease.
pub async fn take(
    tx: &DatabaseTransaction,
    queue: Queue,
    ids: &[i64],
    asker: Asker,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = format!(
        "INSERT INTO claims (queue, object_id, user_id, session_id, taken_at, ends_at) \
         SELECT $2, id, $3, $4, $5, $6 FROM {} WHERE {} ORDER BY id \
         ON CONFLICT (queue, object_id) DO UPDATE SET user_id = excluded.user_id, \
         session_id = excluded.session_id, taken_at = excluded.taken_at, ends_at = excluded.ends_at",
        table(queue),
        Dialect::of(tx).among("id")
    );
    let values = [
        listed(ids),
        queue.as_str().into(),
        asker.user_id.into(),
        asker.session_id.into(),
        now.into(),
        (now + LEASE).into(),
    ];
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// Gives items back.
pub async fn release(tx: &DatabaseTransaction, queue: Queue, ids: &[i64]) -> Result<(), DbErr> {
    tx.execute_raw(end(Dialect::of(tx), queue, ids).alone(tx))
        .await?;
    Ok(())
}

/// Ends the claims of items, whoever holds them.
pub fn end(dialect: Dialect, queue: Queue, ids: &[i64]) -> Part {
    let among = dialect.among("object_id");
    let text = format!("DELETE FROM claims WHERE queue = $2 AND {among}");
    Part::new(text, [listed(ids), queue.as_str().into()])
}

/// Whether anything is claimed.
pub async fn is_any(connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS found FROM claims WHERE ends_at > $1 LIMIT 1";
    let row = connection
        .query_one_raw(sql(connection, text, [now.into()]))
        .await?;
    Ok(row.is_some())
}

/// Whether a session holds anything that ends after this time.
pub async fn holds(
    connection: &impl ConnectionTrait,
    session_id: i64,
    after: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS found FROM claims WHERE session_id = $1 AND ends_at > $2 LIMIT 1";
    let values = [session_id.into(), after.into()];
    let row = connection
        .query_one_raw(sql(connection, text, values))
        .await?;
    Ok(row.is_some())
}

/// What a session holds that ends after one time, ends at another. A claim that somebody takes or gives
/// back just now is left as it is: nobody waits for this, and this waits for nobody.
pub async fn move_end(
    tx: &DatabaseTransaction,
    session_id: i64,
    after: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<(), DbErr> {
    let free = match Dialect::of(tx) {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let text = format!(
        "UPDATE claims SET ends_at = $3 WHERE (queue, object_id) IN \
         (SELECT queue, object_id FROM claims WHERE session_id = $1 AND ends_at > $2{free})"
    );
    let values = [session_id.into(), after.into(), to.into()];
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// All that is claimed.
pub async fn live(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<BTreeSet<(Queue, i64)>, DbErr> {
    let text = format!("SELECT c.queue, c.object_id {}", counting_at("$1"));
    let rows = connection
        .query_all_raw(sql(connection, &text, [now.into()]))
        .await?;
    let mut live = BTreeSet::new();
    for row in rows {
        let queue: String = row.try_get("", "queue")?;
        // A queue of a newer server is none of this one's.
        if let Ok(queue) = queue.parse() {
            live.insert((queue, row.try_get("", "object_id")?));
        }
    }
    Ok(live)
}
