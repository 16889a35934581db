//! One ban for several users.

use quarterdeck_api::permission::Permission::UserBan;
use serde_json::{Value, json};

use super::{BULK, UNBAN, audit_rows, ban, coded, history, super_admins, view};
use crate::harness::{Reply, on_both};

fn wave(ids: &[i64]) -> Value {
    json!({ "userIds": ids, "banReason": "spam wave", "confirm": true })
}

/// The outcome of each id.
#[track_caller]
fn outcomes(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let body = reply.json();
    let results = body["results"].as_array().unwrap();
    let outcome =
        |result: &Value| format!("{} {}", result["id"], result["outcome"].as_str().unwrap());
    results.iter().map(outcome).collect()
}

on_both! {
    async fn s004_34_each_id_has_its_result_and_each_ban_its_row_beside_one_for_all(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let (one, two, gone) = (server.plain().await, server.plain().await, server.plain().await);
        ban(&server, &session, two.id).send().await;
        server.database.execute(&format!("UPDATE users SET deleted_at = created_at WHERE id = {}", gone.id)).await;
        server.session(&one).await;
        let ids = [two.id, root.id, 4_711, one.id, gone.id, one.id];
        let mut request = wave(&ids);
        request["durationHours"] = json!(48);
        let reply = server.post(BULK).session(&session).json(request).send().await;
        assert_eq!(outcomes(&reply), [
            format!("{} banned", two.id), format!("{} last_admin", root.id), "4711 not_found".to_owned(),
            format!("{} banned", one.id), format!("{} gone", gone.id),
        ]);
        let reply = reply.json();
        assert_eq!((&reply["changed"], &reply["noop"]), (&json!(2), &json!(false)));
        assert_eq!(reply["results"][2].get("user"), None);
        let shown = &reply["results"][3]["user"];
        let whole = view(&server, one.id).await;
        for (field, value) in shown.as_object().unwrap() {
            assert_eq!(*value, whole[field], "{field}");
        }
        assert_eq!(whole["ban_expires_at"], "2026-09-03T08:00:00Z");
        let details = |from: &str, sessions: u32| json!({
            "duration_hours": 48, "expires_at": "2026-09-03T08:00:00Z", "from": from, "sessions_revoked": sessions,
        });
        let mut rows = audit_rows(&server).await.split_off(1);
        let summary = rows.pop().unwrap();
        rows.sort();
        let mut expected = [
            format!("user_banned {} #{} {}", root.email, one.id, details("active", 1)),
            format!("user_banned {} #{} {}", root.email, two.id, details("banned", 0)),
        ];
        expected.sort();
        assert_eq!(rows, expected);
        assert_eq!(summary, format!(r#"bulk_ban {} # {{"changed":2,"requested":5}}"#, root.email));
        let text = "SELECT action FROM admin_audit_log ORDER BY seq DESC LIMIT 1";
        assert_eq!(server.database.texts(text).await, ["Bulk ban confirmed, 2 users"]);
        assert_eq!(history(&server, one.id).await, [format!("ban by {}: spam wave 48", root.id)]);
    }

    async fn s004_34_it_is_confirmed_and_names_1_to_1000_users(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let post = |body: Value| server.post(BULK).session(&session).json(body).send();
        for confirm in [json!({ "confirm": false }), json!({})] {
            let mut body = json!({ "userIds": [user.id], "banReason": "spam" });
            body.as_object_mut().unwrap().extend(confirm.as_object().unwrap().clone());
            post(body).await.refused(400, "confirm_required");
        }
        let many: Vec<i64> = (0..1_001).collect();
        post(wave(&many)).await.names_fields(&["userIds"]);
        post(wave(&[])).await.names_fields(&["userIds"]);
        let mut short = wave(&[user.id]);
        short["banReason"] = json!("no");
        post(short).await.names_fields(&["banReason"]);
        let mut endless = wave(&[user.id]);
        endless["durationHours"] = json!(0);
        post(endless).await.names_fields(&["durationHours"]);
        assert_eq!(server.database.count("ban_history").await, 0);
        assert_eq!(outcomes(&post(wave(&many[..1_000])).await).len(), 1_000);
    }

    async fn s004_34_all_banned_alike_is_a_noop_that_leaves_nothing(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let ids = [server.plain().await.id, server.plain().await.id];
        let request = server.post(BULK).session(&session).json(wave(&ids));
        assert_eq!(request.clone().send().await.json()["changed"], 2);
        let before = server.database.snapshot().await;
        let requests = server.database.count("admin_action_log").await;
        let again = request.send().await;
        assert_eq!(outcomes(&again), [format!("{} noop", ids[0]), format!("{} noop", ids[1])]);
        assert_eq!(again.json()["noop"], true);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, requests);
    }

    async fn c_11_one_code_does_for_all_where_staff_is_among_them(server: TestServer) {
        let (root, ana) = (server.super_admin().await, server.admin(&[UserBan]).await);
        let (by_root, by_ana) = (server.session(&root).await, server.session(&ana).await);
        let ids = [server.plain().await.id, server.admin(&[]).await.id, server.super_admin().await.id];
        let request = server.post(BULK).session(&by_root).json(wave(&ids));
        request.clone().send().await.refused(403, "otp_required");
        assert_eq!(server.database.count("ban_history").await, 0);
        // Who is no super-admin bans the others, and is asked for no code.
        let reply = server.post(BULK).session(&by_ana).json(wave(&ids)).send().await;
        assert_eq!(outcomes(&reply), [
            format!("{} banned", ids[0]), format!("{} superadmin_required", ids[1]),
            format!("{} superadmin_required", ids[2]),
        ]);
        let reply = coded(&server, &root, request).send().await;
        assert_eq!(outcomes(&reply), [
            format!("{} noop", ids[0]), format!("{} banned", ids[1]), format!("{} banned", ids[2]),
        ]);
        assert_eq!(super_admins(&server).await, 1);
    }

    async fn s004_57_the_caller_is_told_and_left_out(server: TestServer) {
        let root = server.super_admin().await;
        server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        let request = server.post(BULK).session(&session).json(wave(&[root.id, user.id]));
        assert_eq!(
            outcomes(&request.send().await),
            [format!("{} cannot_target_self", root.id), format!("{} banned", user.id)]
        );
    }

    async fn several_bans_end_by_one_call_with_a_row_and_a_result_each(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let ids = [server.plain().await.id, server.plain().await.id, server.plain().await.id];
        server.post(BULK).session(&session).json(wave(&ids[..2])).send().await;
        let lift = |body: Value| server.post(UNBAN).session(&session).json(body).send();
        let named = [ids[1], ids[2], 4_711, ids[0]];
        let mut request = wave(&named);
        request["expectedVersions"] = json!({ ids[1].to_string(): 1 });
        let reply = lift(request.clone()).await;
        assert_eq!(outcomes(&reply), [
            format!("{} stale", ids[1]), format!("{} noop", ids[2]), "4711 not_found".to_owned(),
            format!("{} unbanned", ids[0]),
        ]);
        assert_eq!(reply.json()["changed"], 1);
        assert_eq!(reply.json()["results"][3]["user"]["isBanned"], false);
        assert_eq!(view(&server, ids[1]).await["isBanned"], true);
        let rows = audit_rows(&server).await;
        assert_eq!(rows[rows.len() - 2..], [
            format!("user_unbanned {} #{} {{}}", ana.email, ids[0]),
            format!(r#"bulk_unban {} # {{"changed":1,"requested":4}}"#, ana.email),
        ]);
        let lifted = format!("unban by {}: spam wave -", ana.id);
        assert_eq!(history(&server, ids[0]).await.last(), Some(&lifted));
        request["confirm"] = json!(false);
        lift(request).await.refused(400, "confirm_required");
    }

    async fn c_11_the_end_of_a_ban_of_staff_takes_a_super_admin_and_a_code(server: TestServer) {
        let (root, ana) = (server.super_admin().await, server.admin(&[UserBan]).await);
        let (by_root, by_ana) = (server.session(&root).await, server.session(&ana).await);
        let ids = [server.plain().await.id, server.admin(&[]).await.id];
        coded(&server, &root, server.post(BULK).session(&by_root).json(wave(&ids))).send().await;
        let reply = server.post(UNBAN).session(&by_ana).json(wave(&ids)).send().await;
        assert_eq!(outcomes(&reply), [format!("{} unbanned", ids[0]), format!("{} superadmin_required", ids[1])]);
        let request = server.post(UNBAN).session(&by_root).json(wave(&ids));
        request.clone().send().await.refused(403, "otp_required");
        server.advance(chrono::TimeDelta::seconds(30));
        let reply = coded(&server, &root, request).send().await;
        assert_eq!(outcomes(&reply), [format!("{} noop", ids[0]), format!("{} unbanned", ids[1])]);
    }
}
