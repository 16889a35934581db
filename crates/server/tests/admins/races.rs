//! P9: whatever two super-admins do to each other at once, one of them remains.

use quarterdeck_server::config::ServerConfig;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::effort::rounds;
use crate::harness::{Account, Request, TestServer, on_both};

/// What can lower the number of active super-admins.
#[derive(Clone, Copy, Debug)]
enum Loss {
    Demote,
    ReplaceRoles,
    RevokeRole,
    Offboard,
    Ban,
    BulkBan,
    Suspend,
    Delete,
    Anonymize,
}

const LOSSES: [Loss; 9] = [
    Loss::Demote,
    Loss::ReplaceRoles,
    Loss::RevokeRole,
    Loss::Offboard,
    Loss::Ban,
    Loss::BulkBan,
    Loss::Suspend,
    Loss::Delete,
    Loss::Anonymize,
];

impl Loss {
    /// Method, path below `admin/users/` and body, about an account.
    fn call(self, id: i64) -> (&'static str, String, Value) {
        let reason = json!({ "reason": "a coup" });
        let ends = json!({ "reason": "a coup", "confirm": true });
        match self {
            Self::Demote => ("POST", format!("{id}/demote"), json!({})),
            Self::ReplaceRoles => ("PUT", format!("{id}/roles"), json!({ "roles": ["Admin"] })),
            Self::RevokeRole => {
                let body = json!({ "userId": id, "role": "SuperAdmin" });
                ("PUT", "revoke-single-role".to_owned(), body)
            }
            Self::Offboard => ("POST", format!("{id}/offboard"), reason),
            Self::Ban => (
                "PATCH",
                format!("{id}/ban"),
                json!({ "banReason": "a coup" }),
            ),
            Self::BulkBan => {
                let body = json!({ "userIds": [id], "banReason": "a coup", "confirm": true });
                ("POST", "bulk-ban".to_owned(), body)
            }
            Self::Suspend => ("POST", format!("{id}/suspend"), reason),
            Self::Delete => ("POST", format!("{id}/delete"), ends),
            Self::Anonymize => ("POST", format!("{id}/anonymize"), ends),
        }
    }
}

async fn against(server: &TestServer, caller: &Account, target: &Account, loss: Loss) -> Request {
    let (method, path, body) = loss.call(target.id);
    let session = server.session(caller).await;
    let request = server.request(method, &format!("/api/v1/admin/users/{path}"));
    let code = caller.code(server.now());
    request.session(&session).json(body).header("x-otp", &code)
}

async fn active_super_admins(server: &TestServer) -> i64 {
    let query = "SELECT count(*) FROM users u JOIN user_roles r ON r.user_id = u.id \
        WHERE r.role = 'SuperAdmin' AND u.is_platform_admin AND NOT u.is_banned \
        AND u.suspended_at IS NULL AND u.deleted_at IS NULL";
    server.database.number(query).await
}

/// The clock stands still, and so would the budgets of an hour's calls from one address.
fn wide(config: &mut ServerConfig) {
    config.limits.all_per_minute = 1_000_000;
    config.limits.users_per_minute = 1_000_000;
    config.limits.admins_per_minute = 1_000_000;
}

on_both! {
    async fn p9_of_two_super_admins_who_lower_the_count_at_once_one_remains(database: TestDatabase) {
        let server = TestServer::start_with(database, wide).await;
        for (place, one) in LOSSES.into_iter().enumerate() {
            for other in &LOSSES[place..] {
                for round in 0..rounds(1, 50) {
                    let gone = "UPDATE users SET is_platform_admin = FALSE; DELETE FROM user_roles";
                    server.database.execute(gone).await;
                    let (ana, omar) = (server.super_admin().await, server.super_admin().await);
                    let mut posts = JoinSet::new();
                    posts.spawn(against(&server, &ana, &omar, one).await.send());
                    posts.spawn(against(&server, &omar, &ana, *other).await.send());
                    let replies = posts.join_all().await;
                    let what = format!("{one:?} against {other:?}, round {round}: {replies:?}");
                    assert!(replies.iter().all(|reply| reply.status < 500), "{what}");
                    assert_eq!(active_super_admins(&server).await, 1, "{what}");
                }
            }
        }
    }
}
