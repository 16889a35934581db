//! What people hold and moved, and what super-admins set.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{self, UserExport, UserView};
use quarterdeck_api::users::MAX_BALANCE;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Account, Reply, Request, Session, TestServer, on_both};

/// A super-admin who sets balances, each with a code of its own.
struct Treasurer<'a> {
    server: &'a TestServer,
    account: Account,
    session: Session,
}

impl<'a> Treasurer<'a> {
    async fn of(server: &'a TestServer) -> Self {
        let account = server.super_admin().await;
        let session = server.session(&account).await;
        Self {
            server,
            account,
            session,
        }
    }

    fn request(&self, id: i64, body: Value) -> Request {
        self.server.advance(TimeDelta::seconds(30));
        let request = self
            .server
            .request("PUT", &format!("/admin/user/{id}/balance"));
        let code = self.account.code(self.server.now());
        request
            .session(&self.session)
            .header("x-otp", &code)
            .json(body)
    }

    async fn set(&self, id: i64, body: Value) -> Reply {
        self.request(id, body).send().await
    }
}

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR", "reason": "lost by our mistake" })
}

async fn wallet(server: &TestServer, id: i64) -> Vec<String> {
    let text = format!(
        "SELECT balance || ' ' || currency || ' v' || version FROM wallets WHERE user_id = {id}"
    );
    server.database.texts(&text).await
}

/// Kind, amount, actor and reason of what a person moved, in its order.
async fn moved(server: &TestServer, id: i64) -> Vec<String> {
    let text = format!(
        "SELECT kind || ' ' || amount || ' by ' || actor_id || ': ' || reason FROM transactions \
         WHERE user_id = {id} ORDER BY id"
    );
    server.database.texts(&text).await
}

