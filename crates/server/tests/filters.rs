//! The `filter` of every list: it selects the rows that the console selects of those that it has loaded.

use quarterdeck_api::filter::{Context, Filter, Listed, Me};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission::{
    ApplicationsApprove, ApplicationsView, AuditExport, AuditView, DataRequestsView, ReportsView,
    UserView, WithdrawalsView,
};
use quarterdeck_server::users::{self, NewPerson};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Session, TestServer, on_both};

const APPLICATIONS: &str = "/api/v1/admin/applications";
const REPORTS: &str = "/api/v1/admin/reports";
const DATA_REQUESTS: &str = "/api/v1/admin/data-requests";
const WITHDRAWALS: &str = "/api/v1/admin/payments/withdrawals";
const USERS: &str = "/api/v1/admin/users";
const AUDIT: &str = "/api/v1/admin/audit";

/// An operator before a list.
struct Desk<'s> {
    server: &'s TestServer,
    account: Account,
    session: Session,
    path: &'static str,
}

impl<'s> Desk<'s> {
    async fn before(server: &'s TestServer, path: &'static str) -> Self {
        let account = server
            .admin(&[
                ApplicationsView,
                ApplicationsApprove,
                ReportsView,
                DataRequestsView,
                WithdrawalsView,
                UserView,
                AuditView,
                AuditExport,
            ])
            .await;
        let session = server.session(&account).await;
        Self {
            server,
            account,
            session,
            path,
        }
    }

    async fn ask(&self, filter: &str) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("take", "100")
            .append_pair("filter", filter)
            .finish();
        let get = self.server.get(&format!("{}?{query}", self.path));
        get.session(&self.session).send().await
    }

    async fn page<L: DeserializeOwned>(&self, filter: &str) -> Page<L> {
        let reply = self.ask(filter).await;
        assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
        serde_json::from_str(&reply.text).unwrap()
    }

    /// Each filter selects some of all rows, the same ones at the server and of those that are loaded.
    async fn selects_the_same<L: Listed + DeserializeOwned>(
        &self,
        all: &str,
        id: impl Fn(&L) -> i64,
        filters: &[&str],
    ) {
        let context = Context {
            now: self.server.now(),
            me: Some(Me {
                id: UserId(self.account.id),
                email: self.account.email.clone(),
            }),
        };
        let rows = self.page::<L>(all).await.data;
        for text in filters {
            let filter =
                Filter::<L::Field>::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let passing = rows.iter().filter(|row| filter.passes(*row, &context));
            let local: Vec<i64> = passing.map(&id).collect();
            let page = self.page::<L>(text).await;
            let answered: Vec<i64> = page.data.iter().map(&id).collect();
            assert_eq!(answered, local, "{text}");
            assert_eq!(page.total, local.len() as u64, "{text}");
            let is_telling = !local.is_empty() && local.len() < rows.len();
            assert!(
                is_telling,
                "{text} selects {} of {}",
                local.len(),
                rows.len()
            );
        }
    }

    /// Each filter is one of loaded rows, whatever the server could answer of it.
    async fn is_local(&self, filters: &[(&str, usize)]) {
        for (text, column) in filters {
            let body = self.ask(text).await.refused(400, "filter_local_only");
            let field = &body["fields"][0];
            assert_eq!(field["name"], "filter", "{text}: {body}");
            let problem = field["problem"].as_str().unwrap();
            assert!(
                problem.starts_with(&format!("column {column}: ")),
                "{text}: {problem}"
            );
        }
    }
}

async fn bring(server: &TestServer, person: NewPerson) -> i64 {
    let tx = server.services.system_write("test").await.unwrap();
    let id = users::insert_person(tx.connection(), &person).await;
    tx.commit().await.unwrap();
    id.unwrap()
}

