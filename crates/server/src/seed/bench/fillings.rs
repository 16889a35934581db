//! The statements that fill the tables, one a table. In them `$1` is the moment that the data is made for,
//! in seconds since the epoch, and `$2` how many rows there are; `n` counts them from 1, the oldest first,
//! and `age` is how many seconds ago a row was made.

use clap::Args;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::db::Dialect;

/// The first rows are three years old, the last ones a minute.
const AGE: &str = "60 + ($2 - n) * 94608000 / $2";
/// Who decided, where there are operators.
const OPERATOR: &str = "(SELECT min(id) FROM users WHERE is_platform_admin)";

/// How many of each.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BenchSizes {
    /// Profile bench: ordinary users
    #[arg(long, default_value_t = 0)]
    pub users: u64,
    /// Profile bench: applications
    #[arg(long, default_value_t = 0)]
    pub applications: u64,
    /// Profile bench: reports
    #[arg(long, default_value_t = 0)]
    pub reports: u64,
    /// Profile bench: data requests
    #[arg(long, default_value_t = 0)]
    pub data_requests: u64,
    /// Profile bench: requests in the action log
    #[arg(long, default_value_t = 0)]
    pub requests: u64,
    /// Profile bench: audit rows
    #[arg(long, default_value_t = 0)]
    pub audit: u64,
    /// Profile bench: operators, whose password and second factor are public
    #[arg(long, default_value_t = 0)]
    pub operators: u64,
}

/// A table to be filled.
pub(super) struct Filling {
    pub(super) table: &'static str,
    pub(super) rows: u64,
    columns: Vec<(&'static str, String)>,
    /// Statements that make other tables' rows from these.
    after: &'static [&'static str],
}

/// The tables, in the order in which they refer to each other.
pub(super) fn fillings(dialect: Dialect, sizes: &BenchSizes) -> [Filling; 5] {
    [
        Filling {
            table: "users",
            rows: sizes.users,
            columns: users(dialect),
            after: &[
                "INSERT INTO user_roles (user_id, role, created_at) \
                 SELECT id, 'User', created_at FROM users WHERE NOT is_platform_admin",
                "INSERT INTO profiles (user_id, country, verified_at) \
                 SELECT id, 'Kenya', CASE WHEN id % 3 = 0 THEN created_at END \
                 FROM users WHERE NOT is_platform_admin",
                "INSERT INTO user_notes (user_id, note, note_key, risk_level, created_by, created_at, updated_at) \
                 SELECT u.id, 'Called, no answer.', 'called, no answer.', k.risk, \
                 COALESCE((SELECT min(o.id) FROM users o WHERE o.is_platform_admin), u.id), u.created_at, u.created_at \
                 FROM users u CROSS JOIN (SELECT 'low' AS risk UNION ALL SELECT 'medium' UNION ALL SELECT 'high') AS k \
                 WHERE u.id % 20 = 0",
                "INSERT INTO wallets (user_id, balance, currency) \
                 SELECT id, 12500 + id % 9000, 'EUR' FROM users WHERE NOT is_platform_admin AND id % 5 = 0",
                "INSERT INTO transactions (user_id, kind, amount, won, created_at) \
                 SELECT u.id, k.kind, k.amount + u.id % 900, k.won = 1, u.created_at FROM users u CROSS JOIN \
                 (SELECT 'deposit' AS kind, 20000 AS amount, 0 AS won UNION ALL SELECT 'bet', 500, 0 \
                 UNION ALL SELECT 'bet', 750, 1 UNION ALL SELECT 'bet', 1250, 0 UNION ALL SELECT 'payout', 1350, 0 \
                 UNION ALL SELECT 'withdraw', 6000, 0) AS k WHERE NOT u.is_platform_admin AND u.id % 5 = 0",
            ],
        },
        Filling {
            table: "applications",
            rows: sizes.applications,
            columns: applications(dialect),
            after: &[
                "INSERT INTO application_search (application_id, name_key, email_key) \
                 SELECT id, lower(name), email FROM applications",
            ],
        },
        Filling {
            table: "user_reports",
            rows: sizes.reports,
            columns: reports(dialect),
            after: &["INSERT INTO report_subjects (user_id, reports) \
                 SELECT reported_user_id, count(*) FROM user_reports GROUP BY reported_user_id"],
        },
        Filling {
            table: "data_requests",
            rows: sizes.data_requests,
            columns: data_requests(dialect),
            after: &[],
        },
        Filling {
            table: "admin_action_log",
            rows: sizes.requests,
            columns: requests(dialect),
            // No preset has the permission to read them.
            after: &[
                "INSERT INTO user_permissions (user_id, permission_key, created_at) \
                 SELECT id, 'admin-users.view-admin-audit', created_at FROM users WHERE is_platform_admin",
            ],
        },
    ]
}

