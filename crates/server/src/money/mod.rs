//! Money: what people hold and moved. Read here; nothing writes it yet but the seeds.

mod rules;
mod store;

use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::{GetUserStats, UserStats};
use quarterdeck_api::problem::Code;
use sea_orm::ConnectionTrait;

use crate::gate::{Answer, Call, Refusal};

pub use store::{erase, of_user};

/// Reads the figures of a person.
pub async fn stats(call: Call<GetUserStats>) -> Result<Answer<UserStats>, Refusal> {
    let stats = stats_of(call.services.database.reads(), call.path).await?;
    Ok(stats.into())
}

/// The figures of a person.
///
/// # Errors
/// 404 where there is no such person; the database's.
pub async fn stats_of(connection: &impl ConnectionTrait, id: UserId) -> Result<UserStats, Refusal> {
    let sums = store::sums(connection, id).await?;
    let none = || Refusal::with_detail(Code::NotFound, format!("there is no user {id}"));
    sums.map(rules::figures).ok_or_else(none)
}
