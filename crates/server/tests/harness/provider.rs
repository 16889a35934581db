//! An OpenID provider on loopback: discovery, keys, the device flow, and tokens as the test wants them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use quarterdeck_server::config::{OidcOptions, ServerConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How the provider names the server.
pub const CLIENT_ID: &str = "quarterdeck";
/// What the server shows it.
pub const CLIENT_SECRET: &str = "a secret: of both";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// What a token says.
pub type Claims = serde_json::Map<String, Value>;

/// A key, and what is published of it.
pub struct SigningKey {
    /// Its name.
    pub id: String,
    /// What it signs by.
    pub algorithm: Algorithm,
    key: EncodingKey,
    /// What is published.
    pub jwk: Value,
}

impl SigningKey {
    /// A fresh key.
    pub fn new(id: &str, algorithm: Algorithm) -> Self {
        let key = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => rsa(KeySize::Rsa2048),
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().unwrap();
                EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            other => panic!("no keys for {other:?} here"),
        };
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&key, algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(id);
        jwk["use"] = json!("sig");
        Self {
            id: id.to_owned(),
            algorithm,
            key,
            jwk,
        }
    }

    /// A token that says so.
    pub fn token(&self, claims: &Claims) -> String {
        let head = json!({ "alg": self.algorithm, "kid": self.id, "typ": "JWT" });
        let claims = Value::Object(claims.clone());
        self.sign(&head.to_string(), &claims.to_string())
    }

    /// A token of any head and any claims, each as it is written.
    pub fn sign(&self, head: &str, claims: &str) -> String {
        sign(head, claims, &self.key, self.algorithm)
    }
}

fn rsa(size: KeySize) -> EncodingKey {
    let pair = aws_lc_rs::rsa::KeyPair::generate(size).unwrap();
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    EncodingKey::from_rsa_der(&pkcs1(der.as_ref()))
}

/// The key within PKCS#8: the library reads PKCS#1.
fn pkcs1(pkcs8: &[u8]) -> Vec<u8> {
    let begins = [0x04, 0x82];
    let place = pkcs8.windows(2).position(|two| two == begins).unwrap();
    pkcs8[place + 4..].to_vec()
}

