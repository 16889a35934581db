//! What other rooms ask of this one: of the queue, and of a person.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{DataRequestsUpdate, UserView};
use quarterdeck_server::data_requests::{self, Waiting};
use serde_json::{Value, json};

use super::update;
use crate::harness::on_both;

on_both! {
    async fn s003_48_what_waits_is_counted_with_its_deadlines(server: TestServer) {
        let reads = server.services.database.reads();
        let waiting = async || data_requests::waiting(reads, server.now()).await.unwrap();
        assert_eq!(waiting().await, Waiting {
            open: 0, open_exact: true, oldest_at: None, overdue: 0, next_deadline: None,
        });
        let (now, day) = (server.now(), TimeDelta::days(1));
        let late = server.data_request(0, now - day * 31, None).await;
        server.data_request(1, now - day * 90, Some(now + day)).await;
        server.data_request(2, now, None).await;
        assert_eq!(waiting().await, Waiting {
            open: 3, open_exact: true, oldest_at: Some(now - day * 90), overdue: 1, next_deadline: Some(now - day),
        });
        let lea = server.admin(&[DataRequestsUpdate]).await;
        let session = server.session(&lea).await;
        update(&server, &session, json!({ "request_id": late, "status": "failed" })).await;
        assert_eq!(waiting().await, Waiting {
            open: 2, open_exact: true, oldest_at: Some(now - day * 90), overdue: 0, next_deadline: Some(now + day),
        });
    }

    async fn open_requests_are_counted_person_by_person(server: TestServer) {
        let now = server.now();
        for person in [0, 0, 1, 2] {
            server.data_request(person, now, None).await;
        }
        server.database.execute("UPDATE data_requests SET status = 'failed' WHERE id = 3").await;
        let asker = async |id: i64| server.database.number(&format!("SELECT user_id FROM data_requests WHERE id = {id}")).await;
        let people = [asker(1).await, asker(3).await, asker(4).await];
        let viewer = server.admin(&[UserView]).await;
        let session = server.session(&viewer).await;
        for (person, open) in people.into_iter().zip([2, 0, 1]) {
            let view = server.get(&format!("/api/v1/admin/users/{person}")).session(&session).send().await.json();
            assert_eq!(view["open_data_requests"], open, "{view}");
        }
    }

    async fn the_export_of_a_person_holds_its_requests_and_no_operator(server: TestServer) {
        let now = server.now();
        for person in [0, 1, 0] {
            server.data_request(person, now, None).await;
        }
        let lea = server.admin(&[DataRequestsUpdate]).await;
        let session = server.session(&lea).await;
        let failed = json!({ "request_id": 1, "status": "failed", "error": "No identity" });
        update(&server, &session, failed).await;
        let asker = server.database.number("SELECT user_id FROM data_requests WHERE id = 1").await;
        let rows = data_requests::of_user(server.services.database.reads(), asker, 10).await.unwrap();
        let time = "2026-09-01T08:00:00Z";
        let row = |id: i64, status: &str, error: Value| json!({
            "id": id, "kind": "export", "status": status, "created_at": time, "due_at": null,
            "deadline": "2026-10-01T08:00:00Z", "updated_at": time, "completed_at": null, "error": error, "reason_code": null,
        });
        assert_eq!(rows, [row(1, "failed", json!("No identity")), row(3, "pending", Value::Null)]);
        assert!(data_requests::of_user(server.services.database.reads(), lea.id, 10).await.unwrap().is_empty());
    }

    async fn anonymizing_blanks_what_was_typed_about_the_person_alone(server: TestServer) {
        let now = server.now();
        for person in [0, 1, 0] {
            server.data_request(person, now, None).await;
        }
        server.database.execute(
            "UPDATE data_requests SET status = 'failed', error = 'Zoe has no identity' WHERE id < 3"
        ).await;
        let asker = server.database.number("SELECT user_id FROM data_requests WHERE id = 1").await;
        let tx = server.services.system_write("test").await.unwrap();
        data_requests::anonymize(tx.connection(), asker).await.unwrap();
        tx.commit().await.unwrap();
        let rows = "SELECT status || ' ' || coalesce(error, '-') || ' ' || version FROM data_requests ORDER BY id";
        assert_eq!(
            server.database.texts(rows).await,
            ["failed - 2", "failed Zoe has no identity 1", "pending - 1"]
        );
    }
}
