//! One-time codes with a request (S004-07, C-11, architecture.md §10.3), on operations of the test's own:
//! one that takes a code on every call, and one that takes it where its target holds a staff role.

use std::sync::Arc;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::operation::{Access, Method, Nothing, Operation, Otp, Spec, Writes};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_server::chain::Entry;
use quarterdeck_server::db::{Dialect, sql};
use quarterdeck_server::gate::{Call, Committed, Refusal, Target};
use quarterdeck_server::http::listener;
use quarterdeck_server::http::mount::Routes;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::harness::{Account, Request, Session, TestServer, on_both};

const PATH: &str = "/api/v1/admin/test/notes";
const ACCOUNTS: &str = "/api/v1/admin/test/accounts";

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

struct NoteOnAccount;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountNote {
    id: i64,
    text: String,
}

impl Operation for NoteOnAccount {
    type Path = ();
    type Query = Nothing;
    type Body = AccountNote;
    type Reply = AccountNote;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserBan),
        otp: Otp::StaffTarget,
        summary: "A note on an account that takes a code where it is staff's.",
        ..Spec::write(
            "test.account",
            Method::Put,
            ACCOUNTS,
            &[AuditCode::HandoverNoted],
        )
    };
}

/// Refuses by its rule, or inside its transaction, where it is told to.
async fn note_on_account(call: Call<NoteOnAccount>) -> Result<Committed<AccountNote>, Refusal> {
    let id = call.body.id;
    let seen = target(call.services.database.reads(), id, "").await?;
    if call.body.text == "refuse" {
        return Err(Refusal::new(Code::StaleVersion));
    }
    let tx = call.begin_on(seen).await?;
    let lock = Dialect::of(tx.connection()).for_update();
    let locked = target(tx.connection(), id, lock).await?;
    let tx = tx.locked(locked)?;
    if call.body.text == "refuse inside" {
        return Err(Refusal::new(Code::StaleVersion));
    }
    let entry = Entry::new(AuditCode::HandoverNoted, "user", id);
    tx.commit(&[entry], call.body.clone()).await
}

async fn target(connection: &impl ConnectionTrait, id: i64, lock: &str) -> Result<Target, Refusal> {
    let text = format!("SELECT is_platform_admin FROM users WHERE id = $1{lock}");
    let row = connection
        .query_one_raw(sql(connection, &text, [id.into()]))
        .await?;
    let row = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let is_staff: bool = row.try_get("", "is_platform_admin")?;
    Ok(if is_staff {
        Target::Staff
    } else {
        Target::Plain
    })
}

