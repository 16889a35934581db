//! Finding a person by any part of what is known of them, among more people than are looked through one by
//! one: the index of parts answers.

use quarterdeck_api::permission::Permission::{UserBan, UserView};
use quarterdeck_server::users::NewPerson;
use serde_json::{Value, json};

use super::{USERS, bring, get, ids, person};
use crate::harness::{Account, Backend, Reply, Session, TestServer, on_both};

const HOSTILE: &str = include_str!("../../../../tests/hostile.json");

/// More than a search walks through.
const OTHERS: i64 = 10_050;

/// Others who came after everybody else, so that they stand first in the list.
async fn add_others(server: &TestServer) {
    server
        .database
        .execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OTHERS}) \
         INSERT INTO users (email, email_key, display_name_key, created_at, updated_at) \
         SELECT 'filler' || i, 'filler' || i, 'other', u.updated_at, u.updated_at \
         FROM n, (SELECT max(updated_at) AS updated_at FROM users) AS u"
        ))
        .await;
}

/// Somebody who came before all of them.
fn early(server: &TestServer, mailbox: &str, name: &str, handle: Option<&str>) -> NewPerson {
    NewPerson {
        display_name: name.to_owned(),
        username: handle.map(str::to_owned),
        created_at: server.now() - chrono::TimeDelta::days(1),
        ..person(server, mailbox)
    }
}

struct Desk<'s> {
    server: &'s TestServer,
    session: Session,
}

impl<'s> Desk<'s> {
    async fn of(server: &'s TestServer) -> (Self, Account) {
        let ana = server.admin(&[UserView, UserBan]).await;
        let session = server.session(&ana).await;
        (Self { server, session }, ana)
    }

    async fn ask(&self, parameters: &[(&str, &str)]) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        get(self.server, &self.session, &format!("{USERS}?{query}")).await
    }

    async fn found(&self, name: &str, value: &str) -> Vec<i64> {
        let reply = self
            .ask(&[("take", "100"), ("sort", "created_at"), (name, value)])
            .await;
        assert_eq!(reply.status, 200, "{name}={value}: {}", reply.text);
        ids(&reply)
    }
}

/// What is searched of everybody, as the database has it.
async fn keys(server: &TestServer) -> Vec<(i64, [String; 4])> {
    let rows = server.database.texts(
        "SELECT CAST(id AS TEXT) || '\t' || email_key || '\t' || display_name_key || '\t' || \
         coalesce(username_key, '') || '\t' || coalesce(twitch_key, '') FROM users \
         ORDER BY created_at, id",
    );
    let split = |row: String| {
        let mut parts = row.split('\t').map(str::to_owned);
        let id = parts.next().unwrap().parse().unwrap();
        (id, std::array::from_fn(|_| parts.next().unwrap()))
    };
    rows.await.into_iter().map(split).collect()
}

/// What stands in the index, as its rows and pages are.
fn index(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SELECT quote(block) FROM user_search_data ORDER BY id",
        Backend::Postgres => "SELECT CAST(xmin AS TEXT) || text FROM user_search ORDER BY user_id",
    }
}

