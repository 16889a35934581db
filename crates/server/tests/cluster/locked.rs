//! Whoever guesses a secret has one budget over four processes, on every way to a credential (P7): by Redis, by
//! PostgreSQL, and when Redis is killed meanwhile.

use quarterdeck_api::headers;
use quarterdeck_api::operation::RateGroup;
use quarterdeck_api::operations::SPECS;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::start;
use crate::harness::process::ServerProcess;
use crate::harness::{Account, Backend, PASSWORD, RedisServer, Request, TestDatabase, TestServer};

const PROCESSES: usize = 4;
/// The password before sign-in.
const GATE: &str = "open sesame";
/// Tries of each secret, all at once.
const TRIES: usize = 200;
/// Of these so many are judged in a minute.
const LIMIT: usize = 6;
/// Challenges that wrong codes answer, so that none of them is used up by itself.
const CHALLENGES: usize = 100;
/// Where challenges come from, so that nobody's budget pays for them.
const ELSEWHERE: &str = "203.0.113.7";

/// A wrong guess at a secret.
struct Guess {
    method: &'static str,
    path: &'static str,
    bodies: Vec<Value>,
    bearer: Option<String>,
    /// What whoever made it is told, where it is judged.
    verdict: &'static str,
}

impl Guess {
    fn of(path: &'static str, body: Value, verdict: &'static str) -> Self {
        Self {
            method: "POST",
            path,
            bodies: vec![body],
            bearer: None,
            verdict,
        }
    }

    fn request(&self, of: &Processes, turn: usize) -> Request {
        let process = &of.processes[turn % PROCESSES];
        let request = process.request(self.method, self.path);
        let request = request.header("cookie", &of.gate);
        let request = match &self.bearer {
            Some(token) => request.bearer(token).header("x-otp", "000000"),
            None => request,
        };
        request.json(self.bodies[turn % self.bodies.len()].clone())
    }
}

/// A wrong guess for every operation that takes guesses at a secret, and at the codes that writes take.
async fn guesses(server: &TestServer) -> Vec<(&'static str, Guess)> {
    let mut guesses = Vec::new();
    for spec in &SPECS {
        if spec.rate == RateGroup::SignIn {
            guesses.push((spec.id, guess(server, spec.id).await));
        }
    }
    let root = server.super_admin().await;
    let person = server.plain().await.id;
    let body = json!({ "userId": person, "role": "Risk" });
    let path = "/api/v1/admin/users/add-single-role";
    let coded = Guess {
        method: "PUT",
        bearer: Some(server.session(&root).await.access),
        ..Guess::of(path, body, "otp_invalid")
    };
    guesses.push(("X-OTP", coded));
    guesses
}

async fn guess(server: &TestServer, id: &str) -> Guess {
    match id {
        "sessions.pass_gate" => {
            let body = json!({ "password": "not the password" });
            Guess::of("/api/v1/admin/gate", body, "gate_password_wrong")
        }
        "sessions.sign_in" => {
            let ana = server.admin(&[]).await;
            let body = json!({ "email": ana.email, "password": "wrong horse battery" });
            Guess::of("/api/v1/auth/sign-in", body, "invalid_credentials")
        }
        "sessions.verify_mfa" => Guess {
            bodies: wrong_codes(server, &server.admin(&[]).await).await,
            ..Guess::of("/api/v1/auth/verify-2fa", Value::Null, "mfa_code_invalid")
        },
        "sessions.oidc" => {
            let body = json!({ "id_token": "eyJ.not.one" });
            Guess::of("/api/v1/auth/oidc", body, "token_invalid")
        }
        "sessions.first_login" => {
            let body = json!({ "token": "a".repeat(43), "newPassword": PASSWORD });
            Guess::of("/api/v1/auth/first-login", body, "token_invalid")
        }
        "sessions.confirm_mfa" => {
            let new = server
                .without_mfa(quarterdeck_api::role::Role::Admin, &[])
                .await;
            let session = server.session(&new).await;
            let enroll = server.post("/api/v1/auth/mfa/enroll").session(&session);
            assert_eq!(enroll.send().await.status, 200);
            let path = "/api/v1/auth/mfa/confirm";
            Guess {
                bearer: Some(session.access),
                ..Guess::of(path, json!({ "code": "000000" }), "mfa_code_invalid")
            }
        }
        "sessions.renew_recovery_codes" => Guess {
            bearer: Some(server.session(&server.admin(&[]).await).await.access),
            ..Guess::of("/api/v1/auth/mfa/recovery-codes", json!({}), "otp_invalid")
        },
        _ => panic!("{id} takes guesses at a secret: say here what a wrong one is"),
    }
}

