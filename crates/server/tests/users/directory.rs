//! Lists and single users (S003-36, S003-43, S004-08, S004-09, S004-10, S004-19, S004-41, S004-42).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{
    BlockedView, UserBan, UserNoteEdit, UserNoteView, UserView,
};
use quarterdeck_api::role::Role;
use quarterdeck_server::users::{self, NewPerson};
use serde_json::{Value, json};

use super::{USERS, bring, crowd, get, ids, person};
use crate::harness::{Reply, Session, TestServer, on_both};

async fn viewer(server: &TestServer) -> Session {
    let ana = server.admin(&[UserView, BlockedView]).await;
    server.session(&ana).await
}

async fn list(server: &TestServer, session: &Session, query: &str) -> Reply {
    get(server, session, &format!("{USERS}{query}")).await
}

async fn all(server: &TestServer, session: &Session, body: Value) -> Reply {
    let path = format!("{USERS}/all");
    server.post(&path).session(session).json(body).send().await
}

async fn grant(server: &TestServer, id: i64, role: Role) {
    let tx = server.services.system_write("test").await.unwrap();
    users::grant(tx.connection(), id, role, &[], tx.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Five people: active, banned, suspended, deleted and anonymized, in this order.
async fn one_of_each_state(server: &TestServer) -> Vec<i64> {
    let ids = crowd(server, 5).await;
    let at = "(SELECT max(created_at) FROM users)";
    server.database.execute(&format!(
        "UPDATE users SET is_banned = TRUE, banned_at = {at}, ban_reason = 'spam', banned_by = {} WHERE id = {};
         UPDATE users SET suspended_at = {at}, suspend_reason = 'chargebacks' WHERE id IN ({}, {});
         UPDATE users SET deleted_at = {at} WHERE id = {};
         UPDATE users SET deleted_at = {at}, anonymized_at = {at}, is_banned = TRUE WHERE id = {}",
        ids[0], ids[1], ids[1], ids[2], ids[3], ids[4],
    )).await;
    ids
}

on_both! {
    async fn s003_43_a_row_holds_account_and_profile(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let verified = server.now() - TimeDelta::days(3);
        let id = bring(&server, NewPerson {
            display_name: "Zoë".to_owned(),
            username: Some("Zoe".to_owned()),
            twitch_username: Some("ZoeLive".to_owned()),
            last_login_at: Some(server.now()),
            country: Some("Ísland".to_owned()),
            verified: Some((verified, ana.id)),
            ..person(&server, "zoe")
        }).await;
        let row = json!({
            "id": id, "email": "zoe@people.example", "display_name": "Zoë", "username": "Zoe",
            "status": "active", "isBanned": false, "banReason": null, "banReasonCode": null, "banned_at": null,
            "banned_by": null, "ban_expires_at": null, "roles": [], "is_staff": false,
            "verified_at": "2026-08-29T08:00:00Z", "report_count": 0, "riskLevel": null,
            "created_at": "2026-09-01T08:00:00Z", "last_login_at": "2026-09-01T08:00:00Z",
            "updated_at": "2026-09-01T08:00:00Z", "version": 1,
        });
        list(&server, &session, "?q=zoe").await.is(200, json!({
            "data": [row], "total": 1, "total_exact": true, "next_cursor": null,
        }));
        let mut view = row.as_object().unwrap().clone();
        let more = json!({
            "twitch_username": "ZoeLive", "country": "Ísland", "permissions": [], "is_platform_admin": false,
            "mfaEnabled": false, "verified_by": ana.email, "suspended_at": null, "suspended_by": null,
            "suspend_reason": null, "suspend_reason_code": null, "deleted_at": null, "anonymized_at": null, "active_sessions": 0,
            "open_data_requests": 0, "balance": null,
        });
        view.extend(more.as_object().unwrap().clone());
        get(&server, &session, &format!("{USERS}/{id}")).await.is(200, Value::Object(view));
    }

    async fn s004_10_one_user_with_the_balance_and_the_newest_notes_for_those_who_may_read_them(server: TestServer) {
        let session = viewer(&server).await;
        let reader = server.admin(&[UserView, UserNoteView, UserNoteEdit]).await;
        let theirs = server.session(&reader).await;
        let id = crowd(&server, 1).await[0];
        let path = format!("{USERS}/{id}");
        assert_eq!(get(&server, &theirs, &path).await.json()["notes"], json!([]));
        server.database.execute(&format!(
            "INSERT INTO wallets (user_id, balance, currency, version) VALUES ({id}, -1234, 'EUR', 3)"
        )).await;
        for number in 1..=7 {
            let body = json!({ "userId": id, "note": format!("note {number}"), "riskLevel": "medium" });
            let written = server.post("/admin/user-notes").session(&theirs).json(body).send().await;
            assert_eq!(written.status, 201, "{}", written.text);
        }
        let view = get(&server, &theirs, &path).await.json();
        assert_eq!(view["balance"], json!({ "amount": -1_234, "currency": "EUR", "version": 3 }));
        let notes = view["notes"].as_array().unwrap();
        let words: Vec<_> = notes.iter().map(|note| note["note"].as_str().unwrap()).collect();
        assert_eq!(words, ["note 7", "note 6", "note 5", "note 4", "note 3"]);
        assert_eq!((&notes[0]["createdBy"]["id"], &notes[0]["user"]["id"], &notes[0]["mine"]), (&json!(reader.id), &json!(id), &json!(true)));
        assert_eq!(get(&server, &theirs, &format!("{path}/full")).await.json()["notes"]["data"][6]["note"], "note 1");
        let blind = get(&server, &session, &path).await.json();
        assert_eq!((blind.get("notes"), &blind["balance"]["amount"]), (None, &json!(-1_234)));
    }

    async fn s004_10_one_user_with_roles_and_permissions_and_open_sessions(server: TestServer) {
        let session = viewer(&server).await;
        let omar = server.admin(&[UserBan, UserView]).await;
        server.session(&omar).await;
        server.session(&omar).await;
        server.database.execute(&format!(
            "UPDATE sessions SET revoked_at = created_at WHERE id = (SELECT max(id) FROM sessions);
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             SELECT id, 'export', 'pending', created_at, created_at, created_at FROM users WHERE id = {0};
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             SELECT id, 'export', 'failed', created_at, created_at, created_at FROM users WHERE id = {0}", omar.id
        )).await;
        let view = get(&server, &session, &format!("{USERS}/{}", omar.id)).await.json();
        assert_eq!(view["roles"], json!(["Admin"]));
        assert_eq!(view["permissions"], json!(["user.view", "user.ban"]));
        assert_eq!((&view["is_staff"], &view["is_platform_admin"], &view["mfaEnabled"]), (&json!(true), &json!(true), &json!(true)));
        assert_eq!((&view["active_sessions"], &view["open_data_requests"]), (&json!(1), &json!(1)));
        for unknown in ["999", "0", "-1"] {
            let problem = get(&server, &session, &format!("{USERS}/{unknown}")).await.refused(404, "not_found");
            assert_eq!(problem["detail"], format!("there is no user #{unknown}"));
            get(&server, &session, &format!("{USERS}/{unknown}/ban-history")).await.refused(404, "not_found");
        }
        get(&server, &session, &format!("{USERS}/x")).await.names_fields(&["id"]);
    }

    async fn the_deleted_and_the_anonymized_are_listed_only_when_asked_for(server: TestServer) {
        let session = viewer(&server).await;
        let people = one_of_each_state(&server).await;
        let found = async |query: &str| ids(&list(&server, &session, query).await);
        let of = |indexes: &[usize]| indexes.iter().map(|index| people[*index]).collect::<Vec<_>>();
        assert_eq!(found("?q=p00&sort=created_at").await, of(&[0, 1, 2]));
        for (status, expected) in [
            ("active", vec![0]), ("banned", vec![1]), ("suspended", vec![2]), ("deleted", vec![3]),
            ("anonymized", vec![4]), ("banned,suspended", vec![1, 2]), ("deleted,anonymized", vec![3, 4]),
            ("active,deleted", vec![0, 3]), ("active,banned,suspended,deleted,anonymized", vec![0, 1, 2, 3, 4]),
        ] {
            let reply = list(&server, &session, &format!("?q=p00&sort=created_at&status={status}")).await;
            assert_eq!(ids(&reply), of(&expected), "{status}");
            assert_eq!(reply.json()["total"], expected.len(), "{status}");
            let [first, ..] = expected[..] else { unreachable!() };
            let view = get(&server, &session, &format!("{USERS}/{}", people[first])).await.json();
            assert!(status.contains(view["status"].as_str().unwrap()), "{status}: {view}");
        }
    }

    async fn a_ban_whose_time_is_up_does_not_show(server: TestServer) {
        let session = viewer(&server).await;
        let id = crowd(&server, 1).await[0];
        server.database.execute(&format!(
            "UPDATE users SET is_banned = TRUE, ban_reason = 'spam', banned_by = {id}, banned_at = created_at, \
             ban_expires_at = (SELECT max(created_at) FROM users) WHERE id = {id}"
        )).await;
        let path = format!("{USERS}/{id}");
        let view = get(&server, &session, &path).await.json();
        assert_eq!((&view["status"], &view["isBanned"]), (&json!("active"), &json!(false)));
        assert_eq!((&view["banned_at"], &view["banned_by"], &view["ban_expires_at"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(view["banReason"], "spam", "the last reason stays");
        assert_eq!(ids(&list(&server, &session, "?status=banned").await), [0; 0]);
        assert_eq!(ids(&list(&server, &session, "?status=active&q=p000").await), [id]);
        assert_eq!(all(&server, &session, json!({ "isBanned": true })).await.json()["total"], 0);
        get(&server, &session, "/api/v1/admin/blocked").await.is(200, json!({
            "data": [], "total": 0, "total_exact": true, "next_cursor": null,
        }));
        // A microsecond before its end it still shut out.
        server.database.execute(&format!("UPDATE users SET updated_at = created_at WHERE id = {id}")).await;
        server.advance(TimeDelta::microseconds(-1));
        assert_eq!(get(&server, &session, &path).await.json()["status"], "banned");
        assert_eq!(ids(&list(&server, &session, "?status=banned").await), [id]);
    }

    async fn roles_staff_and_verification_narrow_the_list(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let people = crowd(&server, 3).await;
        grant(&server, people[0], Role::Streamer).await;
        grant(&server, people[1], Role::Support).await;
        grant(&server, people[1], Role::Streamer).await;
        server.database.execute(&format!(
            "UPDATE profiles SET verified_at = (SELECT max(created_at) FROM users) WHERE user_id = {}", people[2]
        )).await;
        let found = async |query: &str| ids(&list(&server, &session, &format!("{query}&sort=created_at")).await);
        assert_eq!(found("?role=Streamer").await, people[..2]);
        assert_eq!(found("?role=Support").await, people[1..2]);
        assert_eq!(found("?role=Support,Streamer").await, people[..2]);
        assert_eq!(found("?staff=true").await, [people[1], ana.id]);
        assert_eq!(found("?staff=false").await, [people[0], people[2]]);
        assert_eq!(found("?verified=true").await, people[2..]);
        assert_eq!(found("?verified=false").await, [people[0], people[1], ana.id]);
        assert_eq!(found("?from=2026-09-01T07:58:00Z&to=2026-09-01T08:00:00Z").await, people[1..]);
        let staff = list(&server, &session, "?role=Support").await.json();
        assert_eq!((&staff["data"][0]["roles"], &staff["data"][0]["is_staff"]), (&json!(["Support", "Streamer"]), &json!(true)));
    }

    async fn every_order_pages_by_cursor_without_skipping_or_repeating(server: TestServer) {
        let session = viewer(&server).await;
        let people = crowd(&server, 23).await;
        // Some were made at the same moment; a third never signed in.
        server.database.execute(
            "UPDATE users SET created_at = (SELECT min(created_at) FROM users) WHERE id % 4 = 0;
             UPDATE users SET last_login_at = created_at WHERE id % 3 <> 0"
        ).await;
        for (sort, order) in [
            ("created_at", "created_at, users.id"),
            ("-created_at", "created_at DESC, users.id DESC"),
            ("-last_login_at", "last_login_at IS NULL, last_login_at DESC, users.id DESC"),
            ("email", "email_key, users.id"),
        ] {
            let query = format!("SELECT CAST(id AS TEXT) FROM users WHERE email LIKE 'p%' ORDER BY {order}");
            let expected: Vec<i64> = server.database.texts(&query).await.iter().map(|id| id.parse().unwrap()).collect();
            assert_eq!(expected.len(), people.len());
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = list(&server, &session, &format!("?q=p0&take=4&sort={sort}{cursor}")).await;
                assert_eq!(page.json()["total"], 23, "{sort}");
                seen.extend(ids(&page));
                let Some(next) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, expected, "{sort}");
            let second = list(&server, &session, &format!("?q=p0&take=10&page=2&sort={sort}")).await;
            assert_eq!(ids(&second), expected[10..20], "{sort}");
        }
        let email = list(&server, &session, "?take=1&sort=email").await.text_at("/next_cursor");
        list(&server, &session, &format!("?take=1&cursor={email}")).await.names_fields(&["cursor"]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = viewer(&server).await;
        for (query, field) in [
            ("?status=gone", "status"), ("?role=King", "role"), ("?staff=maybe", "staff"), ("?sort=name", "sort"),
            ("?take=0", "take"), ("?take=101", "take"), ("?page=0", "page"), ("?cursor=!!", "cursor"),
            ("?from=yesterday", "from"), ("?to=%2B20000-01-01T00:00:00Z", "to"), ("?q=%00", "q"), ("?limit=1", "limit"),
        ] {
            let reply = list(&server, &session, query).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
        for (body, field) in [
            (json!({ "sortBy": "password" }), "sortBy"), (json!({ "sortOrder": "up" }), "sortOrder"),
            (json!({ "page": 0 }), "page"), (json!({ "take": 0 }), "take"), (json!({ "take": 101 }), "take"),
            (json!({ "withRoles": ["King"] }), "withRoles[0]"), (json!({ "withPermissions": ["all"] }), "withPermissions[0]"),
            (json!({ "filter": ["gone"] }), "filter[0]"), (json!({ "isBanned": "yes" }), "isBanned"),
            (json!({ "search": "a\u{0}" }), "search"), (json!({ "limit": 1 }), "limit"),
        ] {
            let reply = all(&server, &session, body.clone()).await;
            assert_eq!(reply.status, 400, "{body}: {}", reply.text);
            reply.names_fields(&[field]);
        }
        for path in ["/api/v1/admin/blocked", &format!("{USERS}/1/ban-history")] {
            for (query, field) in [("?take=0", "take"), ("?take=101", "take"), ("?cursor=x.y", "cursor"), ("?page=1", "page")] {
                get(&server, &session, &format!("{path}{query}")).await.names_fields(&[field]);
            }
        }
    }

    async fn s004_08_each_field_of_the_seeds_list_does_what_it_is_called(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let people = one_of_each_state(&server).await;
        grant(&server, people[2], Role::Streamer).await;
        server.database.execute(&format!(
            "UPDATE users SET username = 'Zed', username_key = 'zed', updated_at = (SELECT max(created_at) FROM users), \
             last_login_at = created_at WHERE id = {};
             UPDATE users SET username = 'abe', username_key = 'abe' WHERE id = {};
             UPDATE users SET email = 'a' || email, email_key = 'a' || email_key WHERE id = {}",
            people[0], people[1], people[2]
        )).await;
        let found = async |body: Value| ids(&all(&server, &session, body).await);
        let by_key = [ana.id, people[0], people[1], people[2]];
        assert_eq!(found(json!({})).await, by_key);
        assert_eq!(found(json!({ "page": 2, "take": 3 })).await, by_key[3..]);
        assert_eq!(found(json!({ "page": 3, "take": 3 })).await, [0; 0]);
        assert_eq!(found(json!({ "search": "P00" })).await, people[..3]);
        assert_eq!(found(json!({ "search": "aP00" })).await, people[2..3]);
        assert_eq!(found(json!({ "isBanned": true })).await, people[1..2]);
        assert_eq!(found(json!({ "isBanned": false })).await, [ana.id, people[0], people[2]]);
        assert_eq!(found(json!({ "withRoles": ["Streamer", "Admin"] })).await, [ana.id, people[2]]);
        assert_eq!(found(json!({ "withPermissions": ["user.view", "user.ban"] })).await, [ana.id]);
        assert_eq!(found(json!({ "withPermissions": ["user.ban"] })).await, [0; 0]);
        assert_eq!(found(json!({ "filter": ["suspended", "deleted"] })).await, people[2..4]);
        assert_eq!(found(json!({ "filter": ["anonymized"] })).await, people[4..]);
        for (sort, ascending) in [
            ("id", vec![ana.id, people[0], people[1], people[2]]),
            ("email", vec![ana.id, people[2], people[0], people[1]]),
            ("createdAt", vec![people[0], people[1], people[2], ana.id]),
            ("updatedAt", vec![people[1], ana.id, people[0], people[2]]),
            ("lastLoginAt", vec![people[1], people[2], people[0], ana.id]),
        ] {
            let ascends = found(json!({ "sortBy": sort })).await;
            let mut descends = found(json!({ "sortBy": sort, "sortOrder": "desc" })).await;
            descends.reverse();
            assert_eq!(descends, ascends, "{sort}");
            assert_eq!(ascends, ascending, "{sort}");
        }
        // Those without a handle come at the end either way.
        assert_eq!(found(json!({ "sortBy": "username" })).await, [people[1], people[0], ana.id, people[2]]);
        assert_eq!(found(json!({ "sortBy": "username", "sortOrder": "desc" })).await, [people[0], people[1], people[2], ana.id]);
    }

    async fn s004_09_the_seeds_list_has_two_keys(server: TestServer) {
        let session = viewer(&server).await;
        let body = all(&server, &session, json!({})).await.json();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["data", "total"]);
        let console = list(&server, &session, "").await.json();
        assert_eq!(body["data"], console["data"]);
    }

    async fn s004_19_the_total_is_of_the_filter_whatever_is_taken(server: TestServer) {
        let session = viewer(&server).await;
        crowd(&server, 7).await;
        for take in [1, 3, 100] {
            for page in [1, 2, 9] {
                let body = json!({ "search": "p00", "take": take, "page": page });
                assert_eq!(all(&server, &session, body).await.json()["total"], 7, "{take} {page}");
            }
        }
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100) \
             INSERT INTO users (email, email_key, display_name_key, created_at, updated_at) \
             SELECT 'x' || i, 'x' || i, 'p' || i, u.created_at, u.updated_at FROM n, users AS u WHERE u.id = 1"
        ).await;
        assert_eq!(all(&server, &session, json!({ "search": "x" })).await.json()["total"], 10_100, "exact beyond the cap");
        let total = async |query: &str| {
            let body = list(&server, &session, query).await.json();
            (body["total"].as_u64().unwrap(), body["total_exact"].as_bool().unwrap(), body["data"].as_array().unwrap().len())
        };
        assert_eq!(total("?q=x&take=2").await, (10_000, false, 2));
        assert_eq!(total("?q=x&take=2&count=exact").await, (10_100, true, 2));
        assert_eq!(total("?take=2").await, (10_000, false, 2));
        // So many match that the order leads; the page is the same as if the search did.
        let common = ids(&list(&server, &session, "?q=X1&take=100").await);
        let every = ids(&list(&server, &session, "?q=x&take=100&sort=email").await);
        assert_eq!((common.len(), every.len()), (100, 100));
        assert!(common.is_sorted_by(|a, b| a > b), "{common:?}");
    }

    async fn s004_41_lists_write_nothing(server: TestServer) {
        let session = viewer(&server).await;
        one_of_each_state(&server).await;
        let before = server.database.snapshot().await;
        for path in ["", "?q=p", "?status=banned", "/1", "/1/ban-history"] {
            assert_eq!(get(&server, &session, &format!("{USERS}{path}")).await.status, 200, "{path}");
        }
        assert_eq!(get(&server, &session, "/api/v1/admin/blocked").await.status, 200);
        assert_eq!(all(&server, &session, json!({})).await.status, 200);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, 0);
    }

    async fn s004_42_a_read_that_comes_by_post_is_a_read(server: TestServer) {
        let session = viewer(&server).await;
        let people = crowd(&server, 1).await;
        let post = || server.post(&format!("{USERS}/all")).session(&session).key("k1").json(json!({ "search": "p000" }));
        for _ in 0..3 {
            let reply = post().send().await;
            assert_eq!((reply.status, reply.header("idempotent-replayed")), (200, ""));
        }
        assert_eq!(server.database.count("admin_action_log").await, 0);
        assert_eq!(server.database.count("admin_audit_log").await, 0);
        assert_eq!(server.database.count("idempotency_keys").await, 0);
        // It answers with what is, not with what an earlier call under the same key was told.
        server.database.execute(&format!("UPDATE users SET version = 9 WHERE id = {}", people[0])).await;
        assert_eq!(post().send().await.json()["data"][0]["version"], 9);
        assert_eq!(all(&server, &session, json!({ "sortBy": "x" })).await.status, 400);
        assert_eq!(server.database.count("admin_action_log").await, 0, "nor does a bad request of a read");
    }

    async fn s003_36_blocked_tells_reason_since_when_and_by_whom(server: TestServer) {
        let ana = server.admin(&[BlockedView]).await;
        let session = server.session(&ana).await;
        let people = one_of_each_state(&server).await;
        server.database.execute(&format!(
            "UPDATE users SET banned_by = {0}, ban_expires_at = NULL WHERE id = {1};
             UPDATE users SET suspended_by = {0}, suspended_at = (SELECT min(created_at) FROM users) WHERE id = {2}",
            ana.id, people[1], people[2]
        )).await;
        let blocked = json!({ "data": [
            {
                "id": people[1], "email": "p001@people.example", "status": "banned", "reason": "spam", "reason_code": null,
                "since": "2026-09-01T08:00:00Z", "by": ana.email, "expires_at": null,
            },
            {
                "id": people[2], "email": "p002@people.example", "status": "suspended", "reason": "chargebacks", "reason_code": null,
                "since": "2026-09-01T07:55:00Z", "by": ana.email, "expires_at": null,
            },
        ], "total": 2, "total_exact": true, "next_cursor": null });
        get(&server, &session, "/api/v1/admin/blocked").await.is(200, blocked.clone());
        let first = get(&server, &session, "/api/v1/admin/blocked?take=1").await;
        assert_eq!(first.json()["data"], json!([blocked["data"][0]]));
        let cursor = first.text_at("/next_cursor");
        let second = get(&server, &session, &format!("/api/v1/admin/blocked?take=1&cursor={cursor}")).await.json();
        assert_eq!((&second["data"], &second["next_cursor"]), (&json!([blocked["data"][1]]), &Value::Null));
    }

    async fn a_ban_history_is_read_newest_first(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let people = crowd(&server, 2).await;
        server.database.execute(&format!(
            "INSERT INTO ban_history (user_id, action, reason, actor_id, duration_hours, expires_at, request_id, created_at) \
             SELECT {1}, 'ban', 'spam', {0}, 24, created_at, 'r1', created_at FROM users WHERE id = {0};
             INSERT INTO ban_history (user_id, action, reason, request_id, created_at) \
             SELECT {1}, 'auto_unban', 'time is up', 'r2', created_at FROM users WHERE id = {0};
             INSERT INTO ban_history (user_id, action, reason, request_id, created_at) \
             SELECT {2}, 'ban', 'else', 'r3', created_at FROM users WHERE id = {0}",
            ana.id, people[0], people[1]
        )).await;
        let path = format!("{USERS}/{}/ban-history", people[0]);
        let reply = get(&server, &session, &path).await.json();
        assert_eq!((&reply["total"], reply["data"].as_array().unwrap().len()), (&json!(2), 2));
        assert_eq!(reply["data"][0]["action"], "auto_unban");
        assert_eq!(reply["data"][0]["actor"], Value::Null);
        assert_eq!(reply["data"][1], json!({
            "id": 1, "action": "ban", "reason": "spam", "reason_code": null, "actor": ana.email, "durationHours": 24,
            "expires_at": "2026-09-01T08:00:00Z", "request_id": "r1", "created_at": "2026-09-01T08:00:00Z",
        }));
        let first = get(&server, &session, &format!("{path}?take=1")).await;
        assert_eq!(ids(&first), [2]);
        let second = get(&server, &session, &format!("{path}?take=1&cursor={}", first.text_at("/next_cursor"))).await;
        assert_eq!((ids(&second), &second.json()["next_cursor"]), (vec![1], &Value::Null));
    }
}
