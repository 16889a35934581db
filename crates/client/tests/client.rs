//! The client against a real socket: what it sends, what it refuses, what it tries again.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test fail it as its own lines do"
)]

mod kept;
mod live;
mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationsQuery, DecideApplications, DecideRequest, GetApplication,
    ListApplications,
};
use quarterdeck_api::audit::{VerifyAudit, VerifyQuery};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::operation::{Nothing, Operation, PathArguments, Reads, Spec};
use quarterdeck_api::ops::{GetHealth, HealthStatus};
use quarterdeck_api::problem::{Code, FieldProblem};
use quarterdeck_api::sessions::{
    GateRequest, GetMe, Secret, SessionTokens, SignIn, SignInRequest, VerifyMfaRequest,
};
use quarterdeck_client::{
    CallError, CallOptions, Client, ClientOptions, MAX_BODY_BYTES, Success, Timeouts, Trust,
};
use scripted::{Received, ScriptedServer, Then};
use tokio::time::Instant;

const EMPTY_PAGE: &str = r#"{"data":[],"total":0,"total_exact":true,"next_cursor":null}"#;

fn client(server: &ScriptedServer) -> Client {
    client_with(server, Timeouts::default())
}

fn client_with(server: &ScriptedServer, timeouts: Timeouts) -> Client {
    let calls = AtomicU8::new(0);
    let options = ClientOptions {
        server: server.url().parse().unwrap(),
        timeouts,
        trust: Trust::System,
        random: Arc::new(move || [calls.fetch_add(1, Ordering::Relaxed); 16]),
    };
    Client::new(options).unwrap()
}

fn tokens(generation: usize) -> SessionTokens {
    serde_json::from_str(&tokens_json(generation)).unwrap()
}

fn tokens_json(generation: usize) -> String {
    format!(
        r#"{{"access_token":"access-{generation}","access_expires_at":"2026-11-20T10:15:00Z",
            "refresh_token":"refresh-{generation}","refresh_expires_at":"2026-11-20T22:00:00Z",
            "socket_token":"socket-{generation}"}}"#
    )
}

fn signed_in(server: &ScriptedServer) -> Client {
    let client = client(server);
    client.resume(tokens(1));
    client
}

async fn list(
    client: &Client,
) -> Result<Success<<ListApplications as Operation>::Reply>, CallError> {
    let query = ApplicationsQuery::default();
    client
        .call::<ListApplications>((), query, Nothing {}, CallOptions::default())
        .await
}

async fn approve(client: &Client, options: CallOptions) -> Result<(), CallError> {
    let request = DecideRequest {
        action: ApplicationAction::Approve,
        ids: vec![ApplicationId(7)],
        confirm: None,
        reason: None,
        reason_code: None,
        expected_status: None,
    };
    client
        .call::<DecideApplications>((), Nothing {}, request, options)
        .await
        .map(drop)
}

/// Answers like a server whose access tokens of generation 1 have expired.
fn expired_first(request: &Received) -> Then {
    if request.target == "/api/v1/auth/refresh" {
        return Then::json(200, &tokens_json(2));
    }
    match request.header("authorization") {
        Some("Bearer access-2") => Then::json(200, EMPTY_PAGE),
        _ => Then::problem(Code::TokenExpired),
    }
}

#[tokio::test]
async fn a_query_is_encoded_and_absent_parts_are_left_out() {
    let server = ScriptedServer::start(|_| Then::json(200, EMPTY_PAGE)).await;
    let query = ApplicationsQuery {
        status: Some(AnyOf(vec![
            "PENDING".parse().unwrap(),
            "ACTIVE".parse().unwrap(),
        ])),
        q: Some("o'Neill & Søn".to_owned()),
        ..ApplicationsQuery::default()
    };
    let call = client(&server)
        .call::<ListApplications>((), query, Nothing {}, CallOptions::default())
        .await;
    assert_eq!(call.unwrap().reply.total, 0);
    let target = "/api/v1/admin/applications?status=PENDING%2CACTIVE&q=o%27Neill+%26+S%C3%B8n";
    assert_eq!(server.targets(), [target]);
}

