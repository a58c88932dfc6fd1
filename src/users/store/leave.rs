//! What an account says of a person, and how it stops saying it.

use crate::{
    error::{Error, Problem},
    id::UserId,
    server::{Result, clock::new_id, state::AppState},
    users::{
        programs::{
            model::{ApiKey, ConnectedApp},
            store::{export_apps, export_keys, remove_programs},
        },
        token::Purpose,
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// Everything that is kept of an account but the password's hash.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct KeptUser {
    id: UserId,
    email: String,
    email_verified_at: Option<DateTime<Utc>>,
    first_name: String,
    last_name: String,
    is_admin: bool,
    is_guest: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[sqlx(skip)]
    links: Vec<KeptLink>,
    #[sqlx(skip)]
    apps: Vec<ConnectedApp>,
    #[sqlx(skip)]
    api_keys: Vec<ApiKey>,
}

/// A link that a person was sent, as far as it is kept.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct KeptLink {
    purpose: Purpose,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

/// All of a person's account. Errors: `SignInRequired` when it is gone.
pub async fn export_user(state: &AppState, user_id: UserId) -> Result<KeptUser> {
    let user: Option<KeptUser> = sqlx::query_as(
        "select id, email, email_verified_at, first_name, last_name, is_admin, is_guest, created_at, updated_at
         from users where id = $1 and is_active",
    )
    .bind(user_id)
    .fetch_optional(state.db.pool())
    .await?;
    let links = sqlx::query_as(
        "select purpose, created_at, expires_at, used_at from account_tokens where user_id = $1 order by created_at",
    )
    .bind(user_id)
    .fetch_all(state.db.pool())
    .await?;
    let (apps, api_keys) = (export_apps(state, user_id).await?, export_keys(state, user_id).await?);
    Ok(KeptUser { links, apps, api_keys, ..user.ok_or(Error::SignInRequired)? })
}

/// Lets a person leave only with their password; a guest, who has none, without. An account that is gone already
/// passes: leaving twice is fine.
///
/// Errors: `Invalid` on `password` when that is not it.
pub async fn check_leaving(state: &AppState, user_id: UserId, password: String) -> Result<()> {
    let sql = "select password_hash from users where id = $1 and is_active and not is_guest";
    let hash: Option<String> = sqlx::query_scalar(sql).bind(user_id).fetch_optional(state.db.pool()).await?;
    let is_gone = hash.is_none();
    if state.passwords.verify(password, hash).await? || is_gone {
        return Ok(());
    }
    Err(Error::invalid("password", Problem::WrongPassword).into())
}

/// Locks a person out of beginning anything: whoever books, joins a line or confirms for them waits for the end of the
/// transaction and finds them gone. Answers whether they are still there.
pub async fn lock_leaving(conn: &mut PgConnection, user_id: UserId) -> Result<bool> {
    let active: Option<bool> = sqlx::query_scalar("select is_active from users where id = $1 for update")
        .bind(user_id)
        .fetch_optional(conn)
        .await?;
    Ok(active == Some(true))
}

/// Takes the person out of the row, which stays for the books: the address becomes one that nobody has, so that theirs can
/// register anew. Assumes [`lock_leaving`].
pub async fn remove_person(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("delete from account_tokens where user_id = $1").bind(user_id).execute(&mut *conn).await?;
    sqlx::query("delete from guest_links where user_id = $1").bind(user_id).execute(&mut *conn).await?;
    remove_programs(conn, user_id).await?;
    erase(conn, user_id, now).await
}

/// Leaves of a person's row what the books need.
pub(super) async fn erase(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update users set email = $2, password_hash = '', first_name = '', last_name = '', is_admin = false,
             is_active = false, unread_count = 0, email_verified_at = null, deleted_at = $3, updated_at = $3
         where id = $1",
    )
    .bind(user_id)
    .bind(format!("{}@gone.invalid", new_id()))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
