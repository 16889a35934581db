//! Tokens that must not be believed, and tokens that must (security.md P13).

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{server, sign_in};
use crate::harness::provider::{CLIENT_ID, SigningKey, sign};
use crate::harness::{Claims, Provider, TestServer, on_both};

/// Makes tokens out of parts.
struct Forge {
    provider: Provider,
    claims: Claims,
    now: i64,
}

impl Forge {
    fn new(provider: &Provider, server: &TestServer) -> Self {
        Self {
            provider: provider.clone(),
            claims: provider.claims("subject", "ana@acme.example", server.now()),
            now: server.now().timestamp(),
        }
    }

    fn head() -> Value {
        json!({ "alg": "ES256", "kid": "first", "typ": "JWT" })
    }

    fn text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// Signed as it should be, with one claim another; `null` stands there as it is.
    fn claiming(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims.insert(name.to_owned(), value);
        self.provider.token(&claims)
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.remove(name);
        self.provider.token(&claims)
    }

    /// Signed as it should be, with one part of the head another.
    fn headed(&self, name: &str, value: Value) -> String {
        let mut head = Self::head();
        head[name] = value;
        self.provider.key().sign(&head.to_string(), &self.text())
    }

    fn headless(&self, name: &str) -> String {
        let mut head = Self::head();
        head.as_object_mut().unwrap().remove(name);
        self.provider.key().sign(&head.to_string(), &self.text())
    }

    /// Signed as it should be, whatever the texts are.
    fn written(&self, head: &str, claims: &str) -> String {
        self.provider.key().sign(head, claims)
    }

    fn good(&self) -> String {
        self.provider.token(&self.claims)
    }

    /// The parts of a good token, put together otherwise.
    fn parted(&self, join: impl Fn(&str, &str, &str) -> String) -> String {
        let good = self.good();
        let parts: Vec<_> = good.split('.').collect();
        join(parts[0], parts[1], parts[2])
    }

    fn encoded(text: &str) -> String {
        data_encoding::BASE64URL_NOPAD.encode(text.as_bytes())
    }

    fn by_secret(&self, secret: &[u8]) -> String {
        let head = json!({ "alg": "HS256", "kid": "first", "typ": "JWT" });
        let key = EncodingKey::from_secret(secret);
        sign(&head.to_string(), &self.text(), &key, Algorithm::HS256)
    }
}

/// Values that no claim of that name may have.
fn wrong_values(forge: &Forge) -> Value {
    let (now, issuer) = (forge.now, &forge.provider.issuer);
    json!({
        "exp": [null, now.to_string(), true, [now + 600], {}, -1, 0, 1e30, i64::MAX, now - 60],
        "iat": [null, "1", now + 61, now - 86_400, -1e9],
        "nbf": [null, "0", false, now + 61, [now]],
        "iss": [null, "https://id.evil.example", format!("{issuer}/"), [issuer], issuer.to_uppercase(), ""],
        "aud": [null, "another", [], ["another"], {}, 1, "", [CLIENT_ID, "another"], [CLIENT_ID, 1],
            "quarterdeck2", "Quarterdeck"],
        "azp": ["another", null, 1],
        "sub": [null, "", 7, "s".repeat(256), "a\nb", "ä", ["subject"]],
        "amr": ["mfa", [1]],
        "email": [1, ["ana@acme.example"]],
        "email_verified": ["true", 1],
    })
}

fn wrong_claims(forge: &Forge) -> Vec<(String, String)> {
    let of = |claims: &str| forge.written(&Forge::head().to_string(), claims);
    let twice = |name: &str| {
        let text = forge.text();
        of(&text.replacen('{', &format!("{{\"{name}\":{},", forge.claims[name]), 1))
    };
    let mut all = Vec::new();
    for (name, values) in wrong_values(forge).as_object().unwrap() {
        for value in values.as_array().unwrap() {
            all.push((
                format!("{name} {value:.40}"),
                forge.claiming(name, value.clone()),
            ));
        }
    }
    all.extend(
        ["exp", "iat", "iss", "aud", "sub"].map(|name| (format!("no {name}"), forge.without(name))),
    );
    all.extend(["sub", "exp", "aud", "iss"].map(|name| (format!("{name} twice"), twice(name))));
    let texts = [
        "claims".to_owned(),
        "[]".to_owned(),
        format!("{} {{}}", forge.text()),
        format!("\u{feff}{}", forge.text()),
        String::new(),
    ];
    all.extend(texts.map(|text| (format!("claims {text:.20}"), of(&text))));
    all
}

