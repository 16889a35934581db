//! What is told, and to whom.

use std::collections::BTreeSet;

use quarterdeck_api::permission::Permission;
use quarterdeck_api::realtime::Resource;
use serde_json::{Value, json};

use crate::atomicity::{calls_of, write_operations};
use crate::harness::{Live, Session, TestServer, on_both};

/// The keys that a frame may have.
const KEYS: &[&str] = &[
    "v", "type", "seq", "resource", "ids", "code", "by", "at", "count", "newest", "missed",
];

async fn head(server: &TestServer) -> i64 {
    server.database.number("SELECT seq FROM audit_heads").await
}

/// What the log says of objects after a row: its list, the id, the code.
async fn changes_after(server: &TestServer, seq: i64) -> BTreeSet<(String, String, String)> {
    let rows = server
        .database
        .texts(&format!(
            "SELECT target_type || ' ' || target_id || ' ' || action_code FROM admin_audit_log \
             WHERE seq > {seq} AND target_id <> ''"
        ))
        .await;
    let changes = rows.iter().filter_map(|row| {
        let mut words = row.split(' ').map(str::to_owned);
        let target = words.next()?;
        let mut all = Resource::ALL.iter();
        let resource = all.find(|resource| resource.target_type() == Some(target.as_str()))?;
        Some((resource.to_string(), words.next()?, words.next()?))
    });
    changes.collect()
}

/// The same as it was told.
fn told_after(frames: &[Value], seq: i64) -> BTreeSet<(String, String, String)> {
    let is_after = |frame: &&Value| frame["seq"].as_i64().is_some_and(|told| told > seq);
    let changed = frames.iter().filter(|frame| frame["type"] == "changed");
    let changed = changed.filter(is_after);
    changed
        .flat_map(|frame| {
            let ids = frame["ids"].as_array().unwrap().iter();
            let text = |name: &str| frame[name].as_str().unwrap().to_owned();
            ids.map(move |id| (text("resource"), id.to_string(), text("code")))
        })
        .collect()
}

/// Everybody but whoever may list a resource: all its frames are somebody's who may.
fn resources(frames: &[Value]) -> BTreeSet<String> {
    let about = frames.iter().filter_map(|frame| frame["resource"].as_str());
    about.map(str::to_owned).collect()
}

async fn decide(server: &TestServer, session: &Session, ids: &[i64]) {
    let body = json!({ "action": "approve", "ids": ids, "confirm": true });
    let request = server
        .post("/api/v1/admin/bulk-applications")
        .session(session);
    assert_eq!(request.json(body).send().await.status, 200);
}

