//! What the tables hold, read with statements of the oracle's own: one that asked the rooms would share
//! their mistakes.

use std::collections::BTreeMap;

use quarterdeck_api::role::Role;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::accounts::{self, Ban, Flag, Names};
use super::rules::Kind;
use super::{decisions, money, payouts};
use crate::chain::PLATFORM;
use crate::db::{dialect, sql};

/// Keys looked through by one statement, so that none takes long however large the table is.
const WINDOW: u32 = 2_000;

/// Where the objects of a kind are kept.
struct Table {
    name: &'static str,
    status: &'static str,
    by: &'static str,
    /// What a row says that only a row of the log can have brought about.
    claim: &'static str,
}

const fn table(kind: Kind) -> Table {
    match kind {
        Kind::Application => Table {
            name: "applications",
            status: "status",
            by: "decided_by",
            claim: "t.status <> 'PENDING' OR t.decided_by IS NOT NULL",
        },
        Kind::Report => Table {
            name: "user_reports",
            status: "status",
            by: "reviewed_by",
            claim: "t.status <> 'pending' OR t.reviewed_by IS NOT NULL",
        },
        Kind::DataRequest => Table {
            name: "data_requests",
            status: "status",
            by: "handled_by",
            claim: "t.status <> 'pending' OR t.handled_by IS NOT NULL",
        },
        Kind::Withdrawal => Table {
            name: "withdrawals",
            status: "status",
            by: "decided_by",
            claim: "t.status <> 'pending' OR t.decided_by IS NOT NULL OR t.transaction_id IS NOT NULL",
        },
        Kind::User => Table {
            name: "users",
            status: "''",
            by: "NULL",
            claim: "t.is_banned OR t.is_platform_admin OR t.suspended_at IS NOT NULL \
                OR t.deleted_at IS NOT NULL OR t.anonymized_at IS NOT NULL \
                OR EXISTS (SELECT 1 FROM profiles p WHERE p.user_id = t.id AND p.verified_at IS NOT NULL) \
                OR EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = t.id) \
                OR EXISTS (SELECT 1 FROM user_permissions p WHERE p.user_id = t.id) \
                OR EXISTS (SELECT 1 FROM transactions m WHERE m.user_id = t.id AND m.kind = 'adjust' \
                AND m.actor_id IS NOT NULL) \
                OR EXISTS (SELECT 1 FROM transactions m WHERE m.user_id = t.id AND m.kind = 'withdraw' \
                AND m.actor_id IS NOT NULL \
                AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.transaction_id = m.id))",
        },
    }
}

/// A stretch of a table: the keys in it that claim something and have no row in the log, and where it ends.
pub struct Window {
    /// The keys.
    pub ids: Vec<i64>,
    /// The last key that was looked at.
    pub last: i64,
}

/// Looks through the next stretch of a table, after a key; none where the table is at its end.
pub async fn claims(
    connection: &impl ConnectionTrait,
    kind: Kind,
    after: i64,
) -> Result<Option<Window>, DbErr> {
    let Table { name, claim, .. } = table(kind);
    let text = format!(
        "SELECT max(id) AS last FROM (SELECT id FROM {name} WHERE id > $1 ORDER BY id LIMIT {WINDOW}) AS part"
    );
    let row = connection
        .query_one_raw(sql(connection, &text, [after.into()]))
        .await?;
    let last: Option<i64> = row.map_or(Ok(None), |row| row.try_get("", "last"))?;
    let Some(last) = last else { return Ok(None) };
    let text = format!(
        "SELECT t.id FROM {name} t WHERE t.id > $1 AND t.id <= $2 AND ({claim}) AND NOT EXISTS ( \
         SELECT 1 FROM admin_audit_log l WHERE l.scope = $3 AND l.target_type = $4 \
         AND l.target_id = CAST(t.id AS TEXT)) ORDER BY t.id"
    );
    let values: [Value; 4] = [
        after.into(),
        last.into(),
        PLATFORM.into(),
        kind.target_type().into(),
    ];
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let ids = rows
        .iter()
        .map(|row| row.try_get("", "id"))
        .collect::<Result<_, _>>()?;
    Ok(Some(Window { ids, last }))
}