on_both! {
    async fn any_part_of_email_name_or_handle_finds_a_person(server: TestServer) {
        let (desk, _) = Desk::of(&server).await;
        let twitch = NewPerson { twitch_username: Some("QuietLive".to_owned()), ..early(&server, "guga", "Guga", None) };
        let zoe = bring(&server, early(&server, "Zoe.Marsh", "ÉLODIE Straße", Some("ΟΔΥΣΣΕΥΣ"))).await;
        let guga = bring(&server, twitch).await;
        let odd = bring(&server, early(&server, "o_%q", "\"quoted\" OR NEAR(*)", Some("a\\b[c]?"))).await;
        let chen = bring(&server, early(&server, "chen", "陳美玲", None)).await;
        add_others(&server).await;
        for (q, expected) in [
            ("e.MARSH", vec![zoe]), ("ARSH@people", vec![zoe]), ("lodie", vec![zoe]), ("ODIE STRASS", vec![]),
            ("odie straß", vec![zoe]), ("Δυσσε", vec![zoe]), ("elodie", vec![]), ("tlive", vec![guga]),
            ("美玲", vec![]), ("陳美玲", vec![chen]), ("_%q@", vec![odd]), ("_%Q", vec![odd]), ("o%q", vec![]),
            ("o__", vec![]), ("%%%", vec![]), ("***", vec![]), ("???", vec![]), ("\"quo", vec![odd]),
            ("ted\" or near(*)", vec![odd]), ("a\\b[c]?", vec![odd]), ("[c]", vec![odd]), ("b[c", vec![odd]),
            ("zoe.marsh@people.exampleguga", vec![]), ("example\nélodie", vec![]), ("lo", vec![]), ("él", vec![zoe]),
        ] {
            assert_eq!(desk.found("q", q).await, expected, "{q}");
        }
        for (filter, expected) in [
            ("*marsh*", vec![zoe]), ("*ODIE*", vec![zoe]), ("*.marsh@people.example", vec![zoe]), ("z*marsh*", vec![zoe]),
            ("o*marsh*", vec![]), ("*tlive*", vec![]), ("email:marsh", vec![zoe]), ("name:marsh", vec![]),
            ("name:lodie", vec![zoe]), ("name:lodie email:marsh", vec![zoe]), ("name:lodie email:guga", vec![]),
            ("email:marsh,guga", vec![zoe, guga]), ("email:marsh OR email:guga", vec![zoe, guga]),
            ("handle:\"[c]\"", vec![odd]), ("email:\"_%q\"", vec![odd]), ("name:陳美玲", vec![chen]), ("zoe* *marsh*", vec![zoe]),
            ("*people.example email!=guga@people.example -name:lodie *quoted*", vec![odd]),
            ("*marsh* status:banned", vec![]), ("*marsh* staff:yes", vec![]),
        ] {
            assert_eq!(desk.found("filter", filter).await, expected, "{filter}");
        }
        for local in ["marsh", "*ma*", "email:ma", "email:marsh,ma", "name:/lodie/", "~marsh"] {
            desk.ask(&[("filter", local)]).await.refused(400, "filter_local_only");
        }
        let reply = desk.ask(&[("q", "marsh")]).await.json();
        assert_eq!((&reply["total"], &reply["total_exact"]), (&json!(1), &json!(true)));
        let body = json!({ "search": "marsh", "sortBy": "email" });
        let all = server.post(&format!("{USERS}/all")).session(&desk.session).json(body).send().await;
        assert_eq!((ids(&all), &all.json()["total"]), (vec![zoe], &json!(1)));
        // It was the index that answered.
        server.database.execute(match server.database.backend {
            Backend::Sqlite => "INSERT INTO user_search (user_search) VALUES ('delete-all')",
            Backend::Postgres => "DELETE FROM user_search",
        }).await;
        for (parameter, value) in [("q", "marsh"), ("filter", "*marsh*"), ("filter", "email:marsh")] {
            assert_eq!(desk.found(parameter, value).await, [0; 0], "{value}");
        }
    }

    async fn the_index_answers_as_reading_everything_does(server: TestServer) {
        let (desk, ana) = Desk::of(&server).await;
        let hostile: Value = serde_json::from_str(HOSTILE).unwrap();
        let strings = hostile["strings"].as_array().unwrap().iter().filter_map(Value::as_str);
        let strings: Vec<_> = strings.filter(|text| text.chars().count() > 5 && !text.contains(['\0', '\t', '\n'])).collect();
        assert!(strings.len() > 100);
        for (number, text) in strings.iter().step_by(5).enumerate() {
            bring(&server, early(&server, &format!("h{number}"), text, Some(&format!("{number}{text}")))).await;
        }
        add_others(&server).await;
        // Renamed, and gone.
        server.database.execute(&format!(
            "UPDATE users SET display_name_key = 'renamed ' || id, username_key = NULL WHERE id % 7 = 0 AND id > {0} \
             AND email_key LIKE 'h%';
             DELETE FROM profiles WHERE user_id % 11 = 0 AND user_id > {0};
             DELETE FROM users WHERE id % 11 = 0 AND id > {0} AND email_key LIKE 'h%'", ana.id
        )).await;
        let keys = keys(&server).await;
        let parts = strings.iter().step_by(3).map(|text| {
            let letters: Vec<char> = text.trim().chars().collect();
            let begin = letters.len() / 4;
            letters[begin..(begin + 3 + letters.len() % 4).min(letters.len())].iter().collect::<String>()
        });
        let (mut some, mut none) = (0, 0);
        for part in parts.chain(["renamed".to_owned()]) {
            let lower = part.trim().to_lowercase();
            if lower.chars().count() < 3 || lower.starts_with('#') {
                continue;
            }
            let has = |(id, keys): &(i64, [String; 4])| keys.iter().any(|key| key.contains(&lower)).then_some(*id);
            let expected: Vec<i64> = keys.iter().filter_map(has).take(100).collect();
            assert_eq!(desk.found("q", &part).await, expected, "{part:?}");
            if expected.is_empty() { none += 1 } else { some += 1 }
        }
        assert!(some > 20 && none > 0, "{some} found, {none} not");
    }

    async fn a_part_that_is_common_first_and_rare_later_is_paged_without_a_gap(server: TestServer) {
        let (desk, _) = Desk::of(&server).await;
        let mut expected = Vec::new();
        for number in 0..3 {
            expected.push(bring(&server, early(&server, &format!("first.marsh{number}"), "x", None)).await);
        }
        add_others(&server).await;
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) \
             INSERT INTO users (email, email_key, display_name_key, created_at, updated_at) \
             SELECT 'marsh' || i, 'marsh' || i, 'last', u.updated_at, u.updated_at \
             FROM n, (SELECT max(updated_at) AS updated_at FROM users) AS u"
        ).await;
        let last = server.database.texts("SELECT CAST(id AS TEXT) FROM users WHERE display_name_key = 'last' ORDER BY id").await;
        expected.extend(last.iter().map(|id| id.parse::<i64>().unwrap()));
        expected.reverse();
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut parameters = vec![("q", "marsh"), ("take", "60")];
            parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = desk.ask(&parameters).await;
            let body = page.json();
            let total = (body["total"].as_u64().unwrap(), body["total_exact"].as_bool().unwrap());
            assert!([(150, false), (153, true)].contains(&total), "a floor, until the index is asked: {total:?}");
            seen.extend(ids(&page));
            let Some(next) = body["next_cursor"].as_str() else { break };
            cursor = Some(next.to_owned());
        }
        assert_eq!(seen, expected);
        assert_eq!(ids(&desk.ask(&[("q", "marsh"), ("take", "60"), ("page", "3")]).await), expected[120..]);
        let exact = desk.ask(&[("q", "marsh"), ("count", "exact")]).await.json();
        assert_eq!((&exact["total"], &exact["total_exact"]), (&json!(153), &json!(true)));
        let common = desk.ask(&[("q", "filler"), ("take", "100")]).await.json();
        assert_eq!((common["data"].as_array().unwrap().len(), &common["total_exact"]), (100, &json!(false)));
        assert!(common["total"].as_u64().unwrap() > 4_000, "{}", common["total"]);
        // Common, where something else is rare.
        server.database.execute(
            "INSERT INTO profiles (user_id, verified_at) SELECT id, created_at FROM users WHERE email_key = 'filler7'"
        ).await;
        let rare = desk.ask(&[("q", "filler"), ("verified", "true")]).await;
        assert_eq!((ids(&rare).len(), &rare.json()["data"][0]["email"]), (1, &json!("filler7")));
        let narrow = desk.ask(&[("q", "filler"), ("status", "banned")]).await.json();
        assert_eq!((&narrow["total"], &narrow["total_exact"]), (&json!(0), &json!(true)));
    }

    async fn only_what_is_searched_is_written_to_the_index(server: TestServer) {
        let (desk, _) = Desk::of(&server).await;
        let id = bring(&server, early(&server, "marsh", "Marsh", None)).await;
        let index = index(server.database.backend);
        let before = server.database.texts(index).await;
        let path = format!("{USERS}/{id}/ban");
        let ban = server.request("PATCH", &path).session(&desk.session).key("k").json(json!({ "banReason": "spam" }));
        assert_eq!(ban.send().await.status, 200);
        server.database.execute(&format!("UPDATE users SET email_key = email_key, last_login_at = updated_at WHERE id = {id}")).await;
        assert_eq!(server.database.texts(index).await, before, "a ban");
        server.database.execute(&format!("UPDATE users SET username_key = 'fresh' WHERE id = {id}")).await;
        assert_ne!(server.database.texts(index).await, before, "a handle");
    }

    async fn the_index_of_parts_is_asked_and_not_the_table_read(server: TestServer) {
        let mut connection = server.database.connect().await;
        match server.database.backend {
            Backend::Sqlite => {
                let plan = connection.plan(
                    "SELECT * FROM users WHERE id IN (SELECT rowid FROM user_search WHERE user_search MATCH '\"mar\" AND \"ars\"') \
                     AND email_key GLOB '*mars*' ORDER BY created_at DESC, id DESC LIMIT 26"
                ).await.join("\n");
                assert!(plan.contains("USING INTEGER PRIMARY KEY (rowid=?)") && plan.contains("VIRTUAL TABLE INDEX"), "{plan}");
            }
            Backend::Postgres => {
                connection.execute("SET enable_seqscan = off").await;
                let plan = connection.texts(
                    "EXPLAIN SELECT * FROM users WHERE id = ANY(ARRAY(SELECT user_id FROM user_search WHERE text LIKE '%mars%')) \
                     AND email_key LIKE '%mars%' ORDER BY created_at DESC, id DESC LIMIT 26"
                ).await.join("\n");
                assert!(plan.contains("user_search_trigrams") && plan.contains("users_pkey"), "{plan}");
            }
        }
        connection.close().await;
    }
}