on_both! {
    async fn applications_are_selected_as_the_console_selects_them(server: TestServer) {
        let desk = Desk::before(&server, APPLICATIONS).await;
        server.applications(8).await;
        server.database.execute(
            "UPDATE applications SET status = 'ACTIVE' WHERE id = 1;
             UPDATE applications SET status = 'WAITLISTED' WHERE id = 2;
             UPDATE applications SET status = 'REJECTED' WHERE id = 3;
             UPDATE applications SET name = 'Zoë ÄPFEL' WHERE id = 4; \
             UPDATE application_search SET name_key = 'zoë äpfel' WHERE application_id = 4;
             UPDATE applications SET name = 'o_%''; --' WHERE id = 5; \
             UPDATE application_search SET name_key = 'o_%''; --' WHERE application_id = 5;
             UPDATE applications SET email = 'Anna@PEOPLE.example' WHERE id = 6; \
             UPDATE application_search SET email_key = 'anna@people.example' WHERE application_id = 6"
        ).await;
        desk.selects_the_same(
            "",
            |row: &quarterdeck_api::applications::ApplicationRow| row.id.0,
            &[
                "status:pend", "status=active,rejected", "!status:pending", "status:*ed", "-status:/^a/",
                "status:pending OR status:active", "is:new", "is:open", "is!=new", "#4", "-#4", "id:2..4,7",
                "id>6", "id!=1", "id:#3,#4", "zo*", "ZOË*", "o_%*", "-zo*",
                "name:ap*", "!name:ap*", "name=\"zoë äpfel\"", "name!=\"zoë äpfel\"",
                "name:ap* OR name=\"zoë äpfel\"", "!(name:ap* OR name:o*)",
                "email:anna*", "email=ANNA@people.example", "email!=anna@people.example", "age>3m", "age>=3m",
                "age<3m", "age<=3m", "age:2m..4m", "!age:2m..4m", "age:..5m", "created>2026-09-01T07:55",
                "created>=2026-09-01T07:55", "created<2026-09-01T07:55:00Z", "created:2026-09-01T07:55",
                "created:3m", "created:..2026-09-01T09:55:00+02:00", "status:pending age>2m name:a*",
            ],
        ).await;
        let all = |filter: &'static str| desk.page::<quarterdeck_api::applications::ApplicationRow>(filter);
        for everything in ["", "  ", "status:all", "created:today", "age<4294967295w", "id>0", "*"] {
            assert_eq!(all(everything).await.total, 8, "{everything}");
        }
        for nothing in ["#99", "age>4294967295w", "created:yesterday", "status:pending status:active"] {
            assert_eq!(all(nothing).await.total, 0, "{nothing}");
        }
        desk.is_local(&[
            ("zo", 1), ("id>1 *pfel", 6), ("~ap", 1), ("/ap/", 1), ("name:pfel", 6), ("name:/p/", 6),
            ("name:a*l", 6), ("by:me", 4), ("reason:none", 8), ("is:mine", 1), ("user:#1", 6),
            ("decided:today", 9), ("code=spam", 6), ("name:a* OR status:pending", 1), ("!(name:a* age>1m)", 3),
        ]).await;
    }

    async fn reports_are_selected_as_the_console_selects_them(server: TestServer) {
        let desk = Desk::before(&server, REPORTS).await;
        server.reports_about(&["zoe", "anna", "zoe", "bob", "zoe", "anna"]).await;
        server.database.execute(
            "UPDATE user_reports SET reason = 'Harassment', reason_key = 'harassment' WHERE id IN (2, 4);
             UPDATE user_reports SET status = 'resolved', reason_code = 'warned' WHERE id = 1;
             UPDATE user_reports SET status = 'dismissed', reason_code = 'duplicate' WHERE id = 6;
             UPDATE user_reports SET reporter_id = reported_user_id WHERE id = 5"
        ).await;
        let (zoe, reporter) = (server.person("zoe").await, server.person("reporter").await);
        let by_id = [
            format!("reported:#{zoe}"), format!("reported!={zoe}"), format!("user:#{zoe} reporter:#{reporter}"),
            format!("reported:#{zoe},anna*"), format!("reported:#{zoe} OR reported:bob*"),
            format!("-reporter:#{reporter}"),
        ];
        let mut filters: Vec<&str> = by_id.iter().map(String::as_str).collect();
        filters.extend([
            "status:pending", "is:new", "!status=resolved", "harass*", "zoe*", "-zoe*", "h*", "reason:h*",
            "reason=SPAM", "reason!=spam", "!reason:h*", "reported:ZO*", "reported=bob@people.example",
            "reporter:zoe*", "!reporter:reporter*", "reports>=3", "reports:2", "reports<3", "reports!=3",
            "reports:2..9", "code=warned", "code:DUP*", "!code=warned", "code=warned,duplicate", "age>3m", "age:1m..2m", "created>2026-09-01T07:57", "#3", "id:2..3",
        ]);
        desk.selects_the_same("", |row: &quarterdeck_api::reports::ReportRow| row.id.0, &filters).await;
        desk.is_local(&[
            ("zoe", 1), ("reported:zoe", 10), ("note:none", 6), ("is:mine", 1), ("decided:today", 9),
            ("reported:none", 10), ("code:none", 6), ("code:warned", 6),
        ]).await;
    }

    async fn data_requests_are_selected_as_the_console_selects_them(server: TestServer) {
        let desk = Desk::before(&server, DATA_REQUESTS).await;
        let days = chrono::TimeDelta::days;
        server.data_request(0, server.now() - days(31), None).await;
        server.data_request(1, server.now() - days(29), None).await;
        server.data_request(2, server.now() - days(2), None).await;
        server.data_request(3, server.now(), Some(server.now() - days(1))).await;
        server.data_request(4, server.now(), Some(server.now() + days(2))).await;
        server.database.execute(
            "UPDATE data_requests SET kind = 'deletion' WHERE id IN (2, 4);
             UPDATE data_requests SET status = 'completed' WHERE id = 1;
             UPDATE data_requests SET status = 'failed', error = 'Who?', reason_code = 'identity' WHERE id = 5"
        ).await;
        let id = server.database.number("SELECT user_id FROM data_requests WHERE id = 3").await;
        let by_id = [format!("user:#{id}"), format!("user!=#{id}"), format!("user:{id},asker-1*")];
        let mut filters: Vec<&str> = by_id.iter().map(String::as_str).collect();
        filters.extend([
            "status:pending", "-is:new", "kind:del", "kind!=deletion", "overdue:yes", "overdue:no",
            "!overdue:yes", "is:overdue", "due<3d", "due:3d", "due>1d", "due>=2d", "due<2026-09-01",
            "due:2026-09-03", "due:2026-09-03..", "!due<3d", "asker-1*", "-asker-1*", "user:ASKER-1*",
            "user=asker-2@people.example", "user!=asker-2@people.example", "code=identity", "!code:id*", "#2", "id<3", "kind:deletion status:pending",
        ]);
        desk.selects_the_same("", |row: &quarterdeck_api::data_requests::DataRequestRow| row.id.0, &filters).await;
        desk.is_local(&[
            ("asker", 1), ("age>2d", 5), ("created:today", 9), ("has:error", 1), ("by:me", 4), ("updated:1h", 9),
            ("reason:identity", 8),
        ]).await;
    }

    async fn withdrawals_are_selected_as_the_console_selects_them(server: TestServer) {
        let desk = Desk::before(&server, WITHDRAWALS).await;
        let now = server.now();
        let mut people = Vec::new();
        for (number, (amount, hours)) in [(500, 90), (2_000, 50), (2_000, 20), (70_000, 3), (99, 0)].into_iter().enumerate() {
            let person = server.plain().await.id;
            server.database.execute(&format!(
                "UPDATE users SET email = 'payee-{number}@people.example', email_key = 'payee-{number}@people.example' \
                 WHERE id = {person}"
            )).await;
            server.withdrawal(person, amount, now - chrono::TimeDelta::hours(hours)).await;
            people.push(person);
        }
        let (me, other) = (desk.account.id, server.admin(&[]).await.id);
        server.database.execute(&format!(
            "UPDATE withdrawals SET status = 'rejected', decided_at = requested_at, decided_by = {me}, reason = 'No', \
             reason_code = 'details' WHERE id = 1;
             UPDATE withdrawals SET status = 'rejected', decided_at = requested_at, decided_by = {other}, \
             reason = 'Not yet', reason_code = 'review' WHERE id = 2"
        )).await;
        let email = server.database.texts(&format!("SELECT email FROM users WHERE id = {other}")).await.remove(0);
        let own = [
            format!("user:#{}", people[2]), format!("user!=#{}", people[2]), format!("by:#{other}"), format!("by!=#{other}"),
            format!("by={email}"), format!("!by={email}"), format!("user:#{},payee-1*", people[2]),
        ];
        let mut filters: Vec<&str> = own.iter().map(String::as_str).collect();
        filters.extend([
            "status:pending", "-is:new", "status:rej", "amount>=2000", "amount=2000", "amount<500", "amount:500..2000",
            "!amount>500", "age>2d", "age<1d", "!age>2d", "requested:today", "requested:2h", "created<2026-08-30",
            "by:me", "is:mine", "!by:me", "payee-1*", "-payee-1*", "user:PAYEE-1*", "user=payee-2@people.example",
            "code=details", "code:re*", "!code=details", "#2", "id<3", "status:rejected by:me",
        ]);
        desk.selects_the_same("", |row: &quarterdeck_api::withdrawals::WithdrawalRow| row.id.0, &filters).await;
        desk.is_local(&[
            ("payee", 1), ("currency=EUR", 10), ("decided:today", 9), ("has:reason", 1), ("reason:yet", 8), ("by:none", 4),
        ]).await;
    }

    async fn users_are_selected_as_the_console_selects_them(server: TestServer) {
        let desk = Desk::before(&server, USERS).await;
        let minutes = chrono::TimeDelta::minutes;
        let known = |number: i64, mailbox: &str, name: &str, username: Option<&str>| NewPerson {
            email: format!("{mailbox}@people.example"),
            display_name: name.to_owned(),
            username: username.map(str::to_owned),
            created_at: server.now() - minutes(10 * number),
            ..NewPerson::default()
        };
        let mut ids = Vec::new();
        for person in [
            known(1, "zoe", "Élodie STRASSE", Some("Zed")),
            known(2, "guga", "Guga", None),
            known(3, "chen", "陳美玲", Some("zoomer")),
            known(4, "odd", "o_%", None),
            known(5, "gone", "Gone", None),
            known(6, "anon", "Anon", Some("anon")),
        ] {
            ids.push(bring(&server, person).await);
        }
        let verified = NewPerson {
            verified: Some((server.now(), desk.account.id)),
            ..known(7, "vera", "Vera", None)
        };
        bring(&server, verified).await;
        server.database.execute(&format!(
            "UPDATE users SET is_banned = TRUE, banned_at = created_at, ban_reason_code = 'spam' WHERE id = {};
             UPDATE users SET suspended_at = created_at WHERE id = {};
             UPDATE users SET is_banned = TRUE, ban_expires_at = created_at WHERE id = {};
             UPDATE users SET deleted_at = created_at WHERE id = {};
             UPDATE users SET anonymized_at = created_at, deleted_at = created_at WHERE id = {}",
            ids[0], ids[1], ids[3], ids[4], ids[5],
        )).await;
        let by_id = [format!("#{}", ids[2]), format!("id:{}..{}", ids[0], ids[2]), format!("-#{}", ids[2])];
        let by_id: Vec<String> = by_id.iter().map(|text| format!("{text} status:all")).collect();
        let mut filters: Vec<&str> = by_id.iter().map(String::as_str).collect();
        filters.extend([
            "status:banned", "status:banned,suspended", "status:active", "status:deleted,anonymized",
            "!status:banned", "is:banned", "is:suspended OR is:deleted", "!(is:banned OR is:active)",
            "status:banned zo*", "status:all zo*", "status:all -zo*", "status:all guga* -status:active",
            "status:all email:zo*", "status:all email!=zoe@people.example", "status:all name:él*",
            "status:all !name:él*", "status:all handle:zo*", "status:all !handle:zo*", "status:all handle=ZED",
            "status:all handle!=zed", "status:all *oe@*", "status:all -*oe@*", "*oomer", "z*people*ple",
            "status:all email:oe@", "status:all !email:OE@", "status:all email:oe@,gug", "name:lodie", "handle:oom", "status:all !handle:oom",
            "status:all *people* -*oe@*", "status:all role:Admin", "status:all !role:Adm", "status:all staff:yes",
            "status:all is:staff", "status:all staff:no", "status:all verified:yes", "status:all -is:verified",
            "status:all code=spam", "status:all !code=SPAM", "status:all code:s*", "status:all age>25m", "status:all age:20m..40m", "status:all created>=2026-09-01T07:30",
        ]);
        desk.selects_the_same(
            "status:all",
            |row: &quarterdeck_api::users::UserRow| row.id.0,
            &filters,
        ).await;
        // Unless where accounts stand is spoken of, those who are gone are left out.
        let total = async |filter: &str| desk.page::<Value>(filter).await.total;
        assert_eq!(total("status:all").await - total("").await, 2);
        assert_eq!((total("gone*").await, total("gone* status:all").await), (0, 1));
        desk.is_local(&[
            ("zoe", 1), ("*oe*", 1), ("z*e", 1), ("reports>1", 9), ("seen:none", 6), ("name:oe", 6), ("updated:today", 9), ("reason:spam", 8), ("has:handle", 1),
        ]).await;
    }

    async fn the_audit_log_is_selected_as_the_console_selects_it(server: TestServer) {
        let desk = Desk::before(&server, AUDIT).await;
        let other = Desk::before(&server, AUDIT).await;
        let ids = server.applications(4).await;
        for (who, action, ids) in [
            (&desk, "approve", &ids[..1]),
            (&other, "approve", &ids[1..3]),
            (&desk, "approve", &ids[3..]),
        ] {
            let body = json!({ "action": action, "ids": ids });
            let post = server.post("/api/v1/admin/bulk-applications").session(&who.session);
            assert_eq!(post.json(body).send().await.status, 200);
            server.advance(chrono::TimeDelta::minutes(1));
        }
        let job = quarterdeck_server::chain::Entry::new(
            quarterdeck_api::audit::AuditCode::UserUnbanned, "user", 7,
        );
        let tx = server.services.system_write("test").await.unwrap();
        let actor = quarterdeck_server::chain::Actor::SYSTEM;
        let scope = quarterdeck_server::chain::PLATFORM;
        let appended = quarterdeck_server::chain::append(
            tx.connection(), scope, &actor, &[job], "r", server.now(),
        ).await;
        appended.unwrap();
        tx.commit().await.unwrap();
        let (me, them) = (&desk.account, &other.account);
        let by_id = [
            format!("by:#{}", me.id), format!("by!=#{}", me.id), format!("by={}", them.email.to_uppercase()),
            format!("!by={}", them.email), format!("by:{},#{}", them.id, me.id),
            format!("on:application#{}", ids[0]), format!("!on:application#{}", ids[0]),
        ];
        let mut filters: Vec<&str> = by_id.iter().map(String::as_str).collect();
        filters.extend([
            "by:me", "is:mine", "!by:me", "action:application", "action=bulk_approve", "action!=bulk_approve",
            "action:bulk,user", "on:user", "on:application", "-on:application", "target:#7", "on:7,report",
            "#2", "id:2..3",
            "date>2026-09-01T08:00", "date:..2026-09-01T08:01", "date:2m", "age>=2m", "age<2m", "by:me action:app",
            "request=r", "request=R", "!request=r",
        ]);
        let bulk = desk.page::<quarterdeck_api::audit::AuditRow>("action=bulk_approve").await.data.remove(0);
        let same_request = format!("request={}", bulk.request_id);
        filters.push(&same_request);
        desk.selects_the_same("", |row: &quarterdeck_api::audit::AuditRow| row.seq, &filters).await;
        desk.is_local(&[
            ("approve", 1), ("approve*", 1), ("by:kim", 4), ("by:kim*", 4), ("how:human", 5), ("details:x", 9),
            ("request:r", 9), ("by:none", 4),
        ]).await;
    }

    async fn what_is_wrong_in_a_filter_is_named_with_its_column(server: TestServer) {
        let desk = Desk::before(&server, APPLICATIONS).await;
        let body = desk.ask("age>2d stauts:PENDING").await.names_fields(&["filter"]);
        assert_eq!(body["fields"][0]["problem"], "column 8: no filter `stauts`; did you mean `status`?");
        for wrong in ["status:done", "(", "age:2d", "a\0b", "sort:name", "sort:age sort:age"] {
            desk.ask(wrong).await.names_fields(&["filter"]);
        }
        // Before the column, all is as the operator wrote it.
        let body = desk.ask("zoë").await.refused(400, "filter_local_only");
        assert_eq!(
            body["detail"],
            "filter: column 1: `zoë` filters loaded rows only; write the beginning with a star: ana*"
        );
    }

    async fn a_filter_can_ask_for_an_order(server: TestServer) {
        let desk = Desk::before(&server, APPLICATIONS).await;
        let oldest_first = server.applications(3).await;
        let newest_first: Vec<i64> = oldest_first.iter().rev().copied().collect();
        let ids = async |filter: &str| -> Vec<i64> {
            let rows = desk.page::<Value>(filter).await.data;
            rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
        };
        for (filter, expected) in [
            ("", &oldest_first),
            ("sort:age-", &oldest_first),
            ("sort:age", &newest_first),
            ("status:pending sort:created-", &newest_first),
        ] {
            assert_eq!(&ids(filter).await, expected, "{filter}");
        }
        let twice = format!("{APPLICATIONS}?filter=sort:age&sort=submitted_at");
        server.get(&twice).session(&desk.session).send().await.names_fields(&["sort"]);
        // A cursor goes on in the order that the filter asks for.
        let first = server.get(&format!("{APPLICATIONS}?filter=sort:age&take=2")).session(&desk.session).send().await;
        let cursor = first.text_at("/next_cursor");
        let next = format!("{APPLICATIONS}?filter=sort:age&take=2&cursor={cursor}");
        let next = server.get(&next).session(&desk.session).send().await.json();
        assert_eq!(next["data"][0]["id"], newest_first[2]);
    }

    async fn an_export_takes_the_filter_and_the_log_keeps_nobody_s_name(server: TestServer) {
        let desk = Desk::before(&server, AUDIT).await;
        let ids = server.applications(1).await;
        let body = json!({ "action": "approve", "ids": ids });
        server.post("/api/v1/admin/bulk-applications").session(&desk.session).json(body).send().await;
        let export = async |filter: &str| {
            let body = json!({ "filter": filter });
            server.post("/api/v1/admin/audit/export").session(&desk.session).json(body).send().await
        };
        let text = "on:application !by=somebody@private.example";
        let reply = export(text).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.json()["extract"]["filter"], json!({ "filter": text }));
        assert_eq!(reply.json()["extract"]["rows"], 1);
        let kept = server.database.texts(
            "SELECT details FROM admin_audit_log WHERE action_code = 'audit_exported'"
        ).await;
        assert!(kept[0].contains("on:... !by=..."), "{kept:?}");
        assert!(!kept[0].contains("private"), "{kept:?}");
        export("by:kim").await.refused(400, "filter_local_only");
        export("nobody:x").await.names_fields(&["filter"]);
    }
}
