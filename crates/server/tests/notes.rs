//! Notes about people: written, searched, changed and deleted, and gone with the person.

use quarterdeck_api::permission::Permission::{
    self, UserAnonymize, UserExport, UserNoteDelete, UserNoteEdit, UserNoteView, UserView,
};
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Session, TestServer, on_both};

const NOTES: &str = "/admin/user-notes";
const ALL: &[Permission] = &[UserView, UserNoteView, UserNoteEdit, UserNoteDelete];

async fn write(server: &TestServer, session: &Session, user: i64, note: &str, risk: &str) -> Value {
    let body = json!({ "userId": user, "note": note, "riskLevel": risk });
    let reply = server.post(NOTES).session(session).json(body).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json()
}

async fn on(
    server: &TestServer,
    session: &Session,
    method: &str,
    note: &Value,
    body: Option<Value>,
) -> Reply {
    let request = server.request(method, &format!("{NOTES}/{}", note["id"]));
    let request = request.session(session);
    match body {
        Some(body) => request.json(body).send().await,
        None => request.send().await,
    }
}

/// The words of the notes that a query finds, in their order.
async fn found(server: &TestServer, session: &Session, query: &str) -> Vec<String> {
    let reply = server
        .get(&format!("{NOTES}?{query}"))
        .session(session)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let page = reply.json();
    let notes = page["data"].as_array().unwrap();
    notes
        .iter()
        .map(|note| note["note"].as_str().unwrap().to_owned())
        .collect()
}

