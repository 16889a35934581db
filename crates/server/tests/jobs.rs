//! What the server does by itself: once among all processes, again after a failure, and told by health.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_server::chain::Entry;
use quarterdeck_server::db::sql;
use quarterdeck_server::gate::Services;
use quarterdeck_server::gate::job::{JobError, Progress, Step};
use quarterdeck_server::gate::write::SystemTx;
use quarterdeck_server::jobs::{self, Failed, Job, Scheduler};
use quarterdeck_server::start;
use sea_orm::{ConnectionTrait, Value};
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{TestServer, on_both, until};

/// Leaves a row each time, and one in the audit log.
const COUNT: Job = Job {
    name: "count",
    every: TimeDelta::hours(1),
    step: |services, tx| Box::pin(count(services, tx)),
};
/// Fails while a setting says so.
const FRAGILE: Job = Job {
    name: "fragile",
    every: TimeDelta::hours(1),
    step: |services, tx| Box::pin(fragile(services, tx)),
};
const PANICKING: Job = Job {
    name: "panicking",
    every: TimeDelta::hours(1),
    step: |_, _| Box::pin(async { panic!("the test panics in a job") }),
};
/// Takes five steps.
const LONG: Job = Job {
    name: "long",
    every: TimeDelta::hours(1),
    step: |services, tx| Box::pin(long(services, tx)),
};
const ALL: &[Job] = &[PANICKING, FRAGILE, COUNT, LONG];

async fn count(services: &Services, tx: &SystemTx) -> Result<Step, JobError> {
    let key = services.ids.request_id(tx.now).to_string();
    let text = "INSERT INTO settings (key, value) VALUES ($1, 'counted')";
    tx.connection()
        .execute_raw(sql(tx.connection(), text, [key.into()]))
        .await?;
    Ok(Step {
        progress: Progress::Done,
        entries: vec![Entry::new(AuditCode::HandoverNoted, "user", 7)],
    })
}

async fn fragile(services: &Services, tx: &SystemTx) -> Result<Step, JobError> {
    let done = count(services, tx).await?;
    let text = "SELECT value FROM settings WHERE key = 'broken'";
    let broken = tx
        .connection()
        .query_one_raw(sql(tx.connection(), text, []))
        .await?;
    match broken {
        Some(_) => Err("the test breaks this job".into()),
        None => Ok(done),
    }
}

async fn long(services: &Services, tx: &SystemTx) -> Result<Step, JobError> {
    let step = count(services, tx).await?;
    let text = "SELECT count(*) AS steps FROM settings WHERE value = 'counted'";
    let row = tx
        .connection()
        .query_one_raw(sql(tx.connection(), text, []))
        .await?;
    let steps: i64 = row.unwrap().try_get("", "steps")?;
    let progress = if steps % 5 == 0 {
        Progress::Done
    } else {
        Progress::More
    };
    Ok(Step { progress, ..step })
}

async fn register(server: &TestServer, jobs: &[Job]) {
    let tx = server.services.system_write("test").await.unwrap();
    jobs::register(&tx, jobs).await.unwrap();
    tx.commit().await.unwrap();
}

/// Another process on the same database, at the same time.
async fn another(server: &TestServer) -> Arc<Services> {
    let services = &server.services;
    start::services(services.config.clone(), services.clock.clone())
        .await
        .unwrap()
}

async fn counted(server: &TestServer) -> i64 {
    let query = "SELECT count(*) FROM settings WHERE value = 'counted'";
    server.database.number(query).await
}

async fn of_job(server: &TestServer, name: &str, columns: &str) -> String {
    let query = format!("SELECT {columns} FROM jobs WHERE name = '{name}'");
    server.database.texts(&query).await.remove(0)
}

async fn health(server: &TestServer) -> (u16, serde_json::Value) {
    let reply = server.get("/actuator/health").send().await;
    (reply.status, reply.json()["components"]["jobs"].clone())
}

/// Seconds from now to the job's next run.
async fn wait_of(server: &TestServer, name: &str) -> i64 {
    let services = &server.services;
    let connection = services.database.reads();
    let text = "SELECT next_run_at FROM jobs WHERE name = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [name.into()]))
        .await
        .unwrap();
    let next: DateTime<Utc> = row.unwrap().try_get("", "next_run_at").unwrap();
    (next - server.now()).num_seconds()
}

