//! Admins: who holds staff roles and permissions, and what super-admins change about that (C-04, C-05).
//!
//! The guards are those of every act on an account; `users` has them. Promotion and demotion are there.

mod creation;
mod offboarding;
mod rules;
mod store;

use chrono::{DateTime, Utc};
use quarterdeck_api::admins::{
    AddSingleRole, AdminRow, AdminView, GetAdmin, ListAdmins, ListPermissions, ReplacePermissions,
    ReplaceRoles, RevokeSingleRole, SingleRoleRequest,
};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::{CatalogEntry, Permission, catalog};
use quarterdeck_api::problem::Code;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserView;
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::ConnectionTrait;
use serde_json::json;

pub use creation::create;
pub use offboarding::offboard;
use rules::{Change, Roles};
pub use store::marks_drifted;
use store::{By, Window};

use crate::chain::Entry;
use crate::db::paging::{Asked, Paging};
use crate::gate::{Answer, Call, Committed, Refusal};
use crate::users::{self, Verdict};

/// Lists everybody who holds a staff role, or one of the roles that were asked for (S001-06, S001-17).
pub async fn list(call: Call<ListAdmins>) -> Result<Answer<Page<AdminRow>>, Refusal> {
    let query = &call.query;
    let asked = Asked {
        page: query.page,
        take: query.take,
        ..Asked::default()
    };
    let paging: Paging<()> =
        Paging::of(asked, |_| None).map_err(|field| Refusal::invalid(vec![field]))?;
    let window = Window {
        roles: query.role.0.clone(),
        skip: paging.skip,
        limit: paging.limit(),
    };
    let connection = call.services.database.reads();
    let total = store::count(connection, &window).await?;
    let next = query.page.unwrap_or(1).saturating_add(1);
    let found = store::ids(connection, &window).await?;
    let (ids, next_cursor) = paging.finish(found, |_| next.to_string());
    let page = Page {
        data: store::rows(connection, &ids, call.services.clock.now()).await?,
        total,
        total_exact: true,
        next_cursor,
    };
    Ok(page.into())
}

/// Reads one account's rights, and who granted each.
pub async fn get(call: Call<GetAdmin>) -> Result<Answer<AdminView>, Refusal> {
    let now = call.services.clock.now();
    let view = rights(call.services.database.reads(), call.path, now).await?;
    Ok(view.into())
}

/// What an account may do, and who granted it.
///
/// # Errors
/// 404 where there is no such account; the database's.
pub async fn rights(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<AdminView, Refusal> {
    let mut rows = store::rows(connection, &[id], now).await?;
    Ok(AdminView {
        active_super_admins: users::active_super_admins(connection, now).await?.len() as u64,
        admin: rows.pop().ok_or_else(|| users::not_found(id))?,
        role_grants: store::role_grants(connection, id).await?,
        permission_grants: store::permission_grants(connection, id).await?,
    })
}

/// Lists the permission catalogue (S001-15).
pub async fn permissions(
    _call: Call<ListPermissions>,
) -> Result<Answer<Vec<CatalogEntry>>, Refusal> {
    Ok(catalog().into())
}

/// Replaces all roles of an account (S001-08).
pub async fn replace_roles(call: Call<ReplaceRoles>) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let wanted = Roles::Exactly(known(&body.roles, Code::UnknownRole)?);
    let act = RoleAct {
        id: call.path,
        expected_version: body.expected_version,
        wanted,
        code: AuditCode::RolesReplaced,
    };
    act.carry_out(&call).await
}

/// Gives an account one more role (S001-10).
pub async fn add_role(call: Call<AddSingleRole>) -> Result<Committed<UserView>, Refusal> {
    let role = single(&call.body)?;
    let act = RoleAct {
        id: named(&call, &call.body).await?,
        expected_version: call.body.expected_version,
        wanted: Roles::Add(role),
        code: AuditCode::RoleAdded,
    };
    act.carry_out(&call).await
}