impl Filling {
    /// The statement that fills the table; it takes the moment and the number of rows.
    pub(super) fn insert(&self, dialect: Dialect) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> = self.columns.iter().map(|(_, value)| &**value).collect();
        let series = match dialect {
            Dialect::Sqlite => {
                "(WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < $2) \
                 SELECT n FROM series) AS numbers"
            }
            Dialect::Postgres => "generate_series(1, $2::bigint) AS numbers (n)",
        };
        format!(
            "INSERT INTO {} ({}) SELECT {} FROM (SELECT n, {AGE} AS age FROM {series}) AS made \
             ORDER BY n",
            self.table,
            names.join(", "),
            values.join(", "),
        )
    }

    /// The statements that follow.
    pub(super) const fn after(&self) -> &'static [&'static str] {
        self.after
    }
}

/// Statements of a seed may take longer than those of a request.
pub(super) async fn take_time(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    match Dialect::of(tx) {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => tx
            .execute_unprepared("SET LOCAL statement_timeout = 0")
            .await
            .map(|_| ()),
    }
}

/// When new entries of the index of parts are sorted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortIn {
    /// By the `VACUUM` that follows a seed: all at once they take half the time.
    Later,
    /// As the migration says.
    SoonAgain,
}

/// Says when, to PostgreSQL; SQLite has no such choice.
pub(super) async fn sort_in(tx: &DatabaseTransaction, when: SortIn) -> Result<(), DbErr> {
    let kilobytes = match (Dialect::of(tx), when) {
        (Dialect::Sqlite, SortIn::Later | SortIn::SoonAgain) => return Ok(()),
        (Dialect::Postgres, SortIn::Later) => 1_048_576,
        (Dialect::Postgres, SortIn::SoonAgain) => 512,
    };
    let text =
        format!("ALTER INDEX user_search_trigrams SET (gin_pending_list_limit = {kilobytes})");
    tx.execute_unprepared(&text).await.map(|_| ())
}

fn ago(dialect: Dialect, seconds: &str) -> String {
    match dialect {
        Dialect::Sqlite => {
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', $1 - {seconds}, 'unixepoch')")
        }
        Dialect::Postgres => format!("to_timestamp($1::bigint - {seconds})"),
    }
}

fn when(condition: &str, value: &str) -> String {
    format!("CASE WHEN {condition} THEN {value} END")
}

/// One of the ordinary users, whose keys follow each other. Neither query refers to `n`, so each is
/// answered once.
fn user(number: &str) -> String {
    let ordinary = "FROM users WHERE NOT is_platform_admin";
    format!("(SELECT min(id) {ordinary}) + {number} % (SELECT count(*) {ordinary})")
}

fn users(dialect: Dialect) -> Vec<(&'static str, String)> {
    let (banned, suspended, deleted) = ("n % 200 = 7", "n % 500 = 11", "n % 250 = 13");
    vec![
        ("email", "'user' || n || '@people.example'".into()),
        ("email_key", "'user' || n || '@people.example'".into()),
        ("display_name", "'Person ' || n".into()),
        ("display_name_key", "'person ' || n".into()),
        ("username", "'Handle' || n".into()),
        ("username_key", "'handle' || n".into()),
        ("is_banned", banned.into()),
        ("ban_reason", when(banned, "'spam'")),
        ("banned_at", when(banned, &ago(dialect, "age / 2"))),
        ("banned_by", when(banned, OPERATOR)),
        ("suspended_at", when(suspended, &ago(dialect, "age / 2"))),
        ("suspend_reason", when(suspended, "'under review'")),
        ("deleted_at", when(deleted, &ago(dialect, "age / 3"))),
        ("created_at", ago(dialect, "age")),
        ("updated_at", ago(dialect, "age")),
        (
            "last_login_at",
            when("n % 5 <> 0", &ago(dialect, "age / 4")),
        ),
    ]
}

