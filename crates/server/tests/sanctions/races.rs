//! Many operators, one account; and two who go for each other.

use quarterdeck_api::permission::Permission::{UserBan, UserSuspend};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{BULK, act, ban, coded, history, super_admins, view};
use crate::harness::{Account, Backend, Reply, Request, TestDatabase, TestServer, on_both};

const ROUNDS: usize = 12;

/// Two super-admins, and no other.
async fn last_two(server: &TestServer) -> (Account, Account) {
    let others = "UPDATE users SET is_platform_admin = FALSE; DELETE FROM user_roles";
    server.database.execute(others).await;
    (server.super_admin().await, server.super_admin().await)
}

/// An act of a caller on another, with a code.
async fn against(server: &TestServer, caller: &Account, target: &Account, verb: &str) -> Request {
    let body = match verb {
        "demote" => json!({}),
        "suspend" => json!({ "reason": "a coup" }),
        _ => json!({ "banReason": "a coup" }),
    };
    let session = server.session(caller).await;
    coded(server, caller, act(server, &session, target.id, verb, body))
}

/// One has won; the other is told that there is nobody else, or that its rights are gone.
#[track_caller]
fn one_won(replies: &[Reply], what: &str) {
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(won, 1, "{what}: {replies:?}");
    let lost = replies.iter().find(|reply| reply.status != 200).unwrap();
    let code = lost.text_at("/code");
    let known = [
        "last_admin",
        "session_revoked",
        "platform_admin_required",
        "superadmin_required",
    ];
    assert!(known.contains(&code.as_str()), "{what}: {}", lost.text);
}

