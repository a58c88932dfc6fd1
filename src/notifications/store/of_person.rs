//! What is kept of what a person was told, for when they ask for it, when they leave, and when an account takes over
//! from a guest.

use super::MailStatus;
use crate::{
    events::model::{Page, parse_cursor},
    id::UserId,
    job::Mail,
    notifications::bounce::BounceKind,
    server::{Result, state::AppState},
    users,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// A mail to a person, as far as it is kept.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct KeptMail {
    id: Uuid,
    #[sqlx(json)]
    cause: Mail,
    address: Option<String>,
    subject: Option<String>,
    status: Option<MailStatus>,
    bounce: Option<BounceKind>,
    bounce_code: Option<String>,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// The mails to a person, newest first: `limit` of them from `cursor` on. Errors: `Invalid`.
pub async fn list_mails_of(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<KeptMail>> {
    let rows: Vec<KeptMail> = sqlx::query_as(
        "select id, cause, address, subject, status, bounce, bounce_code, created_at, ended_at from mails
         where user_id = $1 and ($2 is null or id < $2) order by id desc limit $3",
    )
    .bind(user_id)
    .bind(parse_cursor::<Uuid>(cursor)?)
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    Ok(Page::cut(rows, limit, |mail| mail.id.to_string()))
}

/// Forgets all that a person who leaves was told, and which mails they wanted. Nothing is told them again: there is nobody to
/// tell.
pub async fn forget_all_of(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    for delete in [
        "delete from notifications where user_id = $1",
        "delete from unwanted_mails where user_id = $1",
        "delete from mails where user_id = $1",
    ] {
        sqlx::query(delete).bind(user_id).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Makes what the first person was told the second's: it counts as unseen where it was not seen. Which mails they
/// wanted is the second's to say.
pub async fn claim_told(conn: &mut PgConnection, (from, to): (UserId, UserId)) -> Result<()> {
    sqlx::query("delete from unwanted_mails where user_id = $1").bind(from).execute(&mut *conn).await?;
    sqlx::query("update mails set user_id = $2 where user_id = $1").bind(from).bind(to).execute(&mut *conn).await?;
    let unread: i64 = sqlx::query_scalar(
        "with told as (update notifications set user_id = $2 where user_id = $1 returning read_at)
         select count(*) filter (where read_at is null) from told",
    )
    .bind(from)
    .bind(to)
    .fetch_one(&mut *conn)
    .await?;
    users::store::add_unread(conn, to, i32::try_from(unread).unwrap_or(i32::MAX)).await
}