fn wrong_heads(forge: &Forge) -> Vec<(&'static str, String)> {
    let stranger = SigningKey::new("first", Algorithm::ES256);
    let own_key = json!({ "alg": "ES256", "kid": "first", "jwk": stranger.jwk });
    let x = forge.provider.key().jwk["x"].as_str().unwrap().to_owned();
    let point = data_encoding::BASE64URL_NOPAD.decode(x.as_bytes()).unwrap();
    let jwk = forge.provider.key().jwk.to_string();
    let unsigned = |alg: &str| {
        let head = json!({ "alg": alg, "kid": "first" }).to_string();
        format!(
            "{}.{}.",
            Forge::encoded(&head),
            Forge::encoded(&forge.text())
        )
    };
    let twice = r#"{"alg":"ES256","alg":"none","kid":"first"}"#;
    let rsa = SigningKey::new("first", Algorithm::RS256);
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg NONE", unsigned("NONE")),
        ("alg missing", forge.headless("alg")),
        ("alg null", forge.headed("alg", json!(null))),
        ("alg in lower case", forge.headed("alg", json!("es256"))),
        ("alg of a list", forge.headed("alg", json!(["ES256"]))),
        ("alg twice", forge.written(twice, &forge.text())),
        ("alg of another curve", forge.headed("alg", json!("ES384"))),
        ("alg of another kind", forge.headed("alg", json!("RS256"))),
        ("alg of a secret", forge.headed("alg", json!("HS256"))),
        ("a secret that is the public point", forge.by_secret(&point)),
        (
            "a secret that is the published key",
            forge.by_secret(jwk.as_bytes()),
        ),
        (
            "a secret that is the client's",
            forge.by_secret(b"a secret: of both"),
        ),
        ("a secret that is empty", forge.by_secret(b"")),
        (
            "a key of its own",
            stranger.sign(&own_key.to_string(), &forge.text()),
        ),
        (
            "a key of its own, and the right one signed",
            forge.headed("jwk", stranger.jwk.clone()),
        ),
        (
            "another key of that name",
            stranger.sign(&Forge::head().to_string(), &forge.text()),
        ),
        (
            "an RSA key of that name",
            rsa.sign(
                &Forge::head().to_string().replace("ES", "RS"),
                &forge.text(),
            ),
        ),
        (
            "jku",
            forge.headed("jku", json!("https://id.evil.example/keys")),
        ),
        (
            "x5u",
            forge.headed("x5u", json!("https://id.evil.example/chain")),
        ),
        ("x5c", forge.headed("x5c", json!(["MIIB"]))),
        ("kid unknown", forge.headed("kid", json!("second"))),
        (
            "kid of a path",
            forge.headed("kid", json!("../../../../dev/null")),
        ),
        (
            "kid of a query",
            forge.headed("kid", json!("first' OR '1'='1")),
        ),
        ("kid of a list", forge.headed("kid", json!(["first"]))),
        (
            "typ of an access token",
            forge.headed("typ", json!("at+jwt")),
        ),
        (
            "typ of a logout token",
            forge.headed("typ", json!("logout+jwt")),
        ),
        ("typ of a proof", forge.headed("typ", json!("dpop+jwt"))),
        ("cty", forge.headed("cty", json!("JWT"))),
        ("crit", forge.headed("crit", json!(["exp"]))),
        ("crit of nothing", forge.headed("crit", json!([]))),
        ("crit of a draft", forge.headed("crit", json!(["b64"]))),
        ("zip", forge.headed("zip", json!("DEF"))),
        ("enc", forge.headed("enc", json!("A256GCM"))),
        ("no JSON", forge.written("head", &forge.text())),
        ("nothing", forge.written("", &forge.text())),
    ]
}

fn wrong_forms(forge: &Forge) -> Vec<(&'static str, String)> {
    let other = forge.claiming("sub", json!("another"));
    let others: Vec<_> = other.split('.').map(str::to_owned).collect();
    let zeros = data_encoding::BASE64URL_NOPAD.encode(&[0; 64]);
    let long = forge.claiming("name", json!("n".repeat(16 * 1024)));
    vec![
        ("no text", String::new()),
        ("dots", "..".to_owned()),
        (
            "two parts",
            forge.parted(|head, claims, _| format!("{head}.{claims}")),
        ),
        (
            "four parts",
            forge.parted(|head, claims, sign| format!("{head}.{claims}.{sign}.{sign}")),
        ),
        (
            "five parts",
            forge.parted(|head, claims, sign| format!("{head}.{claims}.{sign}.{sign}.{sign}")),
        ),
        (
            "a dot behind it",
            forge.parted(|head, claims, sign| format!("{head}.{claims}.{sign}.")),
        ),
        (
            "no signature",
            forge.parted(|head, claims, _| format!("{head}.{claims}.")),
        ),
        (
            "half a signature",
            forge.parted(|head, claims, sign| format!("{head}.{claims}.{}", &sign[..43])),
        ),
        (
            "a signature of zeros",
            forge.parted(|head, claims, _| format!("{head}.{claims}.{zeros}")),
        ),
        (
            "another token's signature",
            forge.parted(|head, claims, _| format!("{head}.{claims}.{}", others[2])),
        ),
        (
            "another token's claims",
            forge.parted(|head, _, sign| format!("{head}.{}.{sign}", others[1])),
        ),
        (
            "padding",
            forge.parted(|head, claims, sign| format!("{head}=.{claims}=.{sign}==")),
        ),
        (
            "a space before it",
            forge.parted(|head, claims, sign| format!("eyJ .{head}.{claims}.{sign}")),
        ),
        (
            "a line break in it",
            forge.parted(|head, claims, sign| format!("{head}.\n{claims}.{sign}")),
        ),
        (
            "the wrong alphabet",
            forge.parted(|head, claims, sign| format!("{head}.{claims}.+{}", &sign[1..])),
        ),
        ("longer than any", long),
    ]
}

