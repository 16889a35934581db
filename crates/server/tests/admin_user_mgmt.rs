//! The flow of seed 004 §2 by the seed's own routes, under the cookie of its sign-in (S004-01).
//!
//! The nine calls in their order: sign-in in two steps, list, user, figures, note, ban, unban, feed.

use quarterdeck_api::permission::Permission::{
    AdminUsersViewAdminAudit, UserBan, UserNoteEdit, UserNoteView, UserView,
};
use serde_json::{Value, json};

use crate::harness::{Account, PASSWORD, Reply, Request, TestServer, on_both};

const ORIGIN: &str = "https://ops.example.com";

/// Both steps of the seed's sign-in; tells what a browser sends from then on.
async fn cookies(server: &TestServer, admin: &Account) -> String {
    let body = json!({ "email": admin.email, "password": PASSWORD });
    let challenge = ok(&server.post("/auth/sign-in").json(body).send().await);
    assert_eq!(challenge["requireMfa"], true, "{challenge}");
    let body = json!({ "token": challenge["token"], "mfaCode": admin.code(server.now()) });
    let reply = server.post("/auth/verify-2fa").json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let set = reply.cookies();
    assert!(
        set.iter().all(|cookie| cookie.contains("; HttpOnly")),
        "{set:?}"
    );
    let pairs: Vec<_> = set
        .iter()
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    let names: Vec<_> = pairs
        .iter()
        .filter_map(|pair| pair.split('=').next())
        .collect();
    assert_eq!(names, ["access_token", "refresh_token", "socket_token"]);
    pairs.join("; ")
}

#[track_caller]
fn ok(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

on_both! {
    async fn s004_01_an_admin_finds_a_user_notes_bans_unbans_and_reads_the_feed(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.public_origin = Some(ORIGIN.to_owned())).await;
        let ana = server.admin(&[UserView, UserNoteView, UserNoteEdit, UserBan, AdminUsersViewAdminAudit]).await;
        let user = server.plain().await;
        server.plain().await;
        let cookies = cookies(&server, &ana).await;
        let with_cookies = |request: Request| request.header("cookie", &cookies);
        let found = server.post("/admin/user/all").header("origin", ORIGIN).json(json!({ "search": user.email }));
        let found = ok(&with_cookies(found).send().await);
        assert_eq!((&found["total"], &found["data"][0]["id"]), (&json!(1), &json!(user.id)), "{found}");
        let one = format!("/admin/user/{}", user.id);
        let read = async || ok(&with_cookies(server.get(&one)).send().await);
        let before = read().await;
        assert_eq!((&before["email"], &before["isBanned"]), (&json!(user.email), &json!(false)));
        let stats = ok(&with_cookies(server.get(&format!("{one}/full/stats"))).send().await);
        assert_eq!((&stats["ggr"], &stats["rtp"]), (&json!(0), &json!(0.0)), "{stats}");
        let note = json!({ "userId": user.id, "note": "called twice", "riskLevel": "medium" });
        let note = server.post("/admin/user-notes").header("origin", ORIGIN).json(note);
        let note = with_cookies(note).send().await;
        assert_eq!((note.status, &note.json()["createdBy"]["id"]), (201, &json!(ana.id)), "{}", note.text);
        assert_eq!(read().await["notes"][0]["note"], "called twice");
        for (verb, reason, is_banned) in [("ban", "spam", true), ("unban", "appeal granted", false)] {
            let write = || {
                let request = server.request("PATCH", &format!("{one}/{verb}"));
                with_cookies(request).json(json!({ "banReason": reason }))
            };
            write().send().await.refused(403, "origin_mismatch");
            let answer = ok(&write().header("origin", ORIGIN).send().await);
            assert_eq!((&answer["isBanned"], &answer["banReason"]), (&json!(is_banned), &json!(reason)), "{verb}");
            assert_eq!(answer, read().await, "{verb}");
        }
        let feed = async |query: &str| {
            ok(&with_cookies(server.get(&format!("/admin/user/admin-audit?{query}"))).send().await)
        };
        let log = feed(&format!("userId={}&url_contains=admin/user", ana.id)).await;
        let tail = |row: &Value| row["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let rows: Vec<_> = log["data"].as_array().unwrap().iter()
            .filter(|row| row["status"].as_u64().unwrap() < 300)
            .map(|row| format!("{} {}", row["method"].as_str().unwrap(), tail(row)))
            .collect();
        assert_eq!(rows, ["PATCH unban", "PATCH ban", "POST user-notes"], "newest first");
        assert_eq!(feed(&format!("userId={}", user.id)).await["data"], json!([]), "by, not on (FM-1)");
    }
}