on_both! {
    async fn a_due_job_runs_once_however_many_processes_look(server: TestServer) {
        register(&server, &[COUNT]).await;
        let other = another(&server).await;
        for round in 1..=10 {
            let mut looks = JoinSet::new();
            for services in [&server.services, &other, &server.services, &other] {
                let scheduler = Scheduler::new(services, &[COUNT]);
                looks.spawn(async move { scheduler.run_due().await });
            }
            looks.join_all().await;
            assert_eq!(counted(&server).await, round);
            assert_eq!(of_job(&server, "count", "CAST(runs AS TEXT)").await, round.to_string());
            Scheduler::new(&other, &[COUNT]).run_due().await;
            assert_eq!(counted(&server).await, round, "it is not due");
            server.advance(TimeDelta::hours(1));
        }
    }

    async fn what_a_job_changes_is_in_the_audit_log_in_the_name_of_the_system(server: TestServer) {
        register(&server, &[COUNT]).await;
        Scheduler::new(&server.services, &[COUNT]).run_due().await;
        let rows = "SELECT actor_type || ' ' || action_code || ' ' || target_id || ' ' || \
            COALESCE(admin_email, '-') FROM admin_audit_log";
        assert_eq!(server.database.texts(rows).await, ["system handover_noted 7 -"]);
        server.advance(TimeDelta::hours(1));
        server.database.break_audit().await;
        Scheduler::new(&server.services, &[COUNT]).run_due().await;
        assert_eq!(counted(&server).await, 1, "no audit row, no change");
        server.database.mend_audit().await;
        server.advance(TimeDelta::seconds(10));
        Scheduler::new(&server.services, &[COUNT]).run_due().await;
        assert_eq!(counted(&server).await, 2);
    }

    async fn who_lost_the_lease_commits_nothing(server: TestServer) {
        register(&server, &[LONG]).await;
        let (ours, theirs) = (
            Scheduler::new(&server.services, &[LONG]),
            Scheduler::new(&another(&server).await, &[LONG]),
        );
        let run = ours.take(&LONG).await.unwrap().expect("it is due");
        assert!(theirs.take(&LONG).await.unwrap().is_none(), "it is taken");
        assert_eq!(run.step().await.unwrap(), Progress::More);
        // Each step renews the lease.
        server.advance(TimeDelta::seconds(59));
        assert_eq!(run.step().await.unwrap(), Progress::More);
        server.advance(TimeDelta::seconds(59));
        assert!(theirs.take(&LONG).await.unwrap().is_none(), "it is still taken");
        server.advance(TimeDelta::seconds(1));
        let taken = theirs.take(&LONG).await.unwrap().expect("the lease has ended");
        let before = server.database.snapshot().await;
        let lost = run.step().await.unwrap_err();
        assert!(matches!(lost, Failed::LeaseLost), "{lost}");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(taken.step().await.unwrap(), Progress::More);
        assert_eq!(counted(&server).await, 3);
    }

    async fn a_job_goes_on_in_steps_until_it_is_done(server: TestServer) {
        register(&server, &[LONG]).await;
        Scheduler::new(&server.services, &[LONG]).run_due().await;
        assert_eq!(counted(&server).await, 5);
        assert_eq!(of_job(&server, "long", "CAST(runs AS TEXT)").await, "1");
    }

    async fn a_job_that_fails_is_tried_again_and_holds_up_no_other(server: TestServer) {
        register(&server, ALL).await;
        server.database.execute("INSERT INTO settings (key, value) VALUES ('broken', 'yes')").await;
        let scheduler = Scheduler::new(&server.services, ALL);
        scheduler.run_due().await;
        let told = "last_error || ' ' || CAST(failures AS TEXT) || ' ' || CAST(runs AS TEXT)";
        assert_eq!(of_job(&server, "fragile", told).await, "the test breaks this job 1 0");
        let panicked = of_job(&server, "panicking", told).await;
        assert!(panicked.contains("the test panics in a job"), "{panicked}");
        assert_eq!(of_job(&server, "count", "CAST(runs AS TEXT)").await, "1");
        assert_eq!(of_job(&server, "long", "CAST(runs AS TEXT)").await, "1");
        for wait in [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600] {
            assert_eq!(wait_of(&server, "fragile").await, wait);
            server.advance(TimeDelta::seconds(wait));
            scheduler.run_due().await;
        }
        server.database.execute("DELETE FROM settings WHERE key = 'broken'").await;
        server.advance(TimeDelta::hours(1));
        scheduler.run_due().await;
        let told = "COALESCE(last_error, '-') || ' ' || CAST(failures AS TEXT) || ' ' || CAST(runs AS TEXT)";
        assert_eq!(of_job(&server, "fragile", told).await, "- 0 1");
        assert_eq!(wait_of(&server, "fragile").await, 3_600);
    }

    async fn s003_96_health_tells_of_a_job_that_is_overdue(database: TestDatabase) {
        // It looks by itself once, at its start.
        let server = TestServer::start_with(database, |config| config.jobs.poll_seconds = 300).await;
        register(&server, &[FRAGILE]).await;
        server.database.execute("INSERT INTO settings (key, value) VALUES ('broken', 'yes')").await;
        let look = async || {
            jobs::run_due(&server.services).await;
            Scheduler::new(&server.services, &[FRAGILE]).run_due().await;
        };
        look().await;
        server.advance(TimeDelta::hours(2));
        look().await;
        assert_eq!(health(&server).await, (200, json!("UP")), "it is late, but not by more than two periods");
        server.advance(TimeDelta::seconds(1));
        assert_eq!(health(&server).await, (503, json!("DOWN")));
        look().await;
        assert_eq!(health(&server).await, (503, json!("DOWN")), "trying is not enough");
        server.database.execute("DELETE FROM settings WHERE key = 'broken'").await;
        server.advance(TimeDelta::hours(1));
        look().await;
        assert_eq!(health(&server).await, (200, json!("UP")));
        // Where no process looks at all, nobody but the health can tell.
        server.advance(TimeDelta::hours(3) + TimeDelta::seconds(1));
        assert_eq!(health(&server).await, (503, json!("DOWN")));
    }

    async fn a_process_without_jobs_says_so_and_tells_of_those_that_another_runs(server: TestServer) {
        assert_eq!(health(&server).await, (200, json!("OFF")));
        server.advance(TimeDelta::days(1));
        assert_eq!(health(&server).await, (200, json!("OFF")), "it is as it was asked for");
        register(&server, &[FRAGILE]).await;
        let look = async || {
            jobs::run_due(&server.services).await;
            Scheduler::new(&server.services, &[FRAGILE]).run_due().await;
        };
        look().await;
        assert_eq!(health(&server).await, (200, json!("UP")), "somebody ran them");
        server.database.execute("INSERT INTO settings (key, value) VALUES ('broken', 'yes')").await;
        server.advance(TimeDelta::hours(3) + TimeDelta::seconds(1));
        look().await;
        assert_eq!(health(&server).await, (503, json!("DOWN")), "somebody runs them, and one fails");
        server.advance(TimeDelta::seconds(61));
        assert_eq!(health(&server).await, (200, json!("OFF")), "nobody runs them any more");
        server.advance(-TimeDelta::days(40));
        assert_eq!(health(&server).await, (200, json!("OFF")), "a run that is yet to come was seen by nobody");
    }

    async fn a_job_that_fails_is_overdue_though_a_clock_that_was_ahead_ran_it_last(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.jobs.poll_seconds = 300).await;
        register(&server, &[FRAGILE]).await;
        let look = async || {
            jobs::run_due(&server.services).await;
            Scheduler::new(&server.services, &[FRAGILE]).run_due().await;
        };
        server.advance(TimeDelta::days(40));
        look().await;
        server.advance(-TimeDelta::days(40));
        server.database.execute("INSERT INTO settings (key, value) VALUES ('broken', 'yes')").await;
        look().await;
        assert_eq!(health(&server).await, (200, json!("UP")), "it has failed once");
        server.advance(TimeDelta::hours(2) + TimeDelta::seconds(1));
        look().await;
        assert_eq!(health(&server).await, (503, json!("DOWN")));
    }
}

