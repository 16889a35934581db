#[path = "../../crates/client/tests/scripted/mod.rs"]
#[expect(dead_code, reason = "the client's own tests use the rest of it")]
mod scripted;

use std::sync::Arc;

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationsQuery, DecideApplications, DecideRequest, ListApplications,
};
use quarterdeck_api::audit::{AuditQuery, ListAudit};
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{GetMe, Secret, SignInRequest};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::app::list::RowId;
use crate::app::message::{Failure, LiveNews};
use crate::app::tab::Tab;
use scripted::{ScriptedServer, Then};

const SLOT: Slot = Slot::List(Tab::Applications);

fn net(server: &ScriptedServer) -> (Net, UnboundedReceiver<Msg>) {
    let connection = Connection::new(server.url(), None, Arc::new(|| [7; 16])).unwrap();
    connection.resume_with_token(Secret::new("token".to_owned()));
    let (sender, receiver) = unbounded_channel();
    (Net::new(connection, sender), receiver)
}

async fn reply(messages: &mut UnboundedReceiver<Msg>) -> Reply {
    match messages.recv().await {
        Some(Msg::Replied(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

fn page(total: u32) -> Then {
    let body = format!(r#"{{"data":[],"total":{total},"total_exact":true,"next_cursor":null}}"#);
    Then::json(200, &body)
}

fn searching(text: &str) -> AnyCall {
    let query = ApplicationsQuery {
        q: Some(text.to_owned()),
        ..ApplicationsQuery::default()
    };
    AnyCall::query::<ListApplications>(query)
}

fn approving(id: i64) -> AnyCall {
    AnyCall::body::<DecideApplications>(DecideRequest {
        action: ApplicationAction::Approve,
        ids: vec![ApplicationId(id)],
        confirm: None,
        reason: None,
        reason_code: None,
        expected_status: None,
    })
}

fn touching(id: i64) -> Touched {
    Touched {
        tab: Tab::Applications,
        ids: vec![RowId(id)],
    }
}

const DECIDED: &str = r#"{"results":[],"changed":1,"noop":false}"#;

#[tokio::test]
async fn a_newer_read_of_a_slot_replaces_the_older() {
    let is_old = |target: &str| target.contains("q=old");
    let server = ScriptedServer::start(move |request| {
        if is_old(&request.target) {
            Then::Hang
        } else {
            page(2)
        }
    })
    .await;
    let (mut net, mut messages) = net(&server);
    net.fetch(SLOT, Generation(1), searching("old"));
    server.until_received(1).await;
    net.fetch(SLOT, Generation(2), searching("new"));
    let Reply::Read {
        slot: SLOT,
        generation: Generation(2),
        result,
    } = reply(&mut messages).await
    else {
        panic!("another read was answered");
    };
    let page = result.unwrap().take::<ListApplications>().unwrap();
    assert_eq!(page.total, 2);
}

#[tokio::test]
async fn reads_of_two_slots_do_not_disturb_each_other() {
    let total = |target: &str| {
        if target.starts_with("/api/v1/admin/audit") {
            5
        } else {
            1
        }
    };
    let server = ScriptedServer::start(move |request| page(total(&request.target))).await;
    let (mut net, mut messages) = net(&server);
    net.fetch(SLOT, Generation(1), searching(""));
    net.fetch(
        Slot::List(Tab::Audit),
        Generation(1),
        AnyCall::query::<ListAudit>(AuditQuery::default()),
    );
    let mut totals = Vec::new();
    for _ in 0..2 {
        let Reply::Read {
            result: Ok(reply), ..
        } = reply(&mut messages).await
        else {
            panic!("refused")
        };
        let applications = reply.get::<ListApplications>().map(|page| page.total);
        let audit = reply.get::<ListAudit>().map(|page| page.total);
        totals.push(applications.or(audit).unwrap());
    }
    totals.sort_unstable();
    assert_eq!(totals, [1, 5]);
}

#[tokio::test]
async fn writes_of_one_object_keep_their_order_and_their_keys() {
    let server = ScriptedServer::start(|request| match request.header("idempotency-key") {
        Some("first") => Then::After("go", Box::new(Then::json(200, DECIDED))),
        _ => Then::json(200, DECIDED),
    })
    .await;
    let (mut net, mut messages) = net(&server);
    net.call(
        ActionId(1),
        "first".to_owned(),
        None,
        approving(1),
        &touching(1),
    );
    net.call(
        ActionId(2),
        "second".to_owned(),
        None,
        approving(1),
        &touching(1),
    );
    net.call(
        ActionId(3),
        "other".to_owned(),
        None,
        approving(2),
        &touching(2),
    );
    let mut order = Vec::new();
    for _ in 0..3 {
        let Reply::Write {
            action_id,
            result: Ok(decided),
        } = reply(&mut messages).await
        else {
            panic!("not decided");
        };
        assert!(decided.get::<DecideApplications>().is_some());
        order.push(action_id.0);
        server.say("go");
    }
    assert_eq!(order, [3, 1, 2]);
    let keys = server
        .received()
        .into_iter()
        .filter_map(|r| r.header("idempotency-key").map(str::to_owned));
    assert_eq!(
        keys.filter(|key| key != "other").collect::<Vec<_>>(),
        ["first", "second"]
    );
}

#[tokio::test]
async fn a_code_goes_with_its_attempt_alone() {
    let server = ScriptedServer::start(|_| Then::json(200, DECIDED)).await;
    let (mut net, mut messages) = net(&server);
    for (number, code) in [(1, Some("123456")), (2, None)] {
        let code = code.map(|code| Secret::new(code.to_owned()));
        let key = "key".to_owned();
        net.call(ActionId(number), key, code, approving(1), &touching(1));
        reply(&mut messages).await;
    }
    let received = server.received();
    let codes: Vec<_> = received.iter().map(|r| r.header("x-otp")).collect();
    assert_eq!(codes, [Some("123456"), None]);
}

#[tokio::test]
async fn an_expired_token_from_a_file_says_that_the_session_is_over() {
    let server = ScriptedServer::start(|_| Then::problem(Code::TokenExpired)).await;
    let (mut net, mut messages) = net(&server);
    net.fetch(Slot::Me, Generation(1), AnyCall::query::<GetMe>(Nothing {}));
    let Reply::Read {
        result: Err(failure),
        ..
    } = reply(&mut messages).await
    else {
        panic!("answered")
    };
    assert!(matches!(failure.why, Failure::SignedOut(_)), "{failure:?}");
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_says_so_and_is_not_repeated() {
    let server = ScriptedServer::start(|_| Then::Close).await;
    let (mut net, mut messages) = net(&server);
    net.call(
        ActionId(1),
        "key".to_owned(),
        None,
        approving(1),
        &touching(1),
    );
    let Reply::Write {
        result: Err(failure),
        ..
    } = reply(&mut messages).await
    else {
        panic!("answered")
    };
    assert!(failure.why.is_outcome_unknown());
    assert_eq!(server.received().len(), 1);
}

/// What a subscriber was told, as the log file would have it.
#[derive(Clone, Default)]
struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// The lines that say how a call ended.
    fn endings(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let fields = lines.map(|mut line: serde_json::Value| line["fields"].take());
        fields
            .filter(|fields| fields["message"] != "sending")
            .collect()
    }
}

#[tokio::test]
async fn the_log_has_ids_and_the_duration_of_every_call() {
    let written = Written::default();
    let writer = written.clone();
    let log = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone());
    // Of a subscriber that is the only one, tracing asks the thread that meets an event first whether it is
    // wanted: the threads of other tests have none. Of two it asks both.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _log = tracing::subscriber::set_default(log.finish());
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        target if target.contains("q=hang") => Then::Hang,
        target if target.contains("q=close") => Then::Close,
        target if target.contains("q=refuse") => Then::problem(Code::PermissionDenied),
        target if target.contains("auth") => Then::problem(Code::InvalidCredentials),
        _ if request.header("idempotency-key") == Some("key") => Then::json(200, DECIDED),
        _ => page(1),
    })
    .await;
    let (mut net, mut messages) = net(&server);
    for text in ["well", "close", "refuse"] {
        net.fetch(SLOT, Generation(1), searching(text));
        reply(&mut messages).await;
    }
    net.call(
        ActionId(1),
        "key".to_owned(),
        None,
        approving(1),
        &touching(1),
    );
    reply(&mut messages).await;
    let request = SignInRequest {
        email: "ana@quarterdeck.example".to_owned(),
        password: Secret::new("secret".to_owned()),
    };
    net.session(Generation(1), SessionCall::SignIn(request));
    let Reply::Session {
        result: Err(failed),
        ..
    } = reply(&mut messages).await
    else {
        panic!("signed in")
    };
    net.fetch(SLOT, Generation(1), searching("hang"));
    server.until_received(server.received().len() + 1).await;
    net.cancel(SLOT);
    // The aborted task is dropped by the time a later one was answered.
    net.fetch(SLOT, Generation(1), searching("well"));
    reply(&mut messages).await;

    let endings = written.endings();
    let said: Vec<_> = endings
        .iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        said,
        [
            "answered", "failed", "refused", "answered", "refused", "aborted", "answered"
        ],
        "{endings:#?}"
    );
    for line in &endings {
        assert!(
            line["took_ms"].is_u64() && line["operation"].is_string(),
            "{line}"
        );
        assert_eq!(line["trace_id"], failed.trace_id.as_str(), "{line}");
        assert!(line["call_id"].is_string(), "{line}");
    }
    let refusals = endings.iter().filter(|line| line["message"] == "refused");
    assert!(refusals.clone().all(|line| line["request_id"].is_string()));
}

/// What is heard of the realtime connection next.
async fn news(messages: &mut UnboundedReceiver<Msg>) -> LiveNews {
    match messages.recv().await {
        Some(Msg::Live(news)) => news,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s004_24_a_server_that_hangs_up_at_once_is_asked_again_after_pauses_that_grow() {
    let server = ScriptedServer::start(|_| Then::Close).await;
    let (mut net, mut messages) = net(&server);
    let tokens = r#"{"access_token":"a","access_expires_at":"2026-11-20T10:15:00Z","refresh_token":"r",
        "refresh_expires_at":"2026-11-20T22:00:00Z","socket_token":"s"}"#;
    net.connection.resume(serde_json::from_str(tokens).unwrap());
    let began = tokio::time::Instant::now();
    net.listen();
    server.until_received(3).await;
    // A second and two, each a fifth shorter at most.
    assert!(began.elapsed() >= std::time::Duration::from_millis(2_400));
    assert_eq!(server.targets(), ["/api/v1/rt"; 3]);
    assert!(matches!(news(&mut messages).await, LiveNews::Down(_)));
    net.stop_listening();
}

#[tokio::test]
async fn a_session_without_a_socket_token_asks_nothing_and_says_so() {
    let server = ScriptedServer::start(|_| Then::Close).await;
    let (mut net, mut messages) = net(&server);
    net.listen();
    assert!(matches!(news(&mut messages).await, LiveNews::Off(_)));
    assert_eq!(server.targets(), Vec::<String>::new());
}
