//! What is kept of what a person was told, for when they ask for it and when they leave.

use super::MailStatus;
use crate::{
    events::model::{Page, parse_cursor},
    id::UserId,
    job::Mail,
    server::{Result, state::AppState},
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
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// The mails to a person, newest first: `limit` of them from `cursor` on. Errors: `Invalid`.
pub async fn list_mails_of(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<KeptMail>> {
    let rows: Vec<KeptMail> = sqlx::query_as(
        "select id, cause, address, subject, status, created_at, ended_at from mails
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