/// Each signs in, and has a name of its own.
fn right(forge: &Forge, rsa: &[SigningKey]) -> Vec<(&'static str, String)> {
    let now = forge.now;
    let mut several = forge.claims.clone();
    several.insert("aud".to_owned(), json!([CLIENT_ID, "another"]));
    several.insert("azp".to_owned(), json!(CLIENT_ID));
    let mut all = vec![
        ("as usual", forge.good()),
        ("without typ", forge.headless("typ")),
        ("typ in lower case", forge.headed("typ", json!("jwt"))),
        (
            "one audience in a list",
            forge.claiming("aud", json!([CLIENT_ID])),
        ),
        (
            "several audiences and who asked",
            forge.provider.token(&several),
        ),
        (
            "one audience and who asked",
            forge.claiming("azp", json!(CLIENT_ID)),
        ),
        ("ended a moment ago", forge.claiming("exp", json!(now - 59))),
        ("begins in a moment", forge.claiming("nbf", json!(now + 59))),
        ("issued in a moment", forge.claiming("iat", json!(now + 59))),
        (
            "an end with a fraction",
            forge.claiming("exp", json!(599.5 + f64::from(i32::try_from(now).unwrap()))),
        ),
        (
            "a claim that nobody knows",
            forge.claiming("groups", json!([{ "a": [1] }])),
        ),
        (
            "a name of another script",
            forge.claiming("name", json!("アナ")),
        ),
        (
            "a name that is none here",
            forge.claiming("name", json!("\u{202e}\n")),
        ),
    ];
    let by = |key: &SigningKey| ("by a key of another kind", key.token(&forge.claims));
    all.extend(rsa.iter().map(by));
    all
}

on_both! {
    async fn p13_no_token_of_the_corpus_is_believed(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let forge = Forge::new(&provider, &server);
        let named = |(what, token): (&str, String)| (what.to_owned(), token);
        let mut corpus = wrong_claims(&forge);
        corpus.extend(wrong_heads(&forge).into_iter().map(named));
        corpus.extend(wrong_forms(&forge).into_iter().map(named));
        assert!(corpus.len() >= 110, "{}", corpus.len());
        for (what, token) in &corpus {
            let reply = sign_in(&server, token).await;
            assert_eq!((reply.status, reply.json()["code"].as_str()), (401, Some("token_invalid")), "{what}: {token}");
            if token.is_empty() || token.contains(['\n', ' ']) {
                continue;
            }
            let reply = server.get("/api/v1/auth/me").bearer(token).send().await;
            assert_eq!(reply.status, 401, "{what} as a credential: {token}");
        }
        assert_eq!(server.database.count("users").await, 0);
        assert_eq!(server.database.count("sessions").await, 0);
        assert_eq!(server.database.count("used_id_tokens").await, 0);
        assert_eq!(provider.asked("/keys"), 1, "no token made the server ask");
    }

    async fn p13_the_right_tokens_are_believed(database: TestDatabase) {
        let provider = Provider::start();
        let rsa = [
            SigningKey::new("rsa", Algorithm::RS256),
            SigningKey::new("pss", Algorithm::PS256),
            SigningKey::new("edwards", Algorithm::EdDSA),
        ];
        let mut published = vec![provider.key().jwk.clone()];
        published.extend(rsa.iter().map(|key| key.jwk.clone()));
        provider.publish(published);
        let server = server(database, &provider).await;
        let forge = Forge::new(&provider, &server);
        for (what, token) in right(&forge, &rsa) {
            let reply = sign_in(&server, &token).await;
            assert_eq!(reply.status, 200, "{what}: {}", reply.text);
        }
        assert_eq!(server.database.count("users").await, 1, "one person all the while");
    }
}
