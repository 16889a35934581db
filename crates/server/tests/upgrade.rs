//! A database of an older version keeps its data and is served by this one.

use quarterdeck_api::permission::Permission;
use quarterdeck_server::db::{Database, migrate};
use quarterdeck_server::jobs;
use serde_json::json;
use sqlx::migrate::Migrator;

use crate::harness::database::Connection;
use crate::harness::postgres::cluster;
use crate::harness::{Backend, TestDatabase, TestServer, on_both, process};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// A database as a server of an older version made it.
async fn set_back(database: &TestDatabase, version: i64) {
    // Makes the file, where it is one.
    Database::open(database.url()).await.unwrap().close().await;
    match database.connect().await {
        Connection::Sqlite(mut connection) => {
            SQLITE.run_to(version, &mut connection).await.unwrap();
        }
        Connection::Postgres(mut connection) => {
            database
                .execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                .await;
            POSTGRES.run_to(version, &mut connection).await.unwrap();
        }
    }
}

/// What a server of the first version left.
const DATA: &str = "
    INSERT INTO settings (key, value) VALUES ('instance_id', '0190f0c0-0000-7000-8000-000000000000');
    INSERT INTO users (id, email, email_key, created_at, updated_at)
        VALUES (4711, 'ana@ops.example', 'ana@ops.example', '2026-08-01 08:00:00+00:00', '2026-08-01 08:00:00+00:00');
    INSERT INTO applications (id, name, name_key, email, email_key, answers, status, submitted_at)
        VALUES (1, 'Zoë', 'zoë', 'Zoe@people.example', 'zoe@people.example', 'Because.', 'PENDING',
            '2026-08-01 08:00:00+00:00');
    INSERT INTO idempotency_keys (user_id, key, fingerprint, status, response, created_at)
        VALUES (4711, 'k', 'f', 200, '{}', '2026-08-01 08:00:00+00:00');";

on_both! {
    async fn a_database_of_the_first_version_is_upgraded_with_its_data(database: TestDatabase) {
        set_back(&database, 1).await;
        database.execute(DATA).await;
        let opened = Database::open(database.url()).await.unwrap();
        migrate::apply(&opened).await.unwrap();
        opened.close().await;
        let server = TestServer::start(database).await;
        let ana = server.admin(&[Permission::ApplicationsView]).await;
        let session = server.session(&ana).await;
        let list = server.get("/api/v1/admin/applications").session(&session).send().await;
        assert_eq!((list.status, &list.json()["data"][0]["name"]), (200, &json!("Zoë")));
        assert_eq!(server.database.count("idempotency_keys").await, 1);
        jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("idempotency_keys").await, 0);
        assert_eq!(server.database.number("SELECT runs FROM jobs WHERE name = 'purge'").await, 1);
        assert_eq!(server.get("/actuator/health").send().await.status, 200);
    }

    async fn only_sqlite_is_upgraded_by_serving_it(database: TestDatabase) {
        set_back(&database, 1).await;
        database.execute(DATA).await;
        match database.backend {
            Backend::Sqlite => {
                let server = TestServer::start(database).await;
                assert_eq!(server.database.number("SELECT count(*) FROM users WHERE id = 4711").await, 1);
            }
            Backend::Postgres => {
                let refused = process::run(&database, &["serve", "--listen", "127.0.0.1:0"]);
                assert!(refused.stderr.contains("older than this server; run `quarterdeck-server migrate`"), "{}", refused.stderr);
                process::run(&database, &["migrate"]).succeeded();
                assert_eq!(database.number("SELECT count(*) FROM users WHERE id = 4711").await, 1);
            }
        }
    }
}

#[tokio::test]
async fn where_the_role_may_make_no_extension_migrate_says_who_must() {
    let Some(cluster) = cluster() else {
        return;
    };
    let owners = cluster.create_empty_database().await;
    cluster
        .execute_about(&owners, "CREATE ROLE guest_of_{name}")
        .await;
    let database = TestDatabase::at(owners.clone());
    let name = database
        .texts("SELECT CAST(current_database() AS TEXT)")
        .await
        .remove(0);
    database
        .execute(&format!("GRANT ALL ON SCHEMA public TO guest_of_{name}"))
        .await;
    let separator = if owners.contains('?') { '&' } else { '?' };
    let guest = TestDatabase::at(format!(
        "{owners}{separator}options=-c%20role%3Dguest_of_{name}"
    ));

    let refused = process::run(&guest, &["migrate"]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    for said in [
        "permission denied to create extension",
        "`CREATE EXTENSION pg_trgm`",
        "`quarterdeck-server migrate` again",
    ] {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
    }
    database.execute("CREATE EXTENSION pg_trgm").await;
    process::run(&guest, &["migrate"]).succeeded();
    assert_eq!(database.count("user_search").await, 0);

    drop((database, guest));
    cluster.drop_database(&owners).await;
    cluster
        .execute_about(&owners, "DROP ROLE guest_of_{name}")
        .await;
}