/// Objects as their table has them, by key.
pub async fn decided(
    connection: &impl ConnectionTrait,
    kind: Kind,
    ids: &[i64],
) -> Result<BTreeMap<i64, decisions::Stored>, DbErr> {
    let Table {
        name, status, by, ..
    } = table(kind);
    let text = format!("SELECT id, {status} AS status, {by} AS decider FROM {name} WHERE id IN");
    let rows = by_ids(connection, &text, ids).await?;
    let mut paid = match kind {
        Kind::Withdrawal => payments(connection, ids).await?,
        Kind::Application | Kind::Report | Kind::DataRequest | Kind::User => BTreeMap::new(),
    };
    let stored = |row: &QueryResult| {
        let id = row.try_get("", "id")?;
        let stored = decisions::Stored {
            status: row.try_get("", "status")?,
            by: row.try_get("", "decider")?,
            paid: paid.remove(&id),
        };
        Ok((id, stored))
    };
    rows.iter().map(stored).collect()
}

/// What withdrawals paid, and what their persons hold.
async fn payments(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<BTreeMap<i64, payouts::Stored>, DbErr> {
    let text = "SELECT w.id, w.amount, w.transaction_id, t.amount AS moved, p.balance, p.currency, \
        (SELECT max(m.id) FROM transactions m WHERE m.user_id = w.user_id) AS last_transaction \
        FROM withdrawals w LEFT JOIN wallets p ON p.user_id = w.user_id \
        LEFT JOIN transactions t ON t.id = w.transaction_id AND t.user_id = w.user_id AND t.kind = 'withdraw' \
        WHERE w.id IN";
    let rows = by_ids(connection, text, ids).await?;
    let stored = |row: &QueryResult| {
        let stored = payouts::Stored {
            amount: row.try_get("", "amount")?,
            transaction: row.try_get("", "transaction_id")?,
            moved: row.try_get("", "moved")?,
            money: money::Stored {
                last_transaction: row.try_get("", "last_transaction")?,
                wallet: wallet(row)?,
                ..money::Stored::default()
            },
        };
        Ok((row.try_get("", "id")?, stored))
    };
    rows.iter().map(stored).collect()
}

/// What a wallet holds, and its currency.
fn wallet(row: &QueryResult) -> Result<Option<(i64, String)>, DbErr> {
    let balance: Option<i64> = row.try_get("", "balance")?;
    let currency: Option<String> = row.try_get("", "currency")?;
    Ok(balance.zip(currency))
}

/// Accounts as the tables have them, by key.
pub async fn accounts(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<BTreeMap<i64, accounts::Stored>, DbErr> {
    let text = "SELECT u.id, u.is_banned, u.ban_expires_at, u.is_platform_admin, \
        u.suspended_at IS NOT NULL AS is_suspended, u.deleted_at IS NOT NULL AS is_deleted, \
        u.anonymized_at IS NOT NULL AS is_anonymized, p.verified_at IS NOT NULL AS is_verified \
        FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id IN";
    let rows = by_ids(connection, text, ids).await?;
    let mut found = rows
        .iter()
        .map(|row| Ok((row.try_get("", "id")?, account(row)?)))
        .collect::<Result<BTreeMap<i64, _>, DbErr>>()?;
    for row in rights(connection, "user_roles", "role", ids).await? {
        // Product roles are not the log's.
        let is_product = row.name.parse().is_ok_and(|role: Role| !role.is_staff());
        if let Some(account) = found.get_mut(&row.user_id).filter(|_| !is_product) {
            row.add_to(&mut account.roles_name_a_granter, &mut account.roles);
        }
    }
    for row in rights(connection, "user_permissions", "permission_key", ids).await? {
        if let Some(account) = found.get_mut(&row.user_id) {
            row.add_to(
                &mut account.permissions_name_a_granter,
                &mut account.permissions,
            );
        }
    }
    for (id, money) in holdings(connection, ids).await? {
        if let Some(account) = found.get_mut(&id) {
            account.money = money;
        }
    }
    Ok(found)
}

/// What accounts hold, and what operators added or took.
async fn holdings(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<Vec<(i64, money::Stored)>, DbErr> {
    let text = "SELECT u.id, w.balance, w.currency, \
        (SELECT max(t.id) FROM transactions t WHERE t.user_id = u.id) AS last_transaction, \
        (SELECT CAST(COALESCE(sum(t.amount), 0) AS TEXT) FROM transactions t WHERE t.user_id = u.id \
        AND t.kind = 'adjust' AND t.actor_id IS NOT NULL) AS adjusted, \
        (SELECT count(*) FROM transactions t WHERE t.user_id = u.id AND t.kind = 'withdraw' \
        AND t.actor_id IS NOT NULL \
        AND NOT EXISTS (SELECT 1 FROM withdrawals x WHERE x.transaction_id = t.id)) AS stray \
        FROM users u LEFT JOIN wallets w ON w.user_id = u.id WHERE u.id IN";
    let rows = by_ids(connection, text, ids).await?;
    let stored = |row: &QueryResult| {
        let adjusted: String = row.try_get("", "adjusted")?;
        let stored = money::Stored {
            adjusted: adjusted
                .parse()
                .map_err(|_| DbErr::Type(format!("{adjusted} is no sum")))?,
            last_transaction: row.try_get("", "last_transaction")?,
            wallet: wallet(row)?,
            stray_payments: row.try_get("", "stray")?,
        };
        Ok((row.try_get("", "id")?, stored))
    };
    rows.iter().map(stored).collect()
}

fn account(row: &QueryResult) -> Result<accounts::Stored, DbErr> {
    let columns = [
        ("is_suspended", Flag::Suspended),
        ("is_deleted", Flag::Deleted),
        ("is_anonymized", Flag::Anonymized),
        ("is_verified", Flag::Verified),
        ("is_platform_admin", Flag::PlatformAdmin),
    ];
    let mut stored = accounts::Stored::default();
    for (column, flag) in columns {
        if row.try_get("", column)? {
            stored.flags.insert(flag);
        }
    }
    if row.try_get("", "is_banned")? {
        stored.ban = Ban::Until(row.try_get("", "ban_expires_at")?);
    }
    Ok(stored)
}

/// A role or a permission of an account.
struct Right {
    user_id: i64,
    name: String,
    is_granted: bool,
}

impl Right {
    fn add_to(self, names_a_granter: &mut bool, held: &mut Names) {
        *names_a_granter |= self.is_granted;
        held.insert(self.name);
    }
}

async fn rights(
    connection: &impl ConnectionTrait,
    table: &str,
    name: &str,
    ids: &[i64],
) -> Result<Vec<Right>, DbErr> {
    let text = format!(
        "SELECT user_id, {name} AS name, granted_by IS NOT NULL AS is_granted FROM {table} WHERE user_id IN"
    );
    let rows = by_ids(connection, &text, ids).await?;
    let right = |row: &QueryResult| {
        Ok(Right {
            user_id: row.try_get("", "user_id")?,
            name: row.try_get("", "name")?,
            is_granted: row.try_get("", "is_granted")?,
        })
    };
    rows.iter().map(right).collect()
}

async fn by_ids(
    connection: &impl ConnectionTrait,
    select: &str,
    ids: &[i64],
) -> Result<Vec<QueryResult>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!("{select} ({})", dialect::placeholders(1, ids.len()));
    let values = ids.iter().map(|id| Value::from(*id));
    connection
        .query_all_raw(sql(connection, &text, values))
        .await
}