on_both! {
    async fn s004_11_the_eleven_figures_of_a_person_by_the_seeds_own_route(server: TestServer) {
        let session = server.session(&server.admin(&[UserView, UserExport]).await).await;
        let (person, idle) = (server.plain().await.id, server.plain().await.id);
        let at = "'2026-09-01 07:00:00+00:00'";
        for statement in [
            format!("INSERT INTO wallets (user_id, balance, currency) VALUES ({person}, 1500, 'EUR')"),
            format!(
                "INSERT INTO transactions (user_id, kind, amount, won, reason, created_at) VALUES \
                 ({person}, 'deposit', 20000, FALSE, NULL, {at}), ({person}, 'bet', 5000, TRUE, NULL, {at}), \
                 ({person}, 'bet', 3001, FALSE, NULL, {at}), ({person}, 'bet', 2000, FALSE, NULL, {at}), \
                 ({person}, 'payout', 6000, FALSE, NULL, {at}), ({person}, 'withdraw', 4000, FALSE, NULL, {at}), \
                 ({person}, 'adjust', 77, FALSE, 'goodwill', {at}), ({idle}, 'adjust', 1, FALSE, NULL, {at})"
            ),
        ] {
            server.database.execute(&statement).await;
        }
        let stats = async |id: i64| server.get(&format!("/admin/user/{id}/full/stats")).session(&session).send().await;
        let expected = json!({
            "currency": "EUR", "balance": 1_500, "totalWagered": 10_001, "totalPayouts": 6_000, "totalDeposits": 20_000,
            "totalWithdraws": 4_000, "ltv": 14_500, "ggr": 4_001, "rtp": 0.5999, "avgBet": 3_334, "winRate": 0.3333,
            "netDeposit": 16_000, "totalLoss": 4_001,
        });
        stats(person).await.is(200, expected.clone());
        let drawer = server.get(&format!("/api/v1/admin/users/{person}/full")).session(&session).send().await.json();
        assert_eq!(drawer["stats"], expected);
        stats(idle).await.is(200, json!({
            "currency": "", "balance": 0, "totalWagered": 0, "totalPayouts": 0, "totalDeposits": 0, "totalWithdraws": 0,
            "ltv": 0, "ggr": 0, "rtp": 0.0, "avgBet": 0, "winRate": 0.0, "netDeposit": 0, "totalLoss": 0,
        }));
        stats(9_999).await.refused(404, "not_found");
        let bare = server.session(&server.admin(&[UserExport]).await).await;
        let denied = server.get(&format!("/admin/user/{person}/full/stats")).session(&bare).send().await;
        denied.refused(403, "permission_denied");
        let export = server.post(&format!("/api/v1/admin/users/{person}/export")).session(&session).send().await.json();
        let moved = export["transactions"].as_array().unwrap();
        assert_eq!((moved.len(), &moved[6]["reason"]), (7, &json!("goodwill")));
    }

    async fn s004_17_a_balance_is_set_and_the_difference_written_down_with_the_audit_row(server: TestServer) {
        let root = Treasurer::of(&server).await;
        let id = server.plain().await.id;
        let opened = root.set(id, euros(1_500)).await.json();
        assert_eq!(opened["balance"], json!({ "amount": 1_500, "currency": "EUR", "version": 1 }), "{opened}");
        let lowered = root.set(id, euros(200)).await.json();
        assert_eq!(lowered["balance"], json!({ "amount": 200, "currency": "EUR", "version": 2 }), "{lowered}");
        let read = server.get(&format!("/admin/user/{id}")).session(&root.session).send().await.json();
        assert_eq!(lowered, read);
        let by = root.account.id;
        let row = |amount: i64| format!("adjust {amount} by {by}: lost by our mistake");
        assert_eq!(moved(&server, id).await, [row(1_500), row(-1_300)]);
        let details = "SELECT details FROM admin_audit_log WHERE action_code = 'balance_set' ORDER BY seq";
        let details: Vec<Value> = server.database.texts(details).await.iter()
            .map(|text| serde_json::from_str(text).unwrap()).collect();
        let transactions = format!("SELECT CAST(id AS TEXT) FROM transactions WHERE user_id = {id} ORDER BY id");
        let transactions: Vec<i64> = server.database.texts(&transactions).await.iter().map(|id| id.parse().unwrap()).collect();
        let told = |before: i64, after: i64, transaction: i64| json!({ "balance": {
            "currency": "EUR", "before": before, "after": after, "transaction": transaction,
        } });
        assert_eq!(details, [told(0, 1_500, transactions[0]), told(1_500, 200, transactions[1])]);
        let tied = "SELECT count(*) FROM transactions t JOIN admin_audit_log l ON l.request_id = t.ref";
        assert_eq!(server.database.number(tied).await, 2);
    }

    async fn s004_17_the_same_balance_again_changes_nothing_and_a_repeat_under_its_key_is_answered_again(server: TestServer) {
        let root = Treasurer::of(&server).await;
        let id = server.plain().await.id;
        let request = root.request(id, euros(70)).key("once");
        let first = request.clone().send().await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(request.send().await.text, first.text);
        let noop = root.set(id, euros(70)).await.json();
        assert_eq!((&noop["noop"], &noop["balance"]["version"]), (&json!(true), &json!(1)));
        assert_eq!((moved(&server, id).await.len(), server.database.count("admin_audit_log").await), (1, 1));
        // Nothing is what a wallet may hold, and opening an empty one is a change.
        let other = server.plain().await.id;
        let opened = root.set(other, euros(0)).await.json();
        assert_eq!(opened["balance"]["amount"], 0);
        assert_eq!(wallet(&server, other).await, ["0 EUR v1"]);
    }

    async fn s004_17_what_cannot_be_set_is_refused_before_the_code_is_used_up(server: TestServer) {
        let root = Treasurer::of(&server).await;
        let id = server.plain().await.id;
        server.database.execute(&format!(
            "INSERT INTO wallets (user_id, balance, currency, version) VALUES ({id}, 1500, 'EUR', 4)"
        )).await;
        server.advance(TimeDelta::seconds(30));
        let code = root.account.code(server.now());
        let put = async |id: i64, body: Value| {
            let request = server.request("PUT", &format!("/api/v1/admin/users/{id}/balance"));
            request.session(&root.session).header("x-otp", &code).json(body).send().await
        };
        for (body, field) in [
            (json!({ "amount": -1, "currency": "EUR", "reason": "goodwill" }), "amount"),
            (json!({ "amount": MAX_BALANCE + 1, "currency": "EUR", "reason": "goodwill" }), "amount"),
            (json!({ "amount": 12.5, "currency": "EUR", "reason": "goodwill" }), "amount"),
            (json!({ "amount": "12", "currency": "EUR", "reason": "goodwill" }), "amount"),
            (json!({ "amount": 1e30, "currency": "EUR", "reason": "goodwill" }), "amount"),
            (json!({ "amount": 5, "currency": "euro", "reason": "goodwill" }), "currency"),
            (json!({ "amount": 5, "currency": "USD", "reason": "goodwill" }), "currency"),
            (json!({ "amount": 5, "currency": "EUR", "reason": "no" }), "reason"),
            (json!({ "amount": 5, "currency": "EUR" }), "reason"),
        ] {
            put(id, body).await.names_fields(&[field]);
        }
        let stale = json!({ "amount": 5, "currency": "EUR", "reason": "goodwill", "expectedVersion": 3 });
        let refused = put(id, stale).await.refused(409, "stale_version");
        assert_eq!((&refused["conflict"]["status"], &refused["conflict"]["version"]), (&json!("1500 EUR"), &json!(4)));
        put(9_999, euros(5)).await.refused(404, "not_found");
        put(root.account.id, euros(5)).await.refused(400, "cannot_target_self");
        assert_eq!(wallet(&server, id).await, ["1500 EUR v4"]);
        let seen = json!({ "amount": 5, "currency": "EUR", "reason": "goodwill", "expectedVersion": 4 });
        assert_eq!(put(id, seen).await.json()["balance"]["version"], 5);
    }

    async fn s004_17_s004_54_each_of_the_five_takes_a_super_admin_and_a_code(server: TestServer) {
        let root = Treasurer::of(&server).await;
        let admin = server.admin(Permission::ALL).await;
        let theirs = server.session(&admin).await;
        let target = server.admin(&[UserView]).await.id;
        let single = |role: &str| json!({ "userId": target, "role": role });
        for (path, body) in [
            (format!("{target}/balance"), euros(5)),
            (format!("{target}/roles"), json!({ "roles": ["Support"] })),
            (format!("{target}/permissions"), json!({ "permissions": ["user.ban"] })),
            ("add-single-role".to_owned(), single("Risk")),
            ("revoke-single-role".to_owned(), single("Support")),
        ] {
            let request = || server.request("PUT", &format!("/admin/user/{path}")).json(body.clone());
            server.advance(TimeDelta::seconds(30));
            let with_code = |account: &Account| account.code(server.now());
            let no_super_admin = request().session(&theirs).header("x-otp", &with_code(&admin));
            no_super_admin.send().await.refused(403, "superadmin_required");
            request().session(&root.session).send().await.refused(403, "otp_required");
            let ok = request().session(&root.session).header("x-otp", &with_code(&root.account)).send().await;
            assert_eq!((ok.status, ok.json().get("noop")), (200, None), "{path}: {}", ok.text);
        }
    }

    async fn s004_17_of_ten_who_saw_the_same_balance_one_sets_it(server: TestServer) {
        let id = server.plain().await.id;
        let mut requests = Vec::new();
        for amount in 1..=10 {
            let root = Treasurer::of(&server).await;
            let mut body = euros(amount);
            body["expectedVersion"] = json!(0);
            requests.push((root.account, root.session, body));
        }
        server.advance(TimeDelta::seconds(30));
        let mut puts = JoinSet::new();
        for (account, session, body) in requests {
            let request = server.request("PUT", &format!("/admin/user/{id}/balance")).session(&session);
            puts.spawn(request.header("x-otp", &account.code(server.now())).json(body).send());
        }
        let replies = puts.join_all().await;
        let statuses = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
        assert_eq!((statuses(200), statuses(409)), (1, 9));
        assert_eq!(moved(&server, id).await.len(), 1);
    }
}
