//! Who has which post.

use super::{Deed, record};
use crate::{
    error::Error,
    id::{EventId, UserId},
    server::{Result, state::AppState},
    staff::{
        admit::Actor,
        model::{Colleague, Permission, Post, Posts, Role},
    },
    users::store::{
        Contact, find_user, join_staff, leave_staff, list_admins, list_contacts, lock_leaving, require_active,
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// Posts of one place that are listed at most.
const COLLEAGUES_MAX: i64 = 500;

/// The posts of a person. Who is an admin of the site is its owner.
pub async fn list_posts(state: &AppState, user_id: UserId) -> Result<Posts> {
    let Some(user) = find_user(state, user_id).await? else { return Ok(Posts::default()) };
    let of_the_site = user.is_admin.then_some(Post { event_id: None, role: Role::Owner });
    if !user.is_staff {
        return Ok(Posts(of_the_site.into_iter().collect()));
    }
    let posts: Vec<Post> =
        sqlx::query_as("select event_id, role from staff where user_id = $1 order by event_id nulls first")
            .bind(user_id)
            .fetch_all(state.db.pool())
            .await?;
    Ok(Posts(of_the_site.into_iter().chain(posts).collect()))
}

/// Who has a post for this event, or, without one, for the whole site; the first there first. Admins of the site are among
/// its people, and their post can't be taken from here.
pub async fn list_colleagues(state: &AppState, event_id: Option<EventId>) -> Result<Vec<Colleague>> {
    let mut conn = state.db.pool().acquire().await?;
    let posts: Vec<(UserId, Role, DateTime<Utc>)> = sqlx::query_as(
        "select user_id, role, created_at from staff where event_id is not distinct from $1
         order by created_at, user_id limit $2",
    )
    .bind(event_id)
    .bind(COLLEAGUES_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<UserId> = posts.iter().map(|(user_id, ..)| *user_id).collect();
    let contacts = list_contacts(&mut conn, &ids).await?;
    let mut by_id: HashMap<UserId, Contact> = contacts.into_iter().map(|contact| (contact.id, contact)).collect();
    let admins = if event_id.is_none() { list_admins(&mut conn).await? } else { Vec::new() };
    let admins = admins.into_iter().map(|contact| colleague(contact, Role::Owner, None));
    let others = posts
        .into_iter()
        .filter_map(|(user_id, role, since)| Some(colleague(by_id.remove(&user_id)?, role, Some(since))));
    Ok(admins.chain(others).collect())
}

fn colleague(contact: Contact, role: Role, since: Option<DateTime<Utc>>) -> Colleague {
    let Contact { id: user_id, email, first_name, last_name } = contact;
    Colleague { user_id, name: format!("{first_name} {last_name}"), email, role, since }
}

/// Whose post it is, and where.
#[derive(Clone, Copy, Debug)]
pub struct PostKey {
    /// The person.
    pub user_id: UserId,
    /// The event; none for the whole site.
    pub event_id: Option<EventId>,
}

/// Gives somebody who has a post another role in the same place. Errors: `NotFound`.
pub async fn set_role(state: &AppState, actor: &Actor, key: PostKey, role: Role) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let before = find_role(&mut tx, key).await?.ok_or(Error::NotFound)?;
    sqlx::query("update staff set role = $3 where user_id = $1 and event_id is not distinct from $2")
        .bind(key.user_id)
        .bind(key.event_id)
        .bind(role)
        .execute(&mut *tx)
        .await?;
    let deed = deed_on(key, "role_changed", Some(before), Some(role));
    let now = state.clock.now_in(&mut tx).await?;
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes somebody's post away. Errors: `NotFound`.
pub async fn remove_staff(state: &AppState, actor: &Actor, key: PostKey) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let before = find_role(&mut tx, key).await?.ok_or(Error::NotFound)?;
    sqlx::query("delete from staff where user_id = $1 and event_id is not distinct from $2")
        .bind(key.user_id)
        .bind(key.event_id)
        .execute(&mut *tx)
        .await?;
    let has_more: bool = sqlx::query_scalar("select exists (select from staff where user_id = $1)")
        .bind(key.user_id)
        .fetch_one(&mut *tx)
        .await?;
    if !has_more {
        leave_staff(&mut tx, key.user_id).await?;
    }
    let now = state.clock.now_in(&mut tx).await?;
    record(&mut tx, actor, deed_on(key, "staff_removed", Some(before), None), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives somebody a post, in place of the one they have there. Errors: `SignInRequired` when the account is gone.
pub(super) async fn give_post(
    conn: &mut PgConnection,
    actor: &Actor,
    key: PostKey,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = find_role(conn, key).await?;
    require_active(conn, key.user_id).await?;
    sqlx::query(
        "insert into staff (user_id, event_id, role, created_at) values ($1, $2, $3, $4)
         on conflict on constraint staff_one_role_in_each_place do update set role = excluded.role",
    )
    .bind(key.user_id)
    .bind(key.event_id)
    .bind(role)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    join_staff(conn, key.user_id).await?;
    record(conn, actor, deed_on(key, "post_taken", before, Some(role)), now).await
}

/// Who may do this to the site as a whole.
pub async fn list_with(state: &AppState, permission: Permission) -> Result<Vec<UserId>> {
    let mut conn = state.db.pool().acquire().await?;
    let of_the_site = "select user_id from staff where event_id is null and role = any($1)";
    list_by(&mut conn, of_the_site, permission).await
}

/// Who may do this to the site as a whole or to some event.
pub async fn list_with_anywhere(conn: &mut PgConnection, permission: Permission) -> Result<Vec<UserId>> {
    list_by(conn, "select user_id from staff where role = any($1)", permission).await
}

/// Admins, and those who are found by the roles in which this may be done.
async fn list_by(conn: &mut PgConnection, sql: &'static str, permission: Permission) -> Result<Vec<UserId>> {
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| role.may(permission)).collect();
    let posts: Vec<UserId> = sqlx::query_scalar(sql).bind(&roles).fetch_all(&mut *conn).await?;
    let admins = list_admins(conn).await?.into_iter().map(|admin| admin.id);
    Ok(admins.chain(posts).collect::<BTreeSet<_>>().into_iter().collect())
}

/// Takes a person who leaves the site from all posts. Assumes their row is locked.
pub async fn remove_person(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    sqlx::query("delete from staff where user_id = $1").bind(user_id).execute(&mut *conn).await?;
    leave_staff(conn, user_id).await
}

/// The role somebody has there. Locks their row: whoever else changes their posts waits, so that `users.is_staff` is true
/// exactly where there is one.
async fn find_role(conn: &mut PgConnection, key: PostKey) -> Result<Option<Role>> {
    if !lock_leaving(conn, key.user_id).await? {
        return Ok(None);
    }
    let role = sqlx::query_scalar("select role from staff where user_id = $1 and event_id is not distinct from $2")
        .bind(key.user_id)
        .bind(key.event_id)
        .fetch_optional(conn)
        .await?;
    Ok(role)
}

fn deed_on(key: PostKey, action: &'static str, before: Option<Role>, after: Option<Role>) -> Deed {
    let PostKey { user_id, event_id } = key;
    let (before, after) = (json!({"role": before}), json!({"role": after}));
    Deed { action, event_id, subject_id: Some(user_id.0), before, after }
}
