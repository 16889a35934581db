//! Saved filters: kept by name, private or shared, dropped, and gone with the person.

use quarterdeck_api::permission::Permission::{
    ApplicationsView, AuditView, FiltersShare, UserExport, UserView,
};
use serde_json::{Value, json};

use crate::harness::{Reply, Session, TestServer, on_both};

const FILTERS: &str = "/api/v1/admin/filters";

fn of_applications(name: &str, filter: &str) -> Value {
    json!({ "resource": "applications", "name": name, "filter": filter })
}

fn shared(mut body: Value) -> Value {
    body["shared"] = json!(true);
    body
}

async fn save(server: &TestServer, session: &Session, body: Value) -> Reply {
    let request = server.request("PUT", FILTERS).session(session);
    request.json(body).send().await
}

async fn saved(server: &TestServer, session: &Session, body: Value) -> Value {
    let reply = save(server, session, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn remove(server: &TestServer, session: &Session, id: &Value) -> Reply {
    let path = format!("{FILTERS}/{id}");
    server
        .request("DELETE", &path)
        .session(session)
        .send()
        .await
}

/// Name, text and whether it is the caller's of every filter that is listed.
async fn listed(server: &TestServer, session: &Session) -> Vec<(String, String, bool)> {
    let reply = server.get(FILTERS).session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let text = |filter: &Value, name: &str| filter[name].as_str().unwrap().to_owned();
    let filters = reply.json()["filters"].as_array().unwrap().clone();
    let filter = |filter: &Value| {
        let is_mine = filter["mine"].as_bool().unwrap();
        (text(filter, "name"), text(filter, "filter"), is_mine)
    };
    filters.iter().map(filter).collect()
}

fn own(name: &str, filter: &str) -> (String, String, bool) {
    (name.to_owned(), filter.to_owned(), true)
}

on_both! {
    async fn saving_listing_and_dropping_by_name(server: TestServer) {
        let ana = server.admin(&[ApplicationsView]).await;
        let session = server.session(&ana).await;
        let first = saved(&server, &session, of_applications(" old ", "age>2d")).await;
        assert_eq!((&first["name"], &first["version"], &first["owner"]), (&json!("old"), &json!(1), &json!(ana.email)));
        let again = saved(&server, &session, of_applications("old", "age>3d")).await;
        assert_eq!((&again["id"], &again["version"]), (&first["id"], &json!(2)));
        saved(&server, &session, of_applications("new", "sort:age")).await;
        assert_eq!(listed(&server, &session).await, [own("new", "sort:age"), own("old", "age>3d")]);
        let same = saved(&server, &session, of_applications("old", "age>3d")).await;
        assert_eq!(same["version"], 2, "nothing had to change");
        assert_eq!(remove(&server, &session, &first["id"]).await.status, 200);
        remove(&server, &session, &first["id"]).await.refused(404, "not_found");
        assert_eq!(listed(&server, &session).await, [own("new", "sort:age")]);
        let log = "SELECT action_code || ' ' || target_type || ' ' || details FROM admin_audit_log ORDER BY seq";
        let of = |code: &str| format!(r#"{code} filter {{"resource":"applications"}}"#);
        let told = ["filter_saved", "filter_saved", "filter_saved", "filter_dropped"].map(of);
        assert_eq!(server.database.texts(log).await, told, "and never the text");
    }

    async fn a_filter_of_the_team_is_read_only_for_others(server: TestServer) {
        let ana = server.session(&server.admin(&[FiltersShare]).await).await;
        let bob = server.session(&server.admin(&[ApplicationsView]).await).await;
        let eve = server.session(&server.admin(&[AuditView]).await).await;
        let lead = server.session(&server.admin(&[ApplicationsView, FiltersShare]).await).await;
        let private = saved(&server, &ana, of_applications("mine", "ana*")).await;
        let team = saved(&server, &ana, shared(of_applications("team", "age>2d"))).await;
        let other = ("team".to_owned(), "age>2d".to_owned(), false);
        assert_eq!(listed(&server, &bob).await, std::slice::from_ref(&other));
        assert_eq!(listed(&server, &eve).await, [], "of a list that is not hers");
        remove(&server, &bob, &private["id"]).await.refused(404, "not_found");
        remove(&server, &bob, &team["id"]).await.refused(403, "permission_denied");
        saved(&server, &bob, of_applications("team", "mine")).await;
        assert_eq!(listed(&server, &bob).await, [own("team", "mine"), other]);
        assert_eq!(remove(&server, &lead, &team["id"]).await.status, 200);
        remove(&server, &lead, &private["id"]).await.refused(404, "not_found");
        assert_eq!(listed(&server, &bob).await, [own("team", "mine")]);
    }

    async fn sharing_takes_its_permission_and_unsharing_none(server: TestServer) {
        let ana = server.admin(&[FiltersShare]).await;
        let (session, bare) = (server.session(&ana).await, server.session(&server.admin(&[]).await).await);
        let body = of_applications("team", "age>2d");
        let refused = save(&server, &bare, shared(body.clone())).await;
        assert_eq!(refused.refused(403, "permission_denied")["permission"], "filters.share");
        saved(&server, &session, shared(body.clone())).await;
        server.database.execute(&format!("DELETE FROM user_permissions WHERE user_id = {}", ana.id)).await;
        let own = saved(&server, &session, body).await;
        assert_eq!(own["shared"], false);
    }

    async fn what_cannot_be_read_is_refused_with_its_column(server: TestServer) {
        let session = server.session(&server.admin(&[]).await).await;
        let problem = save(&server, &session, of_applications("old", "ana nobody:7")).await.refused(400, "validation_failed");
        let field = &problem["fields"][0];
        assert_eq!(field["name"], "filter");
        assert!(field["problem"].as_str().unwrap().starts_with("column 5: no filter `nobody`"), "{field}");
        for (field, body) in [
            ("name", of_applications(&"n".repeat(41), "ana")),
            ("filter", of_applications("n", &"a".repeat(513))),
            ("filter", of_applications("n", "due<2d")),
        ] {
            let problem = save(&server, &session, body).await.refused(400, "validation_failed");
            assert_eq!(problem["fields"][0]["name"], field);
        }
        let due = json!({ "resource": "data_requests", "name": "n", "filter": "due<2d" });
        saved(&server, &session, due).await;
        saved(&server, &session, of_applications("local", "name:/x/ OR ~y")).await;
    }

    async fn a_hundred_are_kept_and_no_more(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let insert = |n: i32| format!(
            "INSERT INTO saved_filters (owner_id, resource, name, filter, shared, created_at, updated_at) \
             SELECT id, 'users', 'n{n}', 'ana', FALSE, created_at, created_at FROM users WHERE id = {}", ana.id);
        for n in 0..99 {
            server.database.execute(&insert(n)).await;
        }
        saved(&server, &session, of_applications("the last", "ana")).await;
        let problem = save(&server, &session, of_applications("one more", "ana")).await.refused(400, "validation_failed");
        assert_eq!(problem["fields"][0]["name"], "name");
        saved(&server, &session, of_applications("the last", "bob")).await;
        assert_eq!(server.database.count("saved_filters").await, 100);
    }

    async fn two_that_save_one_name_at_once_keep_one_filter(server: TestServer) {
        let session = server.session(&server.admin(&[]).await).await;
        let (one, two) = tokio::join!(
            save(&server, &session, of_applications("old", "age>2d")),
            save(&server, &session, of_applications("old", "age>3d")),
        );
        assert_eq!((one.status, two.status), (200, 200), "{} {}", one.text, two.text);
        assert_eq!(server.database.count("saved_filters").await, 1);
    }

    async fn a_person_is_handed_its_filters_and_takes_them_along(server: TestServer) {
        let person = server.plain().await;
        let ana = server.session(&server.admin(&[UserView, UserExport]).await).await;
        let root = server.session(&server.super_admin().await).await;
        // Kept while the person was one of the staff.
        server.database.execute(&format!(
            "INSERT INTO saved_filters (owner_id, resource, name, filter, shared, created_at, updated_at) \
             SELECT id, 'users', 'mine', 'ana', FALSE, created_at, created_at FROM users WHERE id = {}", person.id)).await;
        let about = json!({ "resource": "users", "name": "watched", "filter": format!("email={}", person.email) });
        saved(&server, &ana, about).await;
        saved(&server, &ana, of_applications("others", "bob")).await;
        let kept = "SELECT name FROM saved_filters ORDER BY id";
        let path = format!("/api/v1/admin/users/{}/export", person.id);
        let export = server.post(&path).session(&root).send().await.json();
        assert_eq!(export["saved_filters"][0]["name"], "mine", "{export}");
        assert_eq!(server.database.texts(kept).await, ["mine", "watched", "others"]);
        let path = format!("/api/v1/admin/users/{}/anonymize", person.id);
        let body = json!({ "confirm": true, "reason": "asked for it" });
        let reply = server.post(&path).session(&root).json(body).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(server.database.texts(kept).await, ["others"]);
    }
}
