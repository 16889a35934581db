//! Finding a person by what is known of them.

use quarterdeck_api::permission::Permission::UserView;
use quarterdeck_server::users::NewPerson;

use super::{USERS, bring, crowd, get, ids, person};
use crate::harness::on_both;

on_both! {
    async fn by_email_name_or_handle_whatever_the_case(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let known = |mailbox: &str, name: &str, username: Option<&str>, twitch: Option<&str>| NewPerson {
            display_name: name.to_owned(),
            username: username.map(str::to_owned),
            twitch_username: twitch.map(str::to_owned),
            ..person(&server, mailbox)
        };
        let zoe = bring(&server, known("Zoe.M", "ÉLODIE Straße", Some("ΟΔΥΣΣΕΥΣ"), None)).await;
        let guga = bring(&server, known("guga", "İbrahim", None, Some("Guga_Live"))).await;
        let odd = bring(&server, known("o_%", "' OR 1=1 --", Some("a\\b"), None)).await;
        let han = bring(&server, known("chen", "陳美玲", None, Some("\u{10FFFF}x"))).await;
        let found = async |q: &str| {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
            ids(&get(&server, &session, &format!("{USERS}?sort=created_at&{query}")).await)
        };
        assert_eq!(found("zoe.m@PEOPLE").await, [zoe]);
        assert_eq!(found("élod").await, [zoe]);
        assert_eq!(found("Élodie stras").await, [0; 0], "ß is not ss");
        assert_eq!(found("Élodie straß").await, [zoe]);
        assert_eq!(found("οδυσσευ").await, [zoe]);
        assert_eq!(found("GUGA_l").await, [guga]);
        assert_eq!(found("guga").await, [guga], "once, though twice found");
        assert_eq!(found("İbra").await, [guga]);
        assert_eq!(found("o_%").await, [odd]);
        assert_eq!(found("%").await, [0; 0], "no wildcard");
        assert_eq!(found("' or 1").await, [odd]);
        assert_eq!(found("A\\").await, [odd]);
        assert_eq!(found("陳").await, [han]);
        assert_eq!(found("\u{10FFFF}").await, [han]);
        assert_eq!(found("lodie").await, [zoe], "any part of three letters");
        assert_eq!(found("lo").await, [0; 0], "of two, a beginning");
        assert_eq!(found(&format!("#{odd}")).await, [odd]);
        assert_eq!(found(&odd.to_string()).await, [0; 0], "an id is written with its sign");
        assert_eq!(found("#999").await, [0; 0]);
        assert_eq!(found("  guga ").await, [guga]);
    }

    async fn a_search_and_a_filter_both_hold(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let people = crowd(&server, 4).await;
        server.database.execute(&format!(
            "UPDATE users SET is_banned = TRUE WHERE id = {};
             UPDATE users SET deleted_at = created_at WHERE id = {}", people[1], people[3]
        )).await;
        let found = async |query: &str| ids(&get(&server, &session, &format!("{USERS}?sort=created_at&{query}")).await);
        assert_eq!(found("q=p00&status=banned").await, [people[1]]);
        assert_eq!(found("q=p00&status=active").await, [people[0], people[2]]);
        assert_eq!(found("q=p003&status=deleted").await, [people[3]]);
        assert_eq!(found("q=p003").await, [0; 0]);
        assert_eq!(found(&format!("q=%23{}", people[3])).await, [0; 0], "the id of one who is gone");
        assert_eq!(found(&format!("q=%23{}&status=deleted", people[3])).await, [people[3]]);
    }
}