/// A token of any head and claims, signed by any key.
pub fn sign(head: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let signed = format!("{}.{}", encode(head), encode(claims));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

#[derive(Default)]
struct State {
    published: Vec<Value>,
    asked: BTreeMap<String, u32>,
    is_away: bool,
    is_held: bool,
    says_it_is: Option<String>,
    device: Option<Value>,
    forms: Vec<(String, String)>,
}

/// A provider that runs until the process ends.
#[derive(Clone)]
pub struct Provider {
    /// Its address, which is its name.
    pub issuer: String,
    key: Arc<SigningKey>,
    state: Arc<Mutex<State>>,
}

impl Provider {
    /// One for all tests that ask no more than tokens of it.
    pub fn shared() -> Self {
        static SHARED: OnceLock<Provider> = OnceLock::new();
        SHARED.get_or_init(Self::start).clone()
    }

    /// One of this test alone.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (tell, told) = mpsc::channel();
        let served = Arc::clone(&state);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                let issuer = format!("http://{}", listener.local_addr().unwrap());
                tell.send(issuer.clone()).unwrap();
                serve(listener, &issuer, &served).await;
            });
        });
        let provider = Self {
            issuer: told.recv().unwrap(),
            key: Arc::new(SigningKey::new("first", Algorithm::ES256)),
            state,
        };
        provider.publish(vec![provider.key.jwk.clone()]);
        provider
    }

    /// Lets a server sign people in by it.
    pub fn of(&self, config: &mut ServerConfig) {
        config.oidc = OidcOptions {
            issuer: Some(self.issuer.clone()),
            client_id: Some(CLIENT_ID.to_owned()),
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..OidcOptions::default()
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What it publishes from now on.
    pub fn publish(&self, keys: Vec<Value>) {
        self.state().published = keys;
    }

    /// Whether it answers with nothing but failure.
    pub fn away(&self, is_away: bool) {
        self.state().is_away = is_away;
    }

    /// Whether it keeps everybody waiting.
    pub fn hold(&self, is_held: bool) {
        self.state().is_held = is_held;
    }

    /// Names itself otherwise from now on.
    pub fn say_it_is(&self, issuer: &str) {
        self.state().says_it_is = Some(issuer.to_owned());
    }

    /// What the next polls of the device flow are answered with.
    pub fn answer_polls(&self, answer: Value) {
        self.state().device = Some(answer);
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> u32 {
        self.state().asked.get(path).copied().unwrap_or(0)
    }

    /// The login and the body of the last form that was sent to it.
    pub fn last_form(&self) -> (String, String) {
        self.state().forms.last().cloned().unwrap()
    }

    /// A person's claims, good for ten minutes; each token is another.
    pub fn claims(&self, subject: &str, email: &str, now: DateTime<Utc>) -> Claims {
        let claims = json!({
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": subject,
            "email": email,
            "email_verified": true,
            "name": "Ana Bell",
            "iat": now.timestamp(),
            "exp": now.timestamp() + 600,
            "jti": NEXT.fetch_add(1, Ordering::Relaxed),
        });
        claims.as_object().unwrap().clone()
    }

    /// A token that says so.
    pub fn token(&self, claims: &Claims) -> String {
        self.key.token(claims)
    }

    /// A token of a person.
    pub fn token_of(&self, subject: &str, email: &str, now: DateTime<Utc>) -> String {
        self.token(&self.claims(subject, email, now))
    }

    /// A token of a person who showed a second factor.
    pub fn strong_token_of(&self, subject: &str, email: &str, now: DateTime<Utc>) -> String {
        let mut claims = self.claims(subject, email, now);
        claims.insert("amr".to_owned(), json!(["pwd", "mfa"]));
        self.token(&claims)
    }

    /// The key that it signs by.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }
}

async fn serve(listener: TcpListener, issuer: &str, state: &Arc<Mutex<State>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (issuer, state) = (issuer.to_owned(), Arc::clone(state));
        tokio::spawn(async move {
            let service =
                service_fn(move |request| answer(issuer.clone(), Arc::clone(&state), request));
            // A client that hangs up is gone.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    issuer: String,
    state: Arc<Mutex<State>>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = parts.uri.path().to_owned();
    *state.lock().unwrap().asked.entry(path.clone()).or_default() += 1;
    let is_held = || state.lock().unwrap().is_held;
    while is_held() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut state = state.lock().unwrap();
    let (status, document) = if state.is_away {
        (500, json!({}))
    } else {
        match path.as_str() {
            "/.well-known/openid-configuration" => {
                let name = state.says_it_is.clone().unwrap_or_else(|| issuer.clone());
                (200, places(&issuer, &name))
            }
            "/keys" => (200, json!({ "keys": state.published })),
            "/device" | "/token" => {
                let login = parts.headers.get("authorization");
                let login = login.map_or("", |login| login.to_str().unwrap()).to_owned();
                let form = String::from_utf8(body.to_vec()).unwrap();
                state.forms.push((login, form));
                flow(&state, &issuer, &path)
            }
            _ => (404, json!({})),
        }
    };
    let response = http::Response::builder()
        .status(status)
        .body(Full::from(document.to_string()));
    Ok(response.unwrap())
}

fn places(issuer: &str, name: &str) -> Value {
    json!({
        "issuer": name,
        "jwks_uri": format!("{issuer}/keys"),
        "token_endpoint": format!("{issuer}/token"),
        "device_authorization_endpoint": format!("{issuer}/device"),
    })
}

fn flow(state: &State, issuer: &str, path: &str) -> (u16, Value) {
    if path == "/device" {
        let begun = json!({
            "device_code": format!("a device code {}", NEXT.fetch_add(1, Ordering::Relaxed)),
            "user_code": "WDJB-MJHT",
            "verification_uri": format!("{issuer}/activate"),
            "verification_uri_complete": format!("{issuer}/activate?user_code=WDJB-MJHT"),
            "expires_in": 600,
            "interval": 2,
        });
        return (200, begun);
    }
    match &state.device {
        Some(answer) if answer.get("error").is_none() => (200, answer.clone()),
        Some(answer) => (400, answer.clone()),
        None => (400, json!({ "error": "authorization_pending" })),
    }
}