/// A server of these operations beside the real one, on the same services.
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
                .write::<NoteOnAccount, _, _>(note_on_account)
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

    fn put_on(&self, session: &Session, account: &Account, text: &str) -> Request {
        Request::new(self.address, "PUT", ACCOUNTS)
            .session(session)
            .json(json!({ "id": account.id, "text": text }))
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

async fn last_step(server: &TestServer) -> i64 {
    let query = "SELECT max(last_otp_step) FROM users";
    server.database.number(query).await
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
        assert_eq!(last_step(&server).await, 0);
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

on_both! {
    async fn c_11_a_staff_target_asks_for_a_code_that_works_once(server: TestServer) {
        let root = server.super_admin().await;
        let (ana, omar) = (server.admin(&[]).await, server.admin(&[]).await);
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        notes.put_on(&session, &ana, "a").send().await.refused(403, "otp_required");
        notes.put_on(&session, &ana, "a").header("x-otp", "000000").send().await.refused(403, "otp_invalid");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
        let reply = notes.put_on(&session, &ana, "a").header("x-otp", &code).send().await;
        reply.is(200, json!({ "id": ana.id, "text": "a" }));
        notes.put_on(&session, &omar, "a").header("x-otp", &code).send().await.refused(403, "otp_replayed");
        assert_eq!(server.database.count("admin_audit_log").await, 1);
        assert_eq!(server.database.count("otp_grants").await, 0);
    }

    async fn c_11_a_target_without_a_staff_role_takes_no_code(server: TestServer) {
        let ana = server.admin(&[Permission::UserBan]).await;
        let user = server.plain().await;
        let session = server.session(&ana).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &ana);
        assert_eq!(notes.put_on(&session, &user, "a").send().await.status, 200);
        // A code that came unasked is left alone.
        assert_eq!(notes.put_on(&session, &user, "b").header("x-otp", &code).send().await.status, 200);
        assert_eq!(last_step(&server).await, 0);
    }

    async fn c_11_only_a_super_admin_changes_staff_even_with_a_code(server: TestServer) {
        let ana = server.admin(Permission::ALL).await;
        let session = server.session(&ana).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &ana);
        for staff in [server.admin(&[]).await, server.super_admin().await] {
            let request = notes.put_on(&session, &staff, "a").header("x-otp", &code);
            request.send().await.refused(403, "superadmin_required");
        }
        assert_eq!(last_step(&server).await, 0);
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn c_11_a_code_is_used_up_after_every_other_check(server: TestServer) {
        let root = server.super_admin().await;
        let bare = server.admin(&[]).await;
        let session = server.session(&root).await;
        let bare_session = server.session(&bare).await;
        let notes = Notes::start(&server).await;
        let (code, bare_code) = (code(&server, &root), code(&server, &bare));
        let denied = notes.put_on(&bare_session, &root, "a").header("x-otp", &bare_code);
        denied.send().await.refused(403, "permission_denied");
        let bad = Request::new(notes.address, "PUT", ACCOUNTS).session(&session).header("x-otp", &code);
        bad.clone().json(json!({ "id": bare.id })).send().await.names_fields(&["text"]);
        bad.json(json!({ "id": 4_711, "text": "a" })).send().await.refused(404, "not_found");
        let refused = notes.put_on(&session, &bare, "refuse").header("x-otp", &code);
        refused.send().await.refused(409, "stale_version");
        assert_eq!(last_step(&server).await, 0);
        assert_eq!(notes.put_on(&session, &bare, "a").header("x-otp", &code).send().await.status, 200);
    }

    async fn c_11_the_same_bytes_under_the_same_key_need_no_second_code_for_two_minutes(server: TestServer) {
        let root = server.super_admin().await;
        let ana = server.admin(&[]).await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        let code = code(&server, &root);
        let request = notes.put_on(&session, &ana, "refuse inside").key("k");
        request.clone().header("x-otp", &code).send().await.refused(409, "stale_version");
        notes.put_on(&session, &ana, "a").key("k").send().await.refused(403, "otp_required");
        notes.put_on(&session, &ana, "refuse inside").key("other").send().await.refused(403, "otp_required");
        request.clone().send().await.refused(409, "stale_version");
        server.advance(chrono::TimeDelta::seconds(121));
        request.send().await.refused(403, "otp_required");
    }

    async fn c_11_who_becomes_staff_meanwhile_is_not_changed_without_a_code(server: TestServer) {
        let notes = Notes::start(&server).await;
        for (caller, refusal) in [
            (server.super_admin().await, "otp_required"),
            (server.admin(&[Permission::UserBan]).await, "superadmin_required"),
        ] {
            let user = server.plain().await;
            let session = server.session(&caller).await;
            let mut other = server.hold_writes().await;
            let request = tokio::spawn(notes.put_on(&session, &user, "a").key("k").send());
            server.until_a_write_waits().await;
            other.execute(&format!("UPDATE users SET is_platform_admin = TRUE WHERE id = {}", user.id)).await;
            other.commit().await;
            other.close().await;
            request.await.unwrap().refused(403, refusal);
            assert_eq!(server.database.count("admin_audit_log").await, 0);
            assert_eq!(server.database.count("idempotency_keys").await, 0);
        }
    }

    async fn the_same_request_sent_eight_times_at_once_is_carried_out_and_answered_alike(server: TestServer) {
        let root = server.super_admin().await;
        let ana = server.admin(&[]).await;
        let session = server.session(&root).await;
        let notes = Notes::start(&server).await;
        for request in [notes.put(&session, "a"), notes.put_on(&session, &ana, "a")] {
            let before = server.database.count("admin_audit_log").await;
            let request = request.header("x-otp", &code(&server, &root)).key(&format!("k{before}"));
            let mut puts = JoinSet::new();
            for _ in 0..8 {
                puts.spawn(request.clone().send());
            }
            for reply in puts.join_all().await {
                assert_eq!((reply.status, reply.text_at("/text")), (200, "a".to_owned()), "{}", reply.text);
            }
            assert_eq!(server.database.count("admin_audit_log").await, before + 1);
            server.advance(chrono::TimeDelta::seconds(30));
        }
    }
}