on_both! {
    async fn s000_16_of_two_who_go_for_each_other_exactly_one_remains(server: TestServer) {
        for (one, other) in [("demote", "demote"), ("suspend", "demote"), ("ban", "ban"), ("ban", "suspend")] {
            for round in 0..ROUNDS {
                let (ana, omar) = last_two(&server).await;
                let mut posts = JoinSet::new();
                posts.spawn(against(&server, &ana, &omar, one).await.send());
                posts.spawn(against(&server, &omar, &ana, other).await.send());
                one_won(&posts.join_all().await, &format!("{one} against {other}, round {round}"));
                assert_eq!(super_admins(&server).await, 1, "{one} against {other}, round {round}");
            }
        }
    }

    async fn s000_16_of_many_who_go_around_in_a_circle_one_remains_at_least(server: TestServer) {
        for _ in 0..3 {
            let (ana, omar) = last_two(&server).await;
            let mut admins = vec![ana, omar];
            for _ in 0..4 {
                admins.push(server.super_admin().await);
            }
            let mut posts = JoinSet::new();
            for (number, admin) in admins.iter().enumerate() {
                let next = &admins[(number + 1) % admins.len()];
                posts.spawn(against(&server, admin, next, "demote").await.send());
            }
            let replies = posts.join_all().await;
            let won = replies.iter().filter(|reply| reply.status == 200).count();
            assert!(replies.iter().all(|reply| reply.status < 500), "{replies:?}");
            assert_eq!(super_admins(&server).await, i64::try_from(admins.len() - won).unwrap());
            assert!(super_admins(&server).await >= 1);
        }
    }

    async fn who_is_made_staff_while_a_ban_waits_for_the_account_is_not_banned(server: TestServer) {
        let user = server.plain().await;
        let session = server.session(&server.admin(&[UserBan]).await).await;
        let mut promoting = server.database.connect().await;
        promoting.begin().await;
        let promoted = format!(
            "UPDATE users SET version = version + 1, epoch = epoch + 1 WHERE id = {id}; \
             INSERT INTO user_roles (user_id, role, created_at) SELECT id, 'Support', created_at FROM users WHERE id = {id}",
            id = user.id
        );
        promoting.execute(&promoted).await;
        let ban = act(&server, &session, user.id, "ban", json!({ "banReason": "spam" }));
        let ban = tokio::spawn(ban.send());
        server.until_a_write_waits().await;
        promoting.commit().await;
        ban.await.unwrap().refused(403, "superadmin_required");
        assert_eq!(view(&server, user.id).await["isBanned"], false);
    }

    async fn s004_33_of_fifty_bans_at_once_one_changes_the_user(server: TestServer) {
        let user = server.plain().await;
        let mut posts = JoinSet::new();
        for number in 0..50 {
            let operator = server.admin(&[UserBan]).await;
            let session = server.session(&operator).await;
            let mut body = json!({ "banReason": "spam" });
            if number % 2 == 0 {
                body["expectedVersion"] = json!(1);
            }
            let request = act(&server, &session, user.id, "ban", body).key(&format!("ban-{number}"));
            posts.spawn(async move { (operator.email, request.send().await) });
        }
        let replies = posts.join_all().await;
        let is_change = |reply: &Reply| reply.status == 200 && reply.json().get("noop").is_none();
        let winners: Vec<_> = replies.iter().filter(|(_, reply)| is_change(reply)).collect();
        assert_eq!(winners.len(), 1);
        let winner = &winners[0].0;
        for (email, reply) in replies.iter().filter(|(email, _)| email != winner) {
            if reply.status == 200 {
                assert_eq!(reply.json()["noop"], true, "{email}");
            } else {
                let problem = reply.refused(409, "stale_version");
                assert_eq!(problem["conflict"]["decided_by"], json!(winner), "{email}");
            }
        }
        assert_eq!(view(&server, user.id).await["version"], 2);
        assert_eq!(history(&server, user.id).await.len(), 1);
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn bans_and_unbans_at_once_leave_a_history_that_tells_the_end(server: TestServer) {
        let user = server.plain().await;
        let mut posts = JoinSet::new();
        for number in 0..30 {
            let operator = server.admin(&[UserBan, UserSuspend]).await;
            let session = server.session(&operator).await;
            let verb = if number % 2 == 0 { "ban" } else { "unban" };
            let body = json!({ "banReason": format!("round {number}") });
            posts.spawn(act(&server, &session, user.id, verb, body).send());
        }
        let replies = posts.join_all().await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
        let changes = replies.iter().filter(|reply| reply.json().get("noop").is_none()).count();
        let history = history(&server, user.id).await;
        assert_eq!(history.len(), changes);
        assert_eq!(server.database.count("admin_audit_log").await, i64::try_from(changes).unwrap());
        let now = view(&server, user.id).await;
        assert_eq!(now["isBanned"], json!(history.last().unwrap().starts_with("ban")));
        assert_eq!(now["version"], json!(1 + changes));
        // Each unban follows a ban.
        for pair in history.windows(2) {
            assert!(pair[0].starts_with("ban") || pair[1].starts_with("ban"), "{pair:?}");
        }
    }

    async fn bulk_bans_that_name_the_same_users_the_other_way_round_do_not_lock_each_other_out(server: TestServer) {
        let mut ids = Vec::new();
        for _ in 0..30 {
            ids.push(server.plain().await.id);
        }
        let mut posts = JoinSet::new();
        for number in 0..12 {
            let operator = server.admin(&[UserBan]).await;
            let session = server.session(&operator).await;
            ids.reverse();
            let body = json!({ "userIds": ids, "banReason": format!("wave {}", number % 3), "confirm": true });
            posts.spawn(server.post(BULK).session(&session).json(body).send());
            posts.spawn(ban(&server, &session, ids[number]).send());
        }
        let replies = posts.join_all().await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
        // Every change is one row of the history, one of the log and one version.
        let changes_of = |body: &Value| match body.get("results") {
            Some(_) => body["changed"].as_i64().unwrap(),
            None => i64::from(body.get("noop").is_none()),
        };
        let changes: i64 = replies.iter().map(|reply| changes_of(&reply.json())).sum();
        let logged = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'user_banned'";
        assert_eq!(server.database.number(logged).await, changes);
        assert_eq!(server.database.count("ban_history").await, changes);
        let versions = "SELECT CAST(sum(version - 1) AS BIGINT) FROM users WHERE is_banned";
        assert_eq!(server.database.number(versions).await, changes);
        assert_eq!(server.database.number("SELECT count(*) FROM users WHERE is_banned").await, 30);
    }

    async fn a_sign_in_and_a_ban_at_once_leave_no_session_open(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        for _ in 0..ROUNDS {
            let user = server.plain().await;
            let challenge = server.challenge(&user).await;
            let body = json!({ "token": challenge, "mfaCode": user.code(server.now()) });
            let mut posts = JoinSet::new();
            posts.spawn(server.post("/api/v1/auth/verify-2fa").json(body).send());
            posts.spawn(ban(&server, &session, user.id).send());
            let replies = posts.join_all().await;
            assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 403)), "{replies:?}");
            assert_eq!(view(&server, user.id).await["active_sessions"], 0);
        }
    }

    async fn a_refresh_and_a_ban_at_once_do_not_lock_each_other_out(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        for _ in 0..ROUNDS {
            let user = server.plain().await;
            let live = server.session(&user).await;
            let mut posts = JoinSet::new();
            posts.spawn(server.post("/api/v1/auth/refresh").json(json!({ "refresh_token": live.refresh })).send());
            posts.spawn(ban(&server, &session, user.id).send());
            let replies = posts.join_all().await;
            assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 401)), "{replies:?}");
            assert_eq!(view(&server, user.id).await["active_sessions"], 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_is_not_even_locked_for_a_call_without_a_code() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let target = server.admin(&[]).await;
    let session = server.session(&server.super_admin().await).await;
    let mut holding = server.database.connect().await;
    holding.begin().await;
    let hold = format!("SELECT id FROM users WHERE id = {} FOR UPDATE", target.id);
    holding.execute(&hold).await;
    let ban = act(
        &server,
        &session,
        target.id,
        "ban",
        json!({ "banReason": "spam" }),
    );
    ban.send().await.refused(403, "otp_required");
    holding.commit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_an_account_in_vain_is_told_what_reading_tells() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let user = server.plain().await;
    let session = server.session(&server.admin(&[UserBan]).await).await;
    let mut holding = server.database.connect().await;
    holding.begin().await;
    let hold = format!("SELECT id FROM users WHERE id = {} FOR UPDATE", user.id);
    holding.execute(&hold).await;
    for (version, status, code) in [(9, 409, "stale_version"), (1, 503, "unavailable")] {
        let body = json!({ "banReason": "spam", "expectedVersion": version });
        let ban = act(&server, &session, user.id, "ban", body);
        ban.send().await.refused(status, code);
    }
    holding.commit().await;
}