async fn wrong_codes(server: &TestServer, account: &Account) -> Vec<Value> {
    let mut bodies = Vec::new();
    for _ in 0..CHALLENGES {
        let body = json!({ "email": account.email, "password": PASSWORD });
        let request = server.post("/api/v1/auth/sign-in").json(body);
        let reply = request.header("x-forwarded-for", ELSEWHERE).send().await;
        let challenge = reply.text_at("/token");
        bodies.push(json!({ "token": challenge, "mfaCode": "nonsense" }));
    }
    bodies
}

/// The processes, and what lets whoever has it pass the gate before sign-in.
struct Processes {
    processes: Vec<ServerProcess>,
    gate: String,
}

/// How many of many guesses at once are judged; all others are told to wait.
async fn judged(of: &Processes, guess: &Guess) -> usize {
    let mut tries = JoinSet::new();
    for turn in 0..TRIES {
        tries.spawn(guess.request(of, turn).send());
    }
    let replies = tries.join_all().await;
    let told: Vec<_> = replies.iter().map(|reply| reply.text_at("/code")).collect();
    let count = |code: &str| told.iter().filter(|told| *told == code).count();
    let (judged, refused) = (count(guess.verdict), count("rate_limited"));
    assert_eq!(judged + refused, TRIES, "{:?}", replies.last());
    judged
}

async fn started(database: &TestDatabase, redis: Option<&RedisServer>) -> Processes {
    let limit = LIMIT.to_string();
    let variables = [
        ("LIMITS_ALL_PER_MINUTE", "100000"),
        ("LIMITS_USERS_PER_MINUTE", "100000"),
        ("LIMITS_ADMINS_PER_MINUTE", "100000"),
        ("LIMITS_SIGN_IN_PER_MINUTE", limit.as_str()),
        ("LIMITS_ACCOUNT_FAILURES", limit.as_str()),
        ("PASSWORDS_QUEUE", "1000"),
        ("GATE_PASSWORD", GATE),
        ("OIDC_ISSUER", "http://127.0.0.1:9"),
        ("OIDC_CLIENT_ID", "quarterdeck"),
    ];
    let processes: Vec<_> = (0..PROCESSES)
        .map(|_| start(database, redis, &variables))
        .collect();
    let pass = processes[0].request("POST", "/api/v1/admin/gate");
    let passed = pass.json(json!({ "password": GATE })).send().await;
    let gate = format!("{}={}", headers::GATE_COOKIE, passed.text_at("/token"));
    Processes { processes, gate }
}

/// Another server on the same database, by which a test arranges.
async fn arranging(database: TestDatabase) -> TestServer {
    TestServer::start_with(database, |config| {
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

async fn no_more_than_over_one(server: &TestServer, processes: &Processes) {
    for (what, guess) in guesses(server).await {
        let judged = judged(processes, &guess).await;
        assert!((1..=LIMIT).contains(&judged), "{what}: {judged}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_over_four_processes_no_more_guesses_are_judged_than_over_one_by_redis() {
    let (Some(database), Some(redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    let server = arranging(database).await;
    let processes = started(&server.database, Some(&redis)).await;
    no_more_than_over_one(&server, &processes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_over_four_processes_no_more_guesses_are_judged_than_over_one_by_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = arranging(database).await;
    let processes = started(&server.database, None).await;
    no_more_than_over_one(&server, &processes).await;
}

/// Half a budget more, which whoever counts then cannot know to be used up, and what the database counts at no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_a_redis_that_is_killed_opens_no_budget_of_guesses() {
    let (Some(database), Some(mut redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    let server = arranging(database).await;
    let processes = started(&server.database, Some(&redis)).await;
    for (what, guess) in guesses(&server).await {
        let with_it = judged(&processes, &guess).await;
        redis.kill();
        let without_it = judged(&processes, &guess).await;
        let in_all = with_it + without_it;
        let is_counted_in_the_database = what == "sessions.verify_mfa";
        let more = if is_counted_in_the_database {
            0
        } else {
            LIMIT.div_ceil(2)
        };
        let most = LIMIT + more;
        assert!(
            (1..=most).contains(&in_all),
            "{what}: {with_it} and {without_it}"
        );
        redis.start_again().await;
    }
}
