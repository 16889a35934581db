//! What the requests are about, read through the API.

use anyhow::{Result, ensure};
use quarterdeck_api::applications::{ApplicationStatus, ApplicationsQuery, ListApplications};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::operation::{Nothing, Operation};
use quarterdeck_api::page::{MAX_TAKE, Page};
use quarterdeck_api::reports::{ListReports, ReportStatus, ReportsQuery};
use quarterdeck_api::users::{ListUsers, UserStatus, UsersQuery};
use quarterdeck_client::{CallOptions, Client};

/// Pages of users that are read; each has 100. Each user is banned once, by one, by two, or by the limit.
const USER_PAGES: usize = 900;
/// Pages of applications; ten of them are a call that decides 1,000.
const APPLICATION_PAGES: usize = 160;
const REPORT_PAGES: usize = 60;

/// Ids and places in lists.
#[derive(Debug)]
pub(crate) struct Material {
    /// Active users, the newest first.
    pub(crate) users: Vec<i64>,
    /// Places in their list.
    pub(crate) user_cursors: Vec<String>,
    /// Applications that wait.
    pub(crate) applications: Vec<i64>,
    /// Places in the list of reports that wait.
    pub(crate) report_cursors: Vec<String>,
    /// Staff.
    pub(crate) operators: Vec<i64>,
}

impl Material {
    pub(crate) async fn gather(client: &Client) -> Result<Self> {
        let active = Some(AnyOf(vec![UserStatus::Active]));
        let (users, user_cursors) =
            pages::<ListUsers, _>(client, USER_PAGES, |cursor| UsersQuery {
                status: active.clone(),
                staff: Some(false),
                take: Some(MAX_TAKE),
                cursor,
                ..UsersQuery::default()
            })
            .await?;
        let waiting = Some(AnyOf(vec![ApplicationStatus::Pending]));
        let (applications, _) =
            pages::<ListApplications, _>(client, APPLICATION_PAGES, |cursor| ApplicationsQuery {
                status: waiting.clone(),
                take: Some(MAX_TAKE),
                cursor,
                ..ApplicationsQuery::default()
            })
            .await?;
        let pending = Some(AnyOf(vec![ReportStatus::Pending]));
        let (_, report_cursors) =
            pages::<ListReports, _>(client, REPORT_PAGES, |cursor| ReportsQuery {
                status: pending.clone(),
                take: Some(MAX_TAKE),
                cursor,
                ..ReportsQuery::default()
            })
            .await?;
        ensure!(
            !users.is_empty(),
            "there are no active users to measure with"
        );
        Ok(Self {
            users: users.iter().map(|row| row.id.0).collect(),
            user_cursors,
            applications: applications.iter().map(|row| row.id.0).collect(),
            report_cursors,
            operators: operators(client).await?,
        })
    }
}

/// Reads a list from its beginning, so many pages at most: its rows, and the places between pages.
async fn pages<O, R>(
    client: &Client,
    most: usize,
    query: impl Fn(Option<String>) -> O::Query,
) -> Result<(Vec<R>, Vec<String>)>
where
    O: Operation<Path = (), Body = Nothing, Reply = Page<R>>,
{
    let (mut rows, mut cursors) = (Vec::new(), Vec::<String>::new());
    for _ in 0..most {
        let query = query(cursors.last().cloned());
        let answer = client.call::<O>((), query, Nothing {}, CallOptions::default());
        let page = answer.await?.reply;
        rows.extend(page.data);
        let Some(cursor) = page.next_cursor else {
            break;
        };
        cursors.push(cursor);
    }
    Ok((rows, cursors))
}

async fn operators(client: &Client) -> Result<Vec<i64>> {
    let (staff, _) = pages::<ListUsers, _>(client, 1, |cursor| UsersQuery {
        staff: Some(true),
        take: Some(MAX_TAKE),
        cursor,
        ..UsersQuery::default()
    })
    .await?;
    Ok(staff.iter().map(|row| row.id.0).collect())
}