async fn drawer(server: &TestServer, session: &Session, user: i64) -> Value {
    let path = format!("/api/v1/admin/users/{user}/full");
    let reply = server.get(&path).session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn named(server: &TestServer, person: &Account, handle: &str) {
    let text = format!(
        "UPDATE users SET username = '{handle}', username_key = lower('{handle}') WHERE id = {}",
        person.id
    );
    server.database.execute(&text).await;
}

on_both! {
    async fn s004_15_s004_39_a_note_holds_author_and_person_in_short(server: TestServer) {
        let (rita, person) = (server.admin(ALL).await, server.plain().await);
        let session = server.session(&rita).await;
        named(&server, &person, "Knits").await;
        let note = write(&server, &session, person.id, " Called twice.\nNo answer. ", "high").await;
        assert_eq!(note, json!({
            "id": note["id"], "note": "Called twice.\nNo answer.", "riskLevel": "high", "mine": true, "version": 1,
            "user": { "id": person.id, "email": person.email, "username": "Knits", "avatar": null },
            "createdBy": { "id": rita.id, "email": rita.email, "username": null, "avatar": null },
            "created_at": "2026-09-01T08:00:00Z", "updated_at": "2026-09-01T08:00:00Z",
        }));
        let body = |user: i64, note: &str, risk: &str| json!({ "userId": user, "note": note, "riskLevel": risk });
        for (body, status, code) in [
            (body(9_999, "Called.", "low"), 404, "not_found"),
            (body(person.id, " ", "low"), 400, "validation_failed"),
            (body(person.id, &"n".repeat(2_001), "low"), 400, "validation_failed"),
            (body(person.id, "Called.", "huge"), 400, "validation_failed"),
        ] {
            server.post(NOTES).session(&session).json(body).send().await.refused(status, code);
        }
        assert_eq!(server.database.count("user_notes").await, 1);
    }

    async fn s004_40_the_log_tells_of_a_note_in_the_trail_of_the_person_and_never_its_words(server: TestServer) {
        let (rita, person) = (server.admin(ALL).await, server.plain().await);
        let session = server.session(&rita).await;
        let note = write(&server, &session, person.id, "Called twice.", "low").await;
        on(&server, &session, "PATCH", &note, Some(json!({ "riskLevel": "critical" }))).await;
        on(&server, &session, "DELETE", &note, None).await;
        let log = "SELECT action_code || ' ' || target_type || ' ' || target_id || ' ' || details FROM admin_audit_log ORDER BY seq";
        let of = |code: &str, risk: &str| format!(r#"{code} user {} {{"note":{},"risk_level":"{risk}"}}"#, person.id, note["id"]);
        assert_eq!(server.database.texts(log).await, [
            of("user_note_created", "low"), of("user_note_updated", "critical"), of("user_note_deleted", "critical"),
        ]);
        let logged = "SELECT count(*) FROM admin_action_log WHERE route LIKE '%user-notes%'";
        assert_eq!(server.database.number(logged).await, 3);
    }

    async fn s004_46_notes_are_found_by_person_words_handle_and_email(server: TestServer) {
        let session = server.session(&server.admin(ALL).await).await;
        let (ana, bob) = (server.plain().await, server.plain().await);
        named(&server, &ana, "Ana_1").await;
        named(&server, &bob, "Anaxa").await;
        write(&server, &session, ana.id, "Pays 100% late", "low").await;
        write(&server, &session, bob.id, "ÄRGER with the bank", "medium").await;
        write(&server, &session, ana.id, "Pays in time again", "low").await;
        for (query, expected) in [
            (String::new(), vec!["Pays in time again", "ÄRGER with the bank", "Pays 100% late"]),
            (format!("userId={}", ana.id), vec!["Pays in time again", "Pays 100% late"]),
            ("text=%C3%A4rger".to_owned(), vec!["ÄRGER with the bank"]),
            ("text=100%25".to_owned(), vec!["Pays 100% late"]),
            ("text=s_in".to_owned(), vec![]),
            ("username=ana_".to_owned(), vec!["Pays in time again", "Pays 100% late"]),
            ("username=ANA".to_owned(), vec!["Pays in time again", "ÄRGER with the bank", "Pays 100% late"]),
            (format!("email={}", bob.email.to_uppercase()), vec!["ÄRGER with the bank"]),
            (format!("userId={}&text=late", bob.id), vec![]),
        ] {
            assert_eq!(found(&server, &session, &query).await, expected, "{query}");
        }
        server.get(&format!("{NOTES}?text=ab")).session(&session).send().await.refused(400, "validation_failed");
        let first = server.get(&format!("{NOTES}?take=2")).session(&session).send().await.json();
        assert_eq!((&first["total"], first["data"].as_array().unwrap().len()), (&json!(3), 2));
        let next = format!("take=2&cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(found(&server, &session, &next).await, ["Pays 100% late"]);
    }

    async fn s004_49_ones_own_notes_or_as_a_super_admin_anybodys(server: TestServer) {
        let (rita, sam, root) = (server.admin(ALL).await, server.admin(ALL).await, server.super_admin().await);
        let (rita, sam, root) = (server.session(&rita).await, server.session(&sam).await, server.session(&root).await);
        let person = server.plain().await.id;
        let note = write(&server, &rita, person, "Called twice.", "low").await;
        let change = json!({ "note": "Called three times.", "expectedVersion": 1 });
        on(&server, &sam, "PATCH", &note, Some(change.clone())).await.refused(403, "permission_denied");
        on(&server, &sam, "DELETE", &note, None).await.refused(403, "permission_denied");
        let changed = on(&server, &rita, "PATCH", &note, Some(change.clone())).await;
        assert_eq!((changed.status, &changed.json()["version"]), (200, &json!(2)));
        let stale = on(&server, &root, "PATCH", &note, Some(change)).await.refused(409, "stale_version");
        assert_eq!(stale["conflict"]["version"], 2);
        let same = on(&server, &root, "PATCH", &note, Some(json!({ "note": "Called three times." }))).await;
        assert_eq!(same.json()["version"], 2, "nothing had to change");
        let seen = server.get(NOTES).session(&sam).send().await.json();
        assert_eq!((&seen["data"][0]["note"], &seen["data"][0]["mine"]), (&json!("Called three times."), &json!(false)));
        let gone = on(&server, &root, "DELETE", &note, None).await;
        assert_eq!(gone.json(), json!({ "id": note["id"], "userId": person }));
        for method in ["PATCH", "DELETE"] {
            let body = (method == "PATCH").then(|| json!({ "note": "Again." }));
            on(&server, &rita, method, &note, body).await.refused(404, "not_found");
        }
        let kept = "SELECT note FROM user_notes";
        assert_eq!(server.database.texts(kept).await, [""], "its words are gone");
    }

    async fn the_highest_risk_of_the_notes_that_stand_is_the_persons(server: TestServer) {
        let session = server.session(&server.admin(ALL).await).await;
        let person = server.plain().await.id;
        let risk = async || {
            let list = server.get(&format!("/api/v1/admin/users?q=%23{person}")).session(&session).send().await.json();
            let full = drawer(&server, &session, person).await;
            assert_eq!(list["data"][0]["riskLevel"], full["user"]["riskLevel"]);
            full["user"]["riskLevel"].clone()
        };
        assert_eq!(risk().await, json!(null));
        write(&server, &session, person, "Hello.", "medium").await;
        let worst = write(&server, &session, person, "Fraud.", "critical").await;
        write(&server, &session, person, "Wrote again.", "low").await;
        assert_eq!(risk().await, "critical");
        on(&server, &session, "DELETE", &worst, None).await;
        assert_eq!(risk().await, "medium");
    }

    async fn s004_38_the_drawer_has_the_notes_for_those_who_may_read_them(server: TestServer) {
        let (full, bare) = (server.admin(ALL).await, server.admin(&[UserView]).await);
        let (full, bare) = (server.session(&full).await, server.session(&bare).await);
        let person = server.plain().await.id;
        assert_eq!(drawer(&server, &full, person).await["notes"]["total"], 0);
        for number in 1..=21 {
            write(&server, &full, person, &format!("Note {number}."), "low").await;
        }
        let seen = drawer(&server, &full, person).await;
        let notes = seen["notes"]["data"].as_array().unwrap();
        assert_eq!((notes.len(), &notes[0]["note"], &seen["notes"]["total"]), (20, &json!("Note 21."), &json!(21)));
        let next = format!("userId={person}&cursor={}", seen["notes"]["next_cursor"].as_str().unwrap());
        assert_eq!(found(&server, &full, &next).await, ["Note 1."]);
        assert_eq!(drawer(&server, &bare, person).await["notes"], json!(null));
        server.get("/api/v1/admin/users/9999/full").session(&full).send().await.refused(404, "not_found");
    }

    async fn notes_are_handed_out_and_erased_with_the_person(server: TestServer) {
        let rita = server.admin(&[UserView, UserNoteView, UserNoteEdit, UserExport, UserAnonymize]).await;
        let session = server.session(&rita).await;
        let person = server.plain().await.id;
        let note = write(&server, &session, person, "Zqxcanary called.", "high").await;
        on(&server, &session, "PATCH", &note, Some(json!({ "note": "Zqxcanary called twice." }))).await;
        let path = |act: &str| format!("/api/v1/admin/users/{person}/{act}");
        let export = server.post(&path("export")).session(&session).send().await.json();
        assert_eq!(export["notes"], json!([{
            "id": note["id"], "note": "Zqxcanary called twice.", "riskLevel": "high",
            "created_at": "2026-09-01T08:00:00Z", "updated_at": "2026-09-01T08:00:00Z",
        }]), "and not who wrote it");
        let end = json!({ "confirm": true, "reason": "asked for it" });
        let ended = server.post(&path("anonymize")).session(&session).json(end).send().await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        for (table, column) in [("user_notes", "note"), ("user_notes", "note_key"), ("admin_action_log", "request_body"), ("admin_action_log", "response"), ("idempotency_keys", "response")] {
            let kept = format!("SELECT count(*) FROM {table} WHERE lower({column}) LIKE '%zqxcanary%'");
            assert_eq!(server.database.number(&kept).await, 0, "{table}.{column}");
        }
        let body = json!({ "userId": person, "note": "Too late.", "riskLevel": "low" });
        server.post(NOTES).session(&session).json(body).send().await.refused(409, "stale_version");
    }
}