on_both! {
    async fn a_server_runs_its_jobs_by_itself_and_stops_with_them(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.jobs.poll_seconds = 1).await;
        let runs = "SELECT runs FROM jobs WHERE name = 'purge'";
        until("the jobs ran", async || (server.database.number(runs).await == 1).then_some(())).await;
        server.advance(TimeDelta::hours(1));
        until("they ran again", async || (server.database.number(runs).await == 2).then_some(())).await;
        server.stop().await;
    }
}

/// A row of a table as [`WASTE`] makes it.
struct Left<'a> {
    name: &'a str,
    user_id: i64,
    at: DateTime<Utc>,
}

impl Left<'_> {
    fn bytes(&self) -> Value {
        self.name.as_bytes().to_vec().into()
    }
}

/// A table that is purged.
struct Waste {
    table: &'static str,
    /// A row of this age is purged, and one that is a second younger is not.
    age: TimeDelta,
    insert: &'static str,
    values: fn(&Left<'_>) -> Vec<Value>,
}

const WASTE: &[Waste] = &[
    Waste {
        table: "idempotency_keys",
        age: TimeDelta::hours(24),
        insert: "(key, user_id, created_at, fingerprint, status) VALUES ($1, $2, $3, $4, 200)",
        values: |left| {
            vec![
                left.name.into(),
                left.user_id.into(),
                left.at.into(),
                left.bytes(),
            ]
        },
    },
    Waste {
        table: "login_challenges",
        age: TimeDelta::zero(),
        insert: "(user_id, expires_at, token_hash) VALUES ($1, $2, $3)",
        values: |left| vec![left.user_id.into(), left.at.into(), left.bytes()],
    },
    Waste {
        table: "first_login_tokens",
        age: TimeDelta::zero(),
        insert: "(user_id, expires_at, token_hash) VALUES ($1, $2, $3)",
        values: |left| vec![left.user_id.into(), left.at.into(), left.bytes()],
    },
    Waste {
        table: "used_id_tokens",
        age: TimeDelta::zero(),
        insert: "(hash, expires_at) VALUES ($2, $1)",
        values: |left| vec![left.at.into(), left.bytes()],
    },
    Waste {
        table: "mail_outbox",
        age: TimeDelta::days(90),
        insert: "(user_id, created_at, next_attempt_at, useless_at, template, body, to_addr, status) \
            VALUES ($1, $2, $2, $2, 'first_login', '', 'ana@example.com', 'sent')",
        values: |left| vec![left.user_id.into(), left.at.into()],
    },
    Waste {
        table: "sign_in_attempts",
        age: TimeDelta::seconds(301),
        insert: "(key, window_started_at, failures) VALUES ($1, $2, 1)",
        values: |left| vec![left.name.into(), left.at.into()],
    },
    Waste {
        table: "sessions",
        age: TimeDelta::days(30),
        insert: "(user_id, expires_at, created_at, access_issued_at, access_expires_at, access_hash, \
            socket_hash, mfa_passed, ip_address, user_agent) \
            VALUES ($1, $2, $2, $2, $2, $3, $3, TRUE, '127.0.0.1', 'test')",
        values: |left| vec![left.user_id.into(), left.at.into(), left.bytes()],
    },
    Waste {
        table: "request_stats",
        age: TimeDelta::seconds(90 * 24 * 60 * 60 + 1),
        insert: "(route, minute, route_group, method, status, count, total_ms) \
            VALUES ($1, $2, 'test', 'GET', 200, 1, 1)",
        values: |left| vec![left.name.into(), left.at.into()],
    },
];

async fn execute(server: &TestServer, text: &str, values: Vec<Value>) {
    let tx = server.services.system_write("test").await.unwrap();
    let connection = tx.connection();
    let statement = sql(connection, text, values);
    connection.execute_raw(statement).await.unwrap();
    tx.commit().await.unwrap();
}

async fn leave(server: &TestServer, waste: &Waste, left: &Left<'_>) {
    let text = format!("INSERT INTO {} {}", waste.table, waste.insert);
    execute(server, &text, (waste.values)(left)).await;
}

on_both! {
    async fn what_nobody_asks_for_again_is_purged_and_nothing_else(server: TestServer) {
        let (ana, omar) = (server.plain().await, server.plain().await);
        for waste in WASTE {
            let at = server.now() - waste.age;
            leave(&server, waste, &Left { name: "old", user_id: ana.id, at }).await;
            let at = at + TimeDelta::seconds(1);
            leave(&server, waste, &Left { name: "young", user_id: omar.id, at }).await;
        }
        let expires_at = server.now() + TimeDelta::seconds(1);
        let session_of = |name: &str| format!("(SELECT id FROM sessions WHERE user_id = {name})");
        for (user, at) in [(ana.id, expires_at), (omar.id, expires_at), (omar.id, server.now())] {
            let grant = format!(
                "INSERT INTO otp_grants (user_id, session_id, key, digest, expires_at) \
                 VALUES ($1, {}, CAST($2 AS TEXT), $3, $2)",
                session_of(&user.to_string())
            );
            execute(&server, &grant, vec![user.into(), at.into(), b"digest".to_vec().into()]).await;
        }
        for user in [ana.id, omar.id] {
            let session = session_of(&user.to_string());
            let name: Value = user.to_string().into_bytes().into();
            let token = format!("INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES ($1, {session}, $2)");
            execute(&server, &token, vec![name.clone(), expires_at.into()]).await;
            let token = format!("INSERT INTO old_access_tokens (hash, session_id) VALUES ($1, {session})");
            execute(&server, &token, vec![name]).await;
        }
        jobs::run_due(&server.services).await;
        for waste in WASTE {
            assert_eq!(server.database.count(waste.table).await, 1, "{}", waste.table);
        }
        for table in ["idempotency_keys", "login_challenges", "first_login_tokens", "sessions", "otp_grants"] {
            let users = format!("SELECT CAST(user_id AS TEXT) FROM {table}");
            assert_eq!(server.database.texts(&users).await, [omar.id.to_string()], "{table}");
        }
        for table in ["refresh_tokens", "old_access_tokens"] {
            let users = format!("SELECT CAST(s.user_id AS TEXT) FROM {table} t JOIN sessions s ON s.id = t.session_id");
            assert_eq!(server.database.texts(&users).await, [omar.id.to_string()], "{table}");
        }
        for query in ["SELECT key FROM sign_in_attempts", "SELECT route FROM request_stats"] {
            assert_eq!(server.database.texts(query).await, ["young"]);
        }
        assert_eq!(of_job(&server, "purge", "CAST(runs AS TEXT)").await, "1");
    }

    async fn what_was_used_goes_before_its_time_and_a_lock_stays(server: TestServer) {
        let ana = server.plain().await;
        let later = server.now() + TimeDelta::hours(1);
        for waste in WASTE.iter().filter(|waste| waste.insert.contains("token_hash")) {
            leave(&server, waste, &Left { name: "used", user_id: ana.id, at: later }).await;
            execute(&server, &format!("UPDATE {} SET used_at = $1", waste.table), vec![later.into()]).await;
        }
        let locked = "INSERT INTO sign_in_attempts (key, failures, window_started_at, locked_until) \
            VALUES ('account:x', 0, $1, $2)";
        let long_ago = server.now() - TimeDelta::days(1);
        execute(&server, locked, vec![long_ago.into(), later.into()]).await;
        jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("login_challenges").await, 0);
        assert_eq!(server.database.count("first_login_tokens").await, 0);
        assert_eq!(server.database.count("sign_in_attempts").await, 1);
    }