/// Takes one role from an account (S001-11).
pub async fn revoke_role(call: Call<RevokeSingleRole>) -> Result<Committed<UserView>, Refusal> {
    let role = single(&call.body)?;
    let act = RoleAct {
        id: named(&call, &call.body).await?,
        expected_version: call.body.expected_version,
        wanted: Roles::Revoke(role),
        code: AuditCode::RoleRevoked,
    };
    act.carry_out(&call).await
}

/// A change of one account's roles.
struct RoleAct {
    id: UserId,
    expected_version: Option<i64>,
    wanted: Roles,
    code: AuditCode,
}

impl RoleAct {
    async fn carry_out<O: Operation>(
        &self,
        call: &Call<O>,
    ) -> Result<Committed<UserView>, Refusal> {
        let act = users::begin_on_staff(
            call,
            self.id,
            self.expected_version,
            |attempt, account, _| rules::change_roles(attempt, account, &self.wanted),
        )
        .await?;
        if act.verdict == Verdict::Noop {
            return users::unchanged(act.tx, self.id).await;
        }
        let tx = act.tx;
        let change = self.wanted.change(&act.account);
        let by = By {
            actor: tx.actor_id(),
            at: tx.now,
        };
        store::change_roles(tx.connection(), self.id, &change, by).await?;
        let details = json!({ "before": change.before, "after": change.after });
        let entry = Entry::new(self.code, "user", self.id.0).details(details);
        users::finish(tx, self.id, &[entry]).await
    }
}

/// Replaces all permission rows of an account (S001-09).
pub async fn replace_permissions(
    call: Call<ReplacePermissions>,
) -> Result<Committed<UserView>, Refusal> {
    let id = call.path;
    let wanted: Vec<Permission> = known(&call.body.permissions, Code::UnknownPermission)?;
    let seen = store::permissions(call.services.database.reads(), id).await?;
    let expected = call.body.expected_version;
    let act = users::begin_on_staff(&call, id, expected, |attempt, account, _| {
        rules::change_permissions(attempt, account, &seen, &wanted)
    })
    .await?;
    let tx = act.tx;
    // Whoever changes staff has the turn: what is held now stays so.
    let change = Change::of(&store::permissions(tx.connection(), id).await?, &wanted);
    if change.before == change.after {
        return users::unchanged(tx, id).await;
    }
    let by = By {
        actor: tx.actor_id(),
        at: tx.now,
    };
    store::change_permissions(tx.connection(), id, &change, by).await?;
    let details = json!({ "before": change.before, "after": change.after });
    let entry = Entry::new(AuditCode::PermissionsReplaced, "user", id.0).details(details);
    users::finish(tx, id, &[entry]).await
}

/// The values of a request, all of which have to be known.
fn known<T: Copy>(values: &[OpenEnum<T>], unknown: Code) -> Result<Vec<T>, Refusal> {
    let known = |value: &OpenEnum<T>| match value {
        OpenEnum::Known(value) => Ok(*value),
        OpenEnum::Unknown(text) => Err(Refusal::with_detail(
            unknown,
            format!("{}: {text}", unknown.title()),
        )),
    };
    values.iter().map(known).collect()
}

fn single(request: &SingleRoleRequest) -> Result<Role, Refusal> {
    let roles = known(std::slice::from_ref(&request.role), Code::UnknownRole)?;
    roles
        .first()
        .copied()
        .ok_or_else(|| Refusal::new(Code::UnknownRole))
}

/// The account that a request names by exactly one of handle and id (S001-35).
async fn named<O: Operation>(
    call: &Call<O>,
    request: &SingleRoleRequest,
) -> Result<UserId, Refusal> {
    match (request.user_id, request.twitch_username.as_deref()) {
        (Some(id), None) => Ok(id),
        (None, Some(handle)) => {
            let found = users::find_by_twitch(call.services.database.reads(), handle).await?;
            found.ok_or_else(|| {
                Refusal::with_detail(
                    Code::NotFound,
                    "there is no user with that Twitch handle; name the account by userId",
                )
            })
        }
        (Some(_), Some(_)) | (None, None) => Err(Refusal::invalid_field(
            "userId",
            "give either userId or twitchUsername, and not both",
        )),
    }
}
