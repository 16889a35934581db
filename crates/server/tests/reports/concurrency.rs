//! Many reviewers, one report.

use quarterdeck_api::permission::Permission::{ReportsDismiss, ReportsResolve};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{BULK, REPORTS, audit_rows, decide, settled_row};
use crate::harness::{Account, Reply, TestServer, on_both};

/// Sends a decision of each of so many reviewers at once; `body` makes it of the reviewer's number.
async fn at_once(
    server: &TestServer,
    reviewers: usize,
    body: impl Fn(usize) -> Value,
) -> Vec<(Account, Reply)> {
    let mut sessions = Vec::new();
    for _ in 0..reviewers {
        let reviewer = server.admin(&[ReportsResolve, ReportsDismiss]).await;
        let session = server.session(&reviewer).await;
        sessions.push((reviewer, session));
    }
    let mut patches = JoinSet::new();
    for (number, (reviewer, session)) in sessions.into_iter().enumerate() {
        let request = server
            .request("PATCH", REPORTS)
            .session(&session)
            .key(&format!("decision-{number}"))
            .json(body(number));
        patches.spawn(async move { (reviewer, request.send().await) });
    }
    patches.join_all().await
}

/// The only one who won, and the others.
fn winner(mut replies: Vec<(Account, Reply)>) -> (Account, Vec<Reply>) {
    let won: Vec<_> = replies
        .extract_if(.., |(_, reply)| reply.status == 200)
        .collect();
    assert_eq!(won.len(), 1);
    let (account, _) = won.into_iter().next().unwrap();
    let losers = replies.into_iter().map(|(_, reply)| reply).collect();
    (account, losers)
}

fn names_the_winner(reply: &Reply, status: &str, winner: &Account) {
    let problem = reply.refused(409, "already_reviewed");
    assert_eq!(
        problem["conflict"],
        json!({
            "status": status, "decided_by": winner.email,
            "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        })
    );
}

on_both! {
    async fn s003_68_of_fifty_who_resolve_at_once_one_wins_and_49_learn_who_did(server: TestServer) {
        server.reports(1).await;
        let replies = at_once(&server, 50, |_| {
            json!({ "report_id": 1, "status": "resolved", "expected_status": "pending" })
        }).await;
        let (winner, losers) = winner(replies);
        assert_eq!(losers.len(), 49);
        for reply in losers {
            names_the_winner(&reply, "resolved", &winner);
        }
        assert_eq!(audit_rows(&server).await.len(), 1);
        let reader = server.super_admin().await;
        let reader = server.session(&reader).await;
        let mut row = settled_row(&server, "resolved", &winner, Value::Null).await;
        row["body"] = json!("Report 0.");
        row["context"] = json!({
            "upheld_reports": 1, "bans": 0, "rejected_applications": 0, "notes": 0, "likely_same": [],
        });
        server.get(&format!("{REPORTS}/1")).session(&reader).send().await.is(200, row);
    }

    async fn s003_68_who_dismisses_what_is_being_resolved_never_overwrites_it(server: TestServer) {
        server.reports(1).await;
        let status = |number: usize| if number.is_multiple_of(2) { "resolved" } else { "dismissed" };
        // Nobody says what they saw.
        let replies = at_once(&server, 20, |number| json!({ "report_id": 1, "status": status(number) })).await;
        let settled = server.database.texts("SELECT status FROM user_reports").await.remove(0);
        let (agree, differ): (Vec<_>, Vec<_>) = replies.into_iter().partition(|(_, reply)| reply.status == 200);
        assert_eq!((agree.len(), differ.len()), (10, 10));
        let winner_email = agree[0].1.text_at("/reviewed_by");
        let (winner, _) = agree.iter().find(|(account, _)| account.email == winner_email).expect("one of those who agree");
        for (_, reply) in &agree {
            assert_eq!((reply.text_at("/status"), reply.text_at("/reviewed_by")), (settled.clone(), winner_email.clone()));
        }
        for (_, reply) in &differ {
            names_the_winner(reply, &settled, winner);
        }
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn of_many_who_reopen_at_once_one_does(server: TestServer) {
        server.reports(1).await;
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        decide(&server, &root, json!({ "report_id": 1, "status": "resolved" })).await;
        let replies = at_once(&server, 20, |_| {
            json!({ "report_id": 1, "status": "pending", "expected_status": "resolved" })
        }).await;
        let (_, losers) = winner(replies);
        assert_eq!(losers.len(), 19);
        for reply in losers {
            let problem = reply.refused(409, "stale_version");
            assert_eq!(problem["conflict"], json!({
                "status": "pending", "decided_by": null, "decided_at": null, "version": 3,
            }));
        }
        assert_eq!(audit_rows(&server).await.len(), 2);
    }

    async fn bulks_that_overlap_do_not_lock_each_other_out(server: TestServer) {
        let ids = server.reports(40).await;
        let mut posts = JoinSet::new();
        for number in 0..12 {
            let reviewer = server.admin(&[ReportsResolve]).await;
            let session = server.session(&reviewer).await;
            // Every second one names them the other way round.
            let mut ids = ids.clone();
            if number % 2 == 1 {
                ids.reverse();
            }
            let body = json!({ "ids": ids, "status": "resolved", "expected_status": "pending" });
            posts.spawn(server.post(BULK).session(&session).json(body).send());
        }
        let replies = posts.join_all().await;
        let mut changed: Vec<_> = replies.iter().map(|reply| (reply.status, reply.json()["changed"].as_u64())).collect();
        changed.sort_unstable();
        assert_eq!(changed[..11], [(200, Some(0)); 11]);
        assert_eq!(changed[11], (200, Some(40)));
        assert_eq!(server.database.count("admin_audit_log").await, 41);
    }

    async fn rights_taken_away_while_a_decision_waits_stop_it(server: TestServer) {
        let rita = server.admin(&[ReportsResolve]).await;
        let session = server.session(&rita).await;
        server.reports(1).await;
        let mut holder = server.hold_writes().await;
        let body = json!({ "report_id": 1, "status": "resolved" });
        let patch = tokio::spawn(server.request("PATCH", REPORTS).session(&session).json(body).send());
        server.until_a_write_waits().await;
        holder.execute("UPDATE users SET epoch = epoch + 1").await;
        holder.commit().await;
        patch.await.unwrap().refused(401, "session_revoked");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }
}