fn applications(dialect: Dialect) -> Vec<(&'static str, String)> {
    let decided = "n % 5 <> 0";
    vec![
        ("name", "'Applicant ' || n".into()),
        ("email", "'applicant' || n || '@people.example'".into()),
        (
            "answers",
            "'I make things, and number ' || n || ' is mine.'".into(),
        ),
        (
            "status",
            "CASE n % 5 WHEN 0 THEN 'PENDING' WHEN 1 THEN 'REJECTED' WHEN 2 THEN 'WAITLISTED' \
             ELSE 'ACTIVE' END"
                .into(),
        ),
        ("submitted_at", ago(dialect, "age")),
        ("decided_at", when(decided, &ago(dialect, "age / 2"))),
        ("decided_by", when(decided, OPERATOR)),
    ]
}

fn reports(dialect: Dialect) -> Vec<(&'static str, String)> {
    let reviewed = "n % 5 <> 0";
    vec![
        ("reporter_id", user("n * 7")),
        ("reported_user_id", user("(n * 13 + 1)")),
        (
            "reason",
            "CASE n % 2 WHEN 0 THEN 'Spam' ELSE 'Scam' END".into(),
        ),
        (
            "reason_key",
            "CASE n % 2 WHEN 0 THEN 'spam' ELSE 'scam' END".into(),
        ),
        (
            "body",
            "'What happened on day ' || n || ' must not happen again.'".into(),
        ),
        (
            "status",
            "CASE n % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'dismissed' ELSE 'resolved' END".into(),
        ),
        ("created_at", ago(dialect, "age")),
        ("reviewed_at", when(reviewed, &ago(dialect, "age / 2"))),
        ("reviewed_by", when(reviewed, OPERATOR)),
    ]
}

fn data_requests(dialect: Dialect) -> Vec<(&'static str, String)> {
    vec![
        ("user_id", user("n * 11")),
        (
            "kind",
            "CASE n % 3 WHEN 0 THEN 'deletion' ELSE 'export' END".into(),
        ),
        (
            "status",
            "CASE n % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'failed' ELSE 'completed' END".into(),
        ),
        ("created_at", ago(dialect, "age")),
        ("deadline", ago(dialect, "(age - 30 * 86400)")),
        ("updated_at", ago(dialect, "age / 2")),
        ("completed_at", when("n % 10 > 1", &ago(dialect, "age / 2"))),
        ("handled_by", when("n % 10 > 0", OPERATOR)),
    ]
}

/// Bans, and what the gate would have them found by (`gate::searchable`).
fn requests(dialect: Dialect) -> Vec<(&'static str, String)> {
    let target = user("n * 17");
    vec![
        ("request_id", "'made-' || n".into()),
        ("method", "'PATCH'".into()),
        (
            "url",
            format!("'/api/v1/admin/users/' || ({target}) || '/ban'"),
        ),
        ("route", "'/api/v1/admin/users/{id}/ban'".into()),
        ("user_id", OPERATOR.into()),
        ("ip_address", "'127.0.0.1'".into()),
        ("user_agent", "'bench'".into()),
        (
            "request_body",
            r#"'{"banReason":"case' || n || '"}'"#.into(),
        ),
        ("response", "''".into()),
        ("status", "CASE n % 50 WHEN 0 THEN 403 ELSE 200 END".into()),
        ("duration_ms", "5".into()),
        ("created_at", ago(dialect, "age")),
        ("targets", format!("CAST(({target}) AS TEXT)")),
        (
            "words",
            format!(
                "'admin api ban banreason banreason=case' || n || ' case' || n || ' users v1 ' || ({target})"
            ),
        ),
    ]
}
