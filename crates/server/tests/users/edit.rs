//! Changing what an account is called.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{
    self, UserAnonymize, UserEdit, UserNoteEdit, UserView,
};
use quarterdeck_server::users::NewPerson;
use serde_json::{Value, json};

use super::{USERS, bring, person};
use crate::harness::{Reply, Session, TestServer, on_both};

async fn patch(server: &TestServer, session: &Session, id: i64, body: Value) -> Reply {
    let request = server.request("PATCH", &format!("{USERS}/{id}"));
    request.session(session).json(body).send().await
}

async fn editor(server: &TestServer, more: &[Permission]) -> Session {
    let permissions = [&[UserView, UserEdit], more].concat();
    server.session(&server.admin(&permissions).await).await
}

async fn zoe(server: &TestServer) -> i64 {
    let zoe = NewPerson {
        display_name: "Zoë".to_owned(),
        username: Some("Zoe".to_owned()),
        twitch_username: Some("ZoeLive".to_owned()),
        country: Some("Ísland".to_owned()),
        ..person(server, "zoe")
    };
    bring(server, zoe).await
}

on_both! {
    async fn s004_14_the_fields_that_are_named_change_and_the_others_stay(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        let body = json!({
            "email": " Zoe.New@People.example ", "displayName": "Zoe New", "twitchUsername": null, "expectedVersion": 1,
        });
        let answer = patch(&server, &session, id, body).await.json();
        let told = ["email", "display_name", "username", "twitch_username", "country", "version"].map(|name| answer[name].clone());
        assert_eq!(json!(told), json!(["Zoe.New@People.example", "Zoe New", "Zoe", null, "Ísland", 2]));
        let read = server.get(&format!("{USERS}/{id}")).session(&session).send().await.json();
        assert_eq!(answer, read);
        for query in ["q=zoe.new", "q=zoe%20new", "q=zoe"] {
            let found = server.get(&format!("{USERS}?{query}")).session(&session).send().await.json();
            assert_eq!(found["data"][0]["id"], id, "{query}");
        }
        let body = json!({ "username": "zoe_2", "country": "Perú" });
        let answer = patch(&server, &session, id, body).await.json();
        assert_eq!((&answer["username"], &answer["country"]), (&json!("zoe_2"), &json!("Perú")));
    }

    async fn s004_14_the_log_names_the_fields_and_never_what_was_in_them(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        let body = json!({ "email": "new@people.example", "displayName": "Zoë", "country": null });
        assert_eq!(patch(&server, &session, id, body.clone()).await.status, 200);
        let rows = "SELECT action_code || ' #' || target_id || ' ' || details FROM admin_audit_log ORDER BY seq";
        let expected = format!("user_updated #{id} {}", json!({ "fields": ["email", "country"] }));
        assert_eq!(server.database.texts(rows).await, [expected]);
        let again = patch(&server, &session, id, body).await.json();
        assert_eq!((&again["noop"], &again["version"]), (&json!(true), &json!(2)));
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn s004_14_what_is_not_in_the_list_is_refused_by_its_name(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        for (body, field) in [
            (json!({ "isBanned": true }), "isBanned"),
            (json!({ "displayName": "x", "roles": ["SuperAdmin"] }), "roles"),
            (json!({ "balance": 5 }), "balance"),
            (json!({ "is_platform_admin": true }), "is_platform_admin"),
            (json!({ "display_name": "x" }), "display_name"),
            (json!({ "email": 5 }), "email"),
            (json!({ "email": null }), "email"),
            (json!({ "displayName": "" }), "displayName"),
            (json!({}), "body"),
        ] {
            patch(&server, &session, id, body).await.names_fields(&[field]);
        }
        assert_eq!(server.database.number(&format!("SELECT version FROM users WHERE id = {id}")).await, 1);
    }

    async fn s004_14_what_another_account_has_already_is_a_conflict_that_names_it(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        let other = bring(&server, NewPerson {
            username: Some("Taken".to_owned()), twitch_username: Some("TakenTV".to_owned()), ..person(&server, "taken")
        }).await;
        for (field, value) in [("email", "TAKEN@people.example"), ("username", "taken"), ("twitchUsername", "takentv")] {
            let refused = patch(&server, &session, id, json!({ field: value })).await.refused(409, "duplicate");
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.starts_with(&format!("{field}: ")), "{detail}");
        }
        // One's own in other letters is no conflict.
        let answer = patch(&server, &session, other, json!({ "username": "tAKEN" })).await.json();
        assert_eq!(answer["username"], "tAKEN");
    }

    async fn s004_14_on_another_version_and_on_who_is_gone_it_is_refused(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        let body = |version: i64| json!({ "displayName": "Zoe", "expectedVersion": version });
        patch(&server, &session, id, body(7)).await.refused(409, "stale_version");
        patch(&server, &session, 9_999, body(1)).await.refused(404, "not_found");
        server.database.execute(&format!("UPDATE users SET deleted_at = created_at WHERE id = {id}")).await;
        patch(&server, &session, id, body(1)).await.refused(409, "stale_version");
        let bare = server.session(&server.admin(&[UserView]).await).await;
        patch(&server, &bare, id, body(1)).await.refused(403, "permission_denied");
    }

    async fn s004_14_staff_are_changed_by_a_super_admin_with_a_code(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = editor(&server, &[]).await;
        patch(&server, &session, ana.id, json!({ "displayName": "Ana" })).await.refused(403, "superadmin_required");
        let root = server.super_admin().await;
        let theirs = server.session(&root).await;
        patch(&server, &theirs, ana.id, json!({ "displayName": "Ana" })).await.refused(403, "otp_required");
        server.advance(TimeDelta::seconds(30));
        let request = server.request("PATCH", &format!("{USERS}/{}", ana.id)).session(&theirs);
        let request = request.header("x-otp", &root.code(server.now())).json(json!({ "displayName": "Ana" }));
        let answer = request.send().await;
        assert_eq!((answer.status, &answer.json()["display_name"]), (200, &json!("Ana")), "{}", answer.text);
    }

    async fn a_first_login_token_that_went_to_the_address_of_before_is_good_no_more(server: TestServer) {
        let session = editor(&server, &[]).await;
        let id = zoe(&server).await;
        let open = format!("SELECT count(*) FROM first_login_tokens WHERE user_id = {id} AND used_at IS NULL");
        server.database.execute(&format!(
            "INSERT INTO first_login_tokens (token_hash, user_id, expires_at) \
             SELECT {}, id, created_at FROM users WHERE id = {id}",
            if server.database.backend == crate::harness::Backend::Sqlite { "X'01'" } else { "'\\x01'" }
        )).await;
        patch(&server, &session, id, json!({ "displayName": "Zoe" })).await;
        assert_eq!(server.database.number(&open).await, 1);
        patch(&server, &session, id, json!({ "email": "zoe.2@people.example" })).await;
        assert_eq!(server.database.number(&open).await, 0);
    }

    async fn s003_75_who_was_called_otherwise_before_is_erased_under_that_name_too(server: TestServer) {
        let session = editor(&server, &[UserAnonymize, UserNoteEdit]).await;
        let (id, other) = (zoe(&server).await, bring(&server, person(&server, "other")).await);
        for note in ["saw ZOE@people.example, and Zoë, with them", "nothing of the sort"] {
            let body = json!({ "userId": other, "note": note, "riskLevel": "low" });
            assert_eq!(server.post("/admin/user-notes").session(&session).json(body).send().await.status, 201);
        }
        let body = json!({ "email": "new@people.example", "displayName": "Somebody" });
        assert_eq!(patch(&server, &session, id, body).await.status, 200);
        assert_eq!(server.database.count("former_names").await, 2);
        let body = json!({ "confirm": true, "reason": "asked for it" });
        let ended = server.post(&format!("{USERS}/{id}/anonymize")).session(&session).json(body).send().await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        assert_eq!(server.database.count("former_names").await, 0);
        let notes = "SELECT note || ' | ' || note_key FROM user_notes ORDER BY id";
        let notes = server.database.texts(notes).await;
        assert_eq!(notes, [
            "saw [anonymized], and [anonymized], with them | saw [anonymized], and [anonymized], with them",
            "nothing of the sort | nothing of the sort",
        ]);
        let logged = "SELECT count(*) FROM admin_action_log WHERE lower(request_body) LIKE '%zo__people.example%'";
        assert_eq!(server.database.number(logged).await, 0);
    }
}
