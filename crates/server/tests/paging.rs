//! Pages of a list by each kind of sort key: no row is shown twice and none is left out.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::page::Count;
use quarterdeck_server::db::clock::from_micros;
use quarterdeck_server::db::cursor::{Cursor, Key, SortKey};
use quarterdeck_server::db::paging::{Asked, Direction, Paging};
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, Func};

use crate::harness::{TestServer, on_both};

/// A table with a text and with a time that can be missing.
mod account {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub email_key: String,
        pub last_login_at: Option<DateTime<Utc>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where an account stands that never signed in: before all others.
fn never() -> DateTime<Utc> {
    from_micros(0)
}

fn by_email(row: &account::Model) -> Key {
    Key::Text(row.email_key.clone())
}

fn by_last_login(row: &account::Model) -> Key {
    Key::Time(row.last_login_at.unwrap_or_else(never))
}

/// The ids of all pages, two rows a page.
async fn walk(
    server: &TestServer,
    sort: SortKey,
    expression: &Expr,
    key: fn(&account::Model) -> Key,
    direction: Direction,
) -> Vec<i64> {
    let reads = server.services.database.reads();
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let asked = Asked {
            take: Some(2),
            cursor: cursor.as_deref(),
            count: Some(Count::Exact),
            ..Asked::default()
        };
        let paging = Paging::of(asked, |text| sort.decode(text)).unwrap();
        let matching = account::Entity::find();
        let total = paging.total_of(reads, matching.clone()).await.unwrap();
        assert_eq!((total.rows, total.is_exact), (7, true));
        let selected = paging.select(matching, expression, account::Column::Id, direction);
        let rows = selected.all(reads).await.unwrap();
        let (rows, next) = paging.finish(rows, |row| {
            sort.encode(&Cursor {
                key: key(row),
                id: row.id,
            })
        });
        ids.extend(rows.iter().map(|row| row.id));
        match next {
            Some(next) => cursor = Some(next),
            None => return ids,
        }
    }
}

on_both! {
    async fn every_row_is_on_one_page_by_text_and_by_a_time_that_can_be_missing(server: TestServer) {
        let mut accounts = Vec::new();
        for _ in 0..7 {
            accounts.push(server.plain().await);
        }
        for (account, days) in [(1, 3), (2, 1), (4, 3), (5, 2)] {
            let at = server.now() - TimeDelta::days(days);
            let row = account::ActiveModel {
                id: sea_orm::ActiveValue::Unchanged(accounts[account].id),
                last_login_at: sea_orm::ActiveValue::Set(Some(at)),
                ..account::ActiveModel::default()
            };
            let tx = server.services.system_write("test").await.unwrap();
            account::Entity::update(row).exec(tx.connection()).await.unwrap();
            tx.commit().await.unwrap();
        }
        let ids = |order: [usize; 7]| order.map(|place| accounts[place].id).to_vec();
        let reversed = |ids: Vec<i64>| ids.into_iter().rev().collect::<Vec<_>>();

        let mut emails: Vec<_> = accounts.iter().map(|account| (account.email.clone(), account.id)).collect();
        emails.sort();
        let expected: Vec<_> = emails.into_iter().map(|(_, id)| id).collect();
        let (sort, email) = (SortKey::Text("email"), Expr::col(account::Column::EmailKey));
        assert_eq!(walk(&server, sort, &email, by_email, Direction::Ascending).await, expected);
        assert_eq!(walk(&server, sort, &email, by_email, Direction::Descending).await, reversed(expected));

        let expected = ids([0, 3, 6, 1, 4, 5, 2]);
        let last_login = [Expr::col(account::Column::LastLoginAt), Expr::val(never())];
        let (sort, last_login) = (SortKey::Time("last_seen"), Expr::from(Func::coalesce(last_login)));
        assert_eq!(walk(&server, sort, &last_login, by_last_login, Direction::Ascending).await, expected);
        assert_eq!(walk(&server, sort, &last_login, by_last_login, Direction::Descending).await, reversed(expected));
    }
}
