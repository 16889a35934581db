//! `restore-user`: the only way back, and only from a deletion (C-08).

use super::{end, endings, operator, try_sign_in};
use crate::harness::on_both;
use crate::harness::process::run;

on_both! {
    async fn c_08_s002_27_the_command_line_restores_what_was_deleted(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let (user, other) = (server.plain().await, server.plain().await);
        let mut rows = Vec::new();
        let route = format!("/api/v1/admin/users/{}/restore", user.id);
        server.post(&route).session(&session).json(serde_json::json!({})).send().await.refused(404, "not_found");
        for id in [user.id, other.id] {
            end(&server, &session, "delete", id).send().await;
            rows.push(format!("user_deleted / User delete confirmed / user {id} by {}", ana.id));
        }
        for (account, id) in [(user.email.to_uppercase(), user.id), (format!("#{}", other.id), other.id)] {
            let said = run(&server.database, &["restore-user", &account]).succeeded();
            let expected = "may sign in again; staff roles and permissions have to be granted anew";
            assert_eq!(said, format!("{account} {expected}\n"));
            rows.push(format!("user_restored / User restored / user {id} by command_line"));
        }
        assert_eq!(endings(&server).await, rows);
        assert_eq!(try_sign_in(&server, &user.email).await.status, 200);
        // A deletion that was taken back can be done again.
        assert_eq!(end(&server, &session, "delete", user.id).send().await.json()["noop"], false);
    }

    async fn c_08_nothing_else_is_restored(server: TestServer) {
        let (_, session) = operator(&server).await;
        let (user, gone) = (server.plain().await, server.plain().await);
        end(&server, &session, "anonymize", gone.id).send().await;
        let versions = "SELECT CAST(id AS TEXT) || ' ' || CAST(version AS TEXT) || email FROM users ORDER BY id";
        let before = (server.database.texts(versions).await, endings(&server).await);
        for (account, message) in [
            (user.email.clone(), "is not deleted"),
            (format!("#{}", gone.id), "is anonymized; nobody knows any more who it was"),
            (format!("anon-{}@anonymized.invalid", gone.id), "is anonymized"),
            (gone.email.clone(), "there is no account"),
            ("#4711".to_owned(), "there is no account #4711"),
        ] {
            let failed = run(&server.database, &["restore-user", &account]);
            assert_eq!((failed.code, failed.stdout.as_str()), (Some(2), ""), "{account}");
            assert!(failed.stderr.contains(message), "{account}: {}", failed.stderr);
        }
        assert_eq!((server.database.texts(versions).await, endings(&server).await), before);
    }
}
