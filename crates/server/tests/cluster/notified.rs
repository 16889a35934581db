//! Those outside are told of bans on `profile-notifier` (S004-22, S004-23).

use chrono::TimeDelta;
use futures_util::StreamExt;
use quarterdeck_server::config::RedisUrl;
use quarterdeck_server::jobs;
use redis::aio::PubSub;
use serde_json::{Value, json};
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use crate::harness::{
    Backend, DEADLINE, RedisServer, Reply, Session, TestDatabase, TestServer, on_both,
};

const CHANNEL: &str = "profile-notifier";

/// Somebody outside who listens.
enum Outsider {
    Redis(PubSub),
    Postgres(PgListener),
}

impl Outsider {
    async fn of_redis(server: &RedisServer) -> Self {
        let client = redis::Client::open(server.url()).unwrap();
        let mut listener = client.get_async_pubsub().await.unwrap();
        listener.subscribe(CHANNEL).await.unwrap();
        Self::Redis(listener)
    }

    async fn of_postgres(database: &TestDatabase) -> Self {
        let mut listener = PgListener::connect(database.url()).await.unwrap();
        listener.listen(CHANNEL).await.unwrap();
        Self::Postgres(listener)
    }

    async fn hears(&mut self) -> Value {
        let text = timeout(DEADLINE, async {
            match self {
                Self::Redis(listener) => {
                    let message = listener.on_message().next().await.unwrap();
                    message.get_payload::<String>().unwrap()
                }
                Self::Postgres(listener) => listener.recv().await.unwrap().payload().to_owned(),
            }
        });
        serde_json::from_str(&text.await.expect("a message in time")).unwrap()
    }
}

async fn act(server: &TestServer, session: &Session, id: i64, verb: &str, body: Value) -> Reply {
    let path = format!("/api/v1/admin/users/{id}/{verb}");
    let method = if verb.ends_with("ban") {
        "PATCH"
    } else {
        "POST"
    };
    let reply = server
        .request(method, &path)
        .session(session)
        .json(body)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

/// Every way to a ban and to its end, and what changes nothing beside them.
async fn each_change_is_told_once(server: &TestServer, outsider: &mut Outsider) {
    let session = server.session(&server.super_admin().await).await;
    let (user, other, third) = (
        server.plain().await.id,
        server.plain().await.id,
        server.plain().await.id,
    );
    let spam = json!({ "banReason": "spam" });
    let reply = act(server, &session, user, "ban", spam.clone()).await;
    let mut answered = reply.json();
    let notes = answered.as_object_mut().unwrap().remove("notes");
    assert_eq!(notes, Some(json!([])), "the operator may read them");
    assert_eq!(
        outsider.hears().await,
        answered,
        "the user, as the operator is answered, but for the notes"
    );
    let read = server
        .get(&format!("/api/v1/admin/users/{user}"))
        .session(&session)
        .send()
        .await;
    assert_eq!(
        read.json()["isBanned"],
        true,
        "whoever asks now sees it (S004-22)"
    );

    // Twice the same, a suspension, and a refusal: nothing to tell.
    assert_eq!(
        act(server, &session, user, "ban", spam.clone())
            .await
            .json()["noop"],
        true
    );
    act(
        server,
        &session,
        third,
        "suspend",
        json!({ "reason": "spam" }),
    )
    .await;
    let path = "/api/v1/admin/users/4711000/ban";
    let refused = server
        .request("PATCH", path)
        .session(&session)
        .json(spam)
        .send()
        .await;
    assert_eq!(refused.status, 404);

    let wave = json!({ "userIds": [user, other, third], "banReason": "spam", "confirm": true, "durationHours": 1 });
    let reply = server
        .post("/api/v1/admin/users/bulk-ban")
        .session(&session)
        .json(wave)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let results = reply.json()["results"].as_array().unwrap().clone();
    let banned = results
        .iter()
        .filter(|result| result["outcome"] == "banned");
    let mut expected: Vec<_> = banned.map(|result| result["id"].clone()).collect();
    assert!(expected.contains(&json!(other)), "{results:?}");
    while !expected.is_empty() {
        let told = outsider.hears().await;
        assert_eq!(told["isBanned"], true);
        let place = expected.iter().position(|id| *id == told["id"]);
        expected.remove(place.expect("each of them once"));
    }

    server.advance(TimeDelta::hours(2));
    jobs::run_due(&server.services).await;
    let ended = "SELECT count(*) FROM ban_history WHERE action = 'auto_unban'";
    let ended = server.database.number(ended).await;
    assert!(ended > 0);
    for _ in 0..ended {
        assert_eq!(outsider.hears().await["isBanned"], false, "its time was up");
    }

    let session = server.session(&server.super_admin().await).await;
    act(server, &session, third, "unsuspend", json!({})).await;
    let last = act(
        server,
        &session,
        user,
        "unban",
        json!({ "banReason": "appeal" }),
    )
    .await;
    if last.json()["noop"] == true {
        act(
            server,
            &session,
            user,
            "ban",
            json!({ "banReason": "again" }),
        )
        .await;
    }
    let told = outsider.hears().await;
    assert_eq!(told["id"], user, "and nothing else in between");
}

on_both! {
    async fn s004_22_s004_23_a_ban_and_its_end_are_told_once_on_redis(database: TestDatabase) {
        let Some(redis) = RedisServer::start().await else { return };
        let mut outsider = Outsider::of_redis(&redis).await;
        let url = RedisUrl::new(redis.url());
        let server = TestServer::start_with(database, |config| config.redis.url = Some(url)).await;
        each_change_is_told_once(&server, &mut outsider).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_23_without_redis_a_ban_and_its_end_are_told_once_by_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let mut outsider = Outsider::of_postgres(&database).await;
    let server = TestServer::start(database).await;
    each_change_is_told_once(&server, &mut outsider).await;
}