#[tokio::test]
async fn ids_fill_the_path() {
    let server = ScriptedServer::start(|_| Then::problem(Code::NotFound)).await;
    let (client, path) = (client(&server), ApplicationId(4711));
    let call = client.call::<GetApplication>(path, Nothing {}, Nothing {}, CallOptions::default());
    assert!(call.await.is_err());
    assert_eq!(server.targets(), ["/api/v1/admin/applications/4711"]);
}

struct Named(&'static str);

impl PathArguments for Named {
    fn segments(&self) -> Vec<String> {
        vec![self.0.to_owned()]
    }

    fn parse(_: &[(&str, &str)]) -> Result<Self, FieldProblem> {
        Ok(Self(""))
    }
}

struct ReadNamed;

impl Operation for ReadNamed {
    type Path = Named;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;
    type Kind = Reads;
    const SPEC: Spec = Spec::read("tests.named", "/named/{name}/rows");
}

#[tokio::test]
async fn text_in_a_path_cannot_leave_its_segment() {
    let server = ScriptedServer::start(|_| Then::json(200, "{}")).await;
    let client = client(&server);
    let read = |name| {
        client.call::<ReadNamed>(Named(name), Nothing {}, Nothing {}, CallOptions::default())
    };
    read("a/b?c#d%").await.unwrap();
    for name in ["", ".", ".."] {
        assert!(
            matches!(read(name).await, Err(CallError::Unreachable(_))),
            "{name:?}"
        );
    }
    assert_eq!(server.targets(), ["/named/a%2Fb%3Fc%23d%25/rows"]);
}

#[tokio::test]
async fn every_call_has_an_id_and_a_trace_and_a_write_has_a_key() {
    let server =
        ScriptedServer::start(|_| Then::json(200, r#"{"results":[],"changed":0,"noop":true}"#))
            .await;
    let client = signed_in(&server);
    let id = client.new_id();
    approve(
        &client,
        CallOptions {
            id: Some(id),
            ..CallOptions::default()
        },
    )
    .await
    .unwrap();
    let key = Some("key-1".to_owned());
    let otp = Some(Secret::new("123456".to_owned()));
    approve(
        &client,
        CallOptions {
            idempotency_key: key,
            otp,
            id: None,
        },
    )
    .await
    .unwrap();
    let [first, second] = server.received().try_into().unwrap();
    assert_eq!(
        first.header("x-client-request-id"),
        Some(id.to_string().as_str())
    );
    assert_eq!(first.header("traceparent"), Some(id.traceparent().as_str()));
    assert_eq!(
        first.header("idempotency-key"),
        Some(id.to_string().as_str())
    );
    assert_eq!(first.header("authorization"), Some("Bearer access-1"));
    assert_eq!(first.body, r#"{"action":"approve","ids":[7]}"#);
    assert_eq!(second.header("idempotency-key"), Some("key-1"));
    assert_eq!(second.header("x-otp"), Some("123456"));
}

#[tokio::test]
async fn a_success_tells_its_request_id_and_whether_it_was_stored() {
    let server = ScriptedServer::start(|_| {
        Then::json(200, EMPTY_PAGE)
            .with_header("x-request-id: r-1")
            .with_header("idempotent-replayed: true")
    })
    .await;
    let success = list(&client(&server)).await.unwrap();
    assert_eq!(success.request_id.unwrap().as_str(), "r-1");
    assert!(success.is_replay);
}

#[tokio::test]
async fn a_problem_is_decoded_with_the_time_to_wait() {
    let server =
        ScriptedServer::start(|_| Then::problem(Code::RateLimited).with_header("retry-after: 7"))
            .await;
    let error = list(&client(&server)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let CallError::Problem(problem) = error else {
        panic!("{error}")
    };
    assert!(problem.code.is(Code::RateLimited));
    assert_eq!(problem.status, 429);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = ScriptedServer::start(|_| Then::json(200, EMPTY_PAGE)).await;
    let location = format!("location: {}/api/v1/admin/applications", elsewhere.url());
    let server = ScriptedServer::start(move |_| Then::json(307, "").with_header(&location)).await;
    let error = list(&signed_in(&server)).await.unwrap_err();
    assert!(
        matches!(error, CallError::Undecodable { status: 307, .. }),
        "{error}"
    );
    assert!(elsewhere.targets().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = ScriptedServer::start(|_| Then::Endless).await;
    let error = list(&client(&server)).await.unwrap_err();
    assert_eq!(
        error,
        CallError::TooLarge {
            limit: MAX_BODY_BYTES
        }
    );
}

#[tokio::test]
async fn deep_json_is_refused_before_it_is_parsed() {
    let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    let server = ScriptedServer::start(move |_| Then::json(200, &deep)).await;
    let error = list(&client(&server)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "answer 200 is not understood: JSON nested deeper than 64"
    );
}

#[tokio::test]
async fn an_error_page_of_something_in_between_is_told_apart() {
    let server =
        ScriptedServer::start(|_| Then::text(502, "text/html", "<h1>Bad Gateway</h1>")).await;
    let error = list(&client(&server)).await.unwrap_err();
    assert!(
        matches!(error, CallError::Undecodable { status: 502, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_reply_with_secrets_that_does_not_fit_quotes_none_of_them() {
    let server =
        ScriptedServer::start(|_| Then::json(200, r#"{"token":"hunter2","requireMfa":"hunter2"}"#))
            .await;
    let request = SignInRequest {
        email: "ana@quarterdeck.example".to_owned(),
        password: Secret::default(),
    };
    let call = client(&server)
        .call::<SignIn>((), Nothing {}, request, CallOptions::default())
        .await;
    let error = call.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(
        matches!(error, CallError::Undecodable { status: 200, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn bad_health_is_an_answer_and_not_an_error() {
    let body = r#"{"status":"DOWN","components":{"database":"DOWN"}}"#;
    let server = ScriptedServer::start(|_| Then::json(503, body)).await;
    let call = client(&server)
        .call::<GetHealth>((), Nothing {}, Nothing {}, CallOptions::default())
        .await;
    assert!(call.unwrap().reply.status.is(HealthStatus::Down));
}

#[tokio::test]
async fn parallel_calls_with_an_expired_token_share_one_refresh() {
    let server = ScriptedServer::start(expired_first).await;
    let client = signed_in(&server);
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { list(&client).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().reply.total, 0);
    }
    let refreshes: Vec<_> = server
        .received()
        .into_iter()
        .filter(|request| request.target == "/api/v1/auth/refresh")
        .collect();
    assert_eq!(refreshes.len(), 1);
    assert_eq!(refreshes[0].body, r#"{"refresh_token":"refresh-1"}"#);
    assert_eq!(refreshes[0].header("authorization"), None);
}

#[tokio::test]
async fn a_write_is_replayed_once_after_a_refresh_under_the_same_key() {
    let server = ScriptedServer::start(|request| match request.header("authorization") {
        Some("Bearer access-2") => Then::json(200, r#"{"results":[],"changed":1,"noop":false}"#),
        _ => expired_first(request),
    })
    .await;
    approve(&signed_in(&server), CallOptions::default())
        .await
        .unwrap();
    let received = server.received();
    let targets: Vec<_> = received
        .iter()
        .map(|request| request.target.as_str())
        .collect();
    assert_eq!(
        targets,
        [
            "/api/v1/admin/bulk-applications",
            "/api/v1/auth/refresh",
            "/api/v1/admin/bulk-applications"
        ]
    );
    assert_eq!(
        received[0].header("idempotency-key"),
        received[2].header("idempotency-key")
    );
}

#[tokio::test]
async fn a_caller_that_is_aborted_does_not_lose_the_new_tokens() {
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        "/api/v1/auth/refresh" => Then::After("go", Box::new(Then::json(200, &tokens_json(2)))),
        _ => expired_first(request),
    })
    .await;
    let client = signed_in(&server);
    let aborted = tokio::spawn({
        let client = client.clone();
        async move { list(&client).await }
    });
    server.until_received(2).await;
    aborted.abort();
    assert!(aborted.await.unwrap_err().is_cancelled());
    server.say("go");
    list(&client).await.unwrap();
    assert_eq!(server.count("/api/v1/auth/refresh"), 1);
}

#[tokio::test]
async fn a_refused_refresh_ends_the_session_and_is_not_repeated() {
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        "/api/v1/auth/refresh" => Then::problem(Code::SessionRevoked),
        _ => Then::problem(Code::TokenExpired),
    })
    .await;
    let client = signed_in(&server);
    let error = list(&client).await.unwrap_err();
    let CallError::SessionEnded(problem) = error else {
        panic!("{error}")
    };
    assert!(problem.code.is(Code::SessionRevoked));
    assert!(!client.has_session());
    list(&client).await.unwrap_err();
    assert_eq!(server.count("/api/v1/auth/refresh"), 1);
}

#[tokio::test]
async fn a_refresh_that_cannot_be_made_now_leaves_the_session_for_later() {
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        "/api/v1/auth/refresh" => Then::problem(Code::Unavailable),
        _ => Then::problem(Code::TokenExpired),
    })
    .await;
    let client = signed_in(&server);
    let error = approve(&client, CallOptions::default()).await.unwrap_err();
    assert!(matches!(error, CallError::Unreachable(_)), "{error}");
    assert!(client.has_session());
}

#[tokio::test]
async fn a_token_without_a_refresh_token_ends_with_itself() {
    let server = ScriptedServer::start(|_| Then::problem(Code::TokenExpired)).await;
    let client = client(&server);
    client.resume_with_token(Secret::new("from-a-file".to_owned()));
    assert!(matches!(
        list(&client).await,
        Err(CallError::SessionEnded(_))
    ));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn s000_09_a_credential_that_is_taken_out_on_the_way_does_not_end_the_session() {
    let server = ScriptedServer::start(|_| Then::problem(Code::MissingAuthorization)).await;
    let client = signed_in(&server);
    let CallError::Problem(problem) = list(&client).await.unwrap_err() else {
        panic!("the session is not over")
    };
    assert!(problem.code.is(Code::MissingAuthorization));
    assert!(client.has_session());
    let [request] = server.received().try_into().unwrap();
    assert_eq!(request.header("authorization"), Some("Bearer access-1"));
}

#[tokio::test]
async fn s000_09_so_it_is_where_only_the_replay_lost_it() {
    let server = ScriptedServer::start(|request| match request.header("authorization") {
        Some("Bearer access-2") => Then::problem(Code::MissingAuthorization),
        _ => expired_first(request),
    })
    .await;
    let client = signed_in(&server);
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::Problem(_)), "{error}");
    assert!(client.has_session());
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn s000_09_whoever_sent_no_credential_is_signed_out() {
    let server = ScriptedServer::start(|_| Then::problem(Code::MissingAuthorization)).await;
    let error = list(&client(&server)).await.unwrap_err();
    let CallError::SessionEnded(problem) = error else {
        panic!("{error}")
    };
    assert!(problem.code.is(Code::MissingAuthorization));
}

#[tokio::test]
async fn a_wrong_code_is_a_problem_and_not_the_end_of_a_session() {
    let server = ScriptedServer::start(|_| Then::problem(Code::MfaCodeInvalid)).await;
    let request = VerifyMfaRequest {
        token: Secret::default(),
        mfa_code: None,
        recovery_code: None,
    };
    let error = client(&server).verify_mfa(request).await.unwrap_err();
    assert!(matches!(error, CallError::Problem(_)), "{error}");
}

#[tokio::test]
async fn sign_in_passes_the_gate_opens_a_session_and_ends_it() {
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        "/api/v1/admin/gate" => {
            Then::json(200, r#"{"required":true,"passed":true,"token":"gate-1"}"#)
        }
        "/api/v1/auth/sign-in" => Then::json(
            200,
            r#"{"token":"challenge","requireMfa":true,"mfaEnrollmentRequired":false}"#,
        ),
        "/api/v1/auth/verify-2fa" => Then::json(200, &tokens_json(1)),
        "/api/v1/auth/sign-out" => Then::json(204, ""),
        _ => Then::problem(Code::NotFound),
    })
    .await;
    let client = client(&server);
    client
        .pass_gate(GateRequest {
            password: Secret::default(),
        })
        .await
        .unwrap();
    let request = SignInRequest {
        email: "ana@quarterdeck.example".to_owned(),
        password: Secret::default(),
    };
    let challenge = client.sign_in(request).await.unwrap();
    let code = Some(Secret::new("123456".to_owned()));
    client
        .verify_mfa(VerifyMfaRequest {
            token: challenge.token,
            mfa_code: code,
            recovery_code: None,
        })
        .await
        .unwrap();
    assert!(client.has_session());
    client.sign_out().await.unwrap();
    assert!(!client.has_session());
    let [_, sign_in, verify, sign_out] = server.received().try_into().unwrap();
    assert_eq!(sign_in.header("x-gate-token"), Some("gate-1"));
    assert_eq!(sign_in.header("authorization"), None);
    assert_eq!(verify.body, r#"{"token":"challenge","mfaCode":"123456"}"#);
    assert_eq!(sign_out.header("authorization"), Some("Bearer access-1"));
    assert_eq!(sign_out.body, "");
}

#[tokio::test]
async fn a_read_is_tried_again_once_and_a_write_never() {
    let server = ScriptedServer::start(|_| Then::Close).await;
    let client = signed_in(&server);
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::Lost(_)), "{error}");
    assert_eq!(server.received().len(), 2);
    let error = approve(&client, CallOptions::default()).await.unwrap_err();
    assert!(matches!(error, CallError::Lost(_)), "{error}");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let server = ScriptedServer::start(|_| Then::Hang).await;
    let timeouts = Timeouts {
        total: Some(Duration::from_millis(100)),
        ..Timeouts::default()
    };
    assert_eq!(
        list(&client_with(&server, timeouts)).await.unwrap_err(),
        CallError::Timeout
    );
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_answer_is_waited_for_as_long_as_its_operation_declares() {
    let server = ScriptedServer::start(|_| Then::Hang).await;
    let client = signed_in(&server);
    let began = Instant::now();
    let read = tokio::spawn({
        let client = client.clone();
        async move { list(&client).await.map(drop) }
    });
    let verification = tokio::spawn(async move {
        let (query, options) = (VerifyQuery::default(), CallOptions::default());
        let answer = client.call::<VerifyAudit>((), query, Nothing {}, options);
        answer.await.map(drop)
    });
    server.until_received(2).await;
    // Nothing is left to do but to wait, so time passes at once.
    tokio::time::pause();
    for (call, seconds) in [(read, 10), (verification, 120)] {
        assert_eq!(call.await.unwrap().unwrap_err(), CallError::Timeout);
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
}

#[tokio::test]
async fn nobody_there_is_told_apart_from_a_lost_connection() {
    let server = ScriptedServer::start(|_| Then::Close).await;
    let client = client(&server);
    server.stop().await;
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn what_a_client_shows_of_itself_holds_no_secret() {
    let server = ScriptedServer::start(|_| Then::problem(Code::TokenInvalid)).await;
    let client = client(&server);
    client.resume_with_token(Secret::new("hunter2\n".to_owned()));
    let call = client
        .call::<GetMe>((), Nothing {}, Nothing {}, CallOptions::default())
        .await;
    let error = call.unwrap_err();
    assert!(!format!("{client:?} {error} {error:?}").contains("hunter2"));
    assert!(matches!(error, CallError::Unreachable(_)), "{error}");
}