    async fn the_purge_follows_a_clock_that_has_jumped_in_strides(server: TestServer) {
        jobs::run_due(&server.services).await;
        let key = "INSERT INTO idempotency_keys (key, user_id, created_at, fingerprint) VALUES ('k', 1, $1, $2)";
        execute(&server, key, vec![server.now().into(), vec![1_u8].into()]).await;
        server.advance(TimeDelta::days(40));
        for left in [1, 1, 1, 0] {
            jobs::run_due(&server.services).await;
            assert_eq!(server.database.count("idempotency_keys").await, left);
            server.advance(TimeDelta::hours(1));
        }
    }

    async fn a_heap_of_waste_goes_in_bounded_steps(server: TestServer) {
        let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)";
        let text = format!(
            "{numbers} INSERT INTO idempotency_keys (key, user_id, created_at, fingerprint) \
             SELECT 'k' || n, 1, $1, $2 FROM numbers"
        );
        let long_ago = server.now() - TimeDelta::days(2);
        execute(&server, &text, vec![long_ago.into(), vec![1_u8].into()]).await;
        let scheduler = Scheduler::new(&server.services, jobs::JOBS);
        let purge = jobs::JOBS.iter().find(|job| job.name == "purge").unwrap();
        let run = scheduler.take(purge).await.unwrap().expect("it is due");
        for left in [700, 200] {
            assert_eq!(run.step().await.unwrap(), Progress::More);
            assert_eq!(server.database.count("idempotency_keys").await, left);
        }
        assert_eq!(run.step().await.unwrap(), Progress::Done);
        assert_eq!(server.database.count("idempotency_keys").await, 0);
    }
}