on_both! {
    async fn s004_24_every_audited_write_is_told_to_those_who_may_see_it_and_to_nobody_else(server: TestServer) {
        let root = server.super_admin().await;
        let (mut all, _) = server.live(&server.session(&root).await).await;
        let mut each = Vec::new();
        for resource in Resource::ALL {
            let permissions = [resource.access().permissions()[0], Permission::AuditView];
            let viewer = server.admin(&permissions).await;
            each.push((*resource, server.live(&server.session(&viewer).await).await.0));
        }
        let plain = server.plain().await;
        let (mut nobody, _) = server.live(&server.session(&plain).await).await;
        for (operation, _) in write_operations() {
            for call in calls_of(&server, operation).await {
                let before = head(&server).await;
                let reply = call.request.send().await;
                assert!(reply.status < 300, "{operation} {}: {}", call.name, reply.text);
                let after = head(&server).await;
                let frames = all.frames_to(after).await;
                let mut expected = changes_after(&server, before).await;
                // A client's own remark says of no object that it changed.
                expected.retain(|(_, _, code)| code != "handover_noted" && code != "admin_refresh");
                assert_eq!(told_after(&frames, before), expected, "{operation} {}", call.name);
                for (resource, live) in &mut each {
                    let frames = live.frames_to(after).await;
                    let own: BTreeSet<_> = expected.iter().filter(|change| change.0 == resource.as_str()).cloned().collect();
                    assert_eq!(told_after(&frames, before), own, "{operation} {} to {resource}", call.name);
                    let about = resources(&frames);
                    assert!(about.iter().all(|name| name == resource.as_str() || name == "audit"), "{about:?}");
                }
                for frame in frames {
                    let keys: Vec<_> = frame.as_object().unwrap().keys().collect();
                    assert!(keys.iter().all(|key| KEYS.contains(&key.as_str())), "{keys:?}");
                }
            }
        }
        // The next thing that is said to somebody who may see nothing is goodbye.
        let end = server.request("PATCH", &format!("/api/v1/admin/users/{}/ban", plain.id));
        let end = end.session(&server.session(&root).await).json(json!({ "banReason": "spam" }));
        assert_eq!(end.send().await.status, 200);
        assert_eq!(nobody.frame().await["type"], "bye");
    }

    async fn an_act_on_many_is_one_frame(server: TestServer) {
        let ana = server.admin(&[Permission::ApplicationsView, Permission::ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let ids = server.applications(3).await;
        let (mut live, hello) = server.live(&session).await;
        assert_eq!(hello["newest"], json!([{ "resource": "applications", "id": ids[2] }]));
        decide(&server, &session, &ids).await;
        let changed = live.frame_of("changed").await;
        assert_eq!(changed["ids"], json!(ids));
        assert_eq!((&changed["code"], &changed["by"]), (&json!("application_approved"), &json!(ana.id)));
        assert_eq!(changed["seq"], hello["seq"].as_i64().unwrap() + 3);
    }

    async fn what_comes_in_is_counted(server: TestServer) {
        let root = server.session(&server.super_admin().await).await;
        let ana = server.admin(&[Permission::ReportsView, Permission::AuditView]).await;
        server.reports(2).await;
        let (mut live, hello) = server.live(&server.session(&ana).await).await;
        // Two acts that are told one after the other have a whole turn between them: what was there then is old.
        for id in server.applications(2).await {
            decide(&server, &root, &[id]).await;
            assert_eq!(live.frame_of("new").await["resource"], "audit");
        }
        let ids = server.reports(3).await;
        let new = live.frame().await;
        let expected = json!({ "v": 1, "type": "new", "resource": "reports", "count": 3, "newest": ids[2] });
        assert_eq!(new, expected);
        assert_eq!(hello["newest"][0], json!({ "resource": "reports", "id": ids[0] - 1 }));
    }

    async fn a_connection_that_is_resumed_hears_what_it_missed(server: TestServer) {
        let ana = server.admin(&[Permission::ApplicationsView, Permission::ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let ids = server.applications(3).await;
        decide(&server, &session, &ids[..1]).await;
        let seq = head(&server).await;
        decide(&server, &session, &ids[1..]).await;
        let after = format!("?after={seq}");
        let (mut live, hello) = Live::open(server.address(), &session.socket, &after).await;
        assert_eq!((&hello["missed"], &hello["seq"]), (&json!(false), &json!(seq + 3)));
        assert_eq!(live.frame().await["ids"], json!(ids[1..]));
        // And nothing twice.
        let more = server.applications(1).await;
        decide(&server, &session, &more).await;
        assert_eq!(live.frame_of("changed").await["ids"], json!(more));
        for (query, missed) in [("?after=-5000", true), ("?after=999999", true), ("", false)] {
            let (_, hello) = Live::open(server.address(), &session.socket, query).await;
            assert_eq!(hello["missed"], missed, "{query}");
        }
    }

    async fn whoever_loses_a_permission_is_told_no_more(server: TestServer) {
        let root = server.super_admin().await;
        let ana = server.admin(&[Permission::ApplicationsView, Permission::UserView]).await;
        let (mut live, _) = server.live(&server.session(&ana).await).await;
        let root = server.session(&root).await;
        let ids = server.applications(2).await;
        decide(&server, &root, &ids[..1]).await;
        assert_eq!(live.frame_of("changed").await["ids"], json!(ids[..1]));
        let taken = format!("DELETE FROM user_permissions WHERE user_id = {} AND permission_key = 'applications.view'", ana.id);
        server.database.execute(&taken).await;
        let user = server.plain().await;
        // Told to nobody here; by the frame after it, the rights have been read again.
        let ban = server.request("PATCH", &format!("/api/v1/admin/users/{}/ban", user.id));
        assert_eq!(ban.session(&root).json(json!({ "banReason": "spam" })).send().await.status, 200);
        assert_eq!(live.frame_of("changed").await["resource"], "users");
        decide(&server, &root, &ids[1..]).await;
        let unban = server.request("PATCH", &format!("/api/v1/admin/users/{}/unban", user.id));
        assert_eq!(unban.session(&root).json(json!({ "banReason": "mistake" })).send().await.status, 200);
        assert_eq!(live.frame_of("changed").await["resource"], "users");
    }
}
