//! One-time codes with a request (S004-07, architecture.md §10.3), on an operation of the test's own: the
//! first one that asks for a code comes with the staff routes.

use std::sync::Arc;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::operation::{Access, Method, Nothing, Operation, Otp, Spec, Writes};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_server::chain::Entry;
use quarterdeck_server::gate::{Call, Committed, Refusal};
use quarterdeck_server::http::listener;
use quarterdeck_server::http::mount::Routes;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::harness::{Account, Request, Session, TestServer, on_both};

const PATH: &str = "/api/v1/admin/test/notes";

struct NoteWithCode;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

impl Operation for NoteWithCode {
    type Path = ();
    type Query = Nothing;
    type Body = Note;
    type Reply = Note;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        summary: "A note that takes a code.",
        ..Spec::write("test.note", Method::Put, PATH, &[AuditCode::HandoverNoted])
    };
}

/// Refuses inside its transaction where it is told to, after the code was used up.
async fn note(call: Call<NoteWithCode>) -> Result<Committed<Note>, Refusal> {
    let tx = call.begin().await?;
    if call.body.text == "refuse" {
        return Err(Refusal::new(Code::StaleVersion));
    }
    let entry = Entry::new(AuditCode::HandoverNoted, "user", call.caller()?.user_id);
    tx.commit(&[entry], call.body.clone()).await
}

/// A server of the one operation beside the real one, on the same services.
struct Notes {
    address: std::net::SocketAddr,
    stop: CancellationToken,
}

impl Notes {
    async fn start(server: &TestServer) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let stop = CancellationToken::new();
        let services = Arc::clone(&server.services);
        let stopped = stop.clone();
        tokio::spawn(async move {
            let router = Routes::new(&services)
                .write::<NoteWithCode, _, _>(note)
                .into_router();
            listener::serve(socket, router, &services.config.http, stopped).await;
        });
        Self { address, stop }
    }

    fn put(&self, session: &Session, text: &str) -> Request {
        Request::new(self.address, "PUT", PATH)
            .session(session)
            .json(json!({ "text": text }))
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn code(server: &TestServer, account: &Account) -> String {
    account.code(server.now())
}

on_both! {
    async fn s004_07_a_code_is_asked_is_checked_and_works_once(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        notes.put(&session, "a").send().await.refused(403, "otp_required");
        notes.put(&session, "a").header("x-otp", "000000").send().await.refused(403, "otp_invalid");
        let code = code(&server, &root);
        notes.put(&session, "a").header("x-otp", &code).send().await.is(200, json!({ "text": "a" }));
        notes.put(&session, "b").header("x-otp", &code).send().await.refused(403, "otp_replayed");
        assert_eq!(server.database.count("admin_audit_log").await, 1);
        assert_eq!(server.database.count("otp_grants").await, 0);
    }

    async fn s004_07_only_super_admins_get_as_far_as_the_code(server: TestServer) {
        let ana = server.admin(Permission::ALL).await;
        let session = server.session(&ana).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &ana);
        notes.put(&session, "a").header("x-otp", &code).send().await.refused(403, "superadmin_required");
        // The refused code was not used up.
        assert_eq!(server.database.number("SELECT max(last_otp_step) FROM users").await, 0);
    }

    async fn s004_07_a_bad_body_is_told_before_the_code_is_used_up(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        let bad = Request::new(notes.address, "PUT", PATH).session(&session).header("x-otp", &code);
        bad.json(json!({})).send().await.names_fields(&["text"]);
        notes.put(&session, "a").header("x-otp", &code).send().await.is(200, json!({ "text": "a" }));
    }

    async fn a_grant_lets_the_same_bytes_through_once_more_and_nothing_else(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        let refused = notes.put(&session, "refuse").key("k").header("x-otp", &code).send().await;
        refused.refused(409, "stale_version");
        // The code is gone; its grant is for these bytes under this key, and it was not spent.
        notes.put(&session, "a").key("k").send().await.refused(403, "otp_required");
        notes.put(&session, "refuse").key("other").send().await.refused(403, "otp_required");
        notes.put(&session, "refuse").key("k").send().await.refused(409, "stale_version");
        server.advance(chrono::TimeDelta::seconds(121));
        notes.put(&session, "refuse").key("k").send().await.refused(403, "otp_required");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn one_code_in_parallel_requests_changes_one_thing(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        let mut posts = JoinSet::new();
        for number in 0..16 {
            posts.spawn(notes.put(&session, &format!("note {number}")).header("x-otp", &code).send());
        }
        let statuses: Vec<_> = posts.join_all().await.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn a_code_of_sign_in_is_used_up_for_requests_too(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.sign_in(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        notes.put(&session, "a").header("x-otp", &code).send().await.refused(403, "otp_replayed");
    }
}
