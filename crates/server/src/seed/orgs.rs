//! The organizations of the demo profile: one has a single owner, one has two.

use anyhow::Result;
use quarterdeck_api::ids::UserId;
use sea_orm::DatabaseTransaction;

use super::profile::SeedOptions;
use crate::orgs::{self, NewMember, NewOrg};

/// Brings them in.
pub async fn orgs(tx: &DatabaseTransaction, options: &SeedOptions, people: &[i64]) -> Result<()> {
    let [ana, ben, cem, dora, ..] = people else {
        return Ok(());
    };
    let member = |user: &i64, role| NewMember {
        user: UserId(*user),
        role,
    };
    let all = [
        (
            "Harbor Knitters",
            vec![member(ana, "owner"), member(cem, "member")],
        ),
        (
            "Night Shift Records",
            vec![
                member(ana, "owner"),
                member(ben, "owner"),
                member(dora, "viewer"),
            ],
        ),
    ];
    for (name, members) in &all {
        let new = NewOrg { name, members };
        orgs::insert(tx, &new, options.at).await?;
    }
    Ok(())
}
