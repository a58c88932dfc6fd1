//! The links of mails made durable: asked for, given a secret when the mail is written, used once.

use crate::{
    error::Error,
    id::{TokenId, UserId},
    job::Mail,
    server::{Result, clock::new_id, jobs::enqueue, secret::Secret, state::AppState},
    users::{
        model::User,
        token::{COUNTED, Purpose, decide_send},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Asks for the mail of a link of this purpose, and ends those before it. The link has no secret until the mail is written
/// ([`write_link`]). Assumes a transaction that locks the person's row: `lock_person`.
///
/// Errors: `TooMany` when the person was sent enough within the hour; what they were sent stays good.
pub(super) async fn ask_for_link(
    conn: &mut PgConnection,
    user_id: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query("delete from account_tokens where user_id = $1 and expires_at <= $2 and created_at <= $3")
        .bind(user_id)
        .bind(now)
        .bind(now - COUNTED)
        .execute(&mut *conn)
        .await?;
    let asked_at: Vec<DateTime<Utc>> = sqlx::query_scalar(
        "select created_at from account_tokens where user_id = $1 and purpose = $2 and created_at > $3
         order by created_at",
    )
    .bind(user_id)
    .bind(purpose)
    .bind(now - COUNTED)
    .fetch_all(&mut *conn)
    .await?;
    decide_send(&asked_at, now)?;
    end_links(conn, user_id, purpose, now).await?;
    let token_id = TokenId(new_id());
    sqlx::query(
        "insert into account_tokens (id, user_id, purpose, expires_at, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(token_id)
    .bind(user_id)
    .bind(purpose)
    .bind(now + purpose.lasts())
    .bind(now)
    .execute(&mut *conn)
    .await?;
    enqueue(conn, &[Mail::Link { token_id }.into()], now).await
}

/// Ends what a person was sent for this purpose: none of it can be used any more.
pub(super) async fn end_links(
    conn: &mut PgConnection,
    user_id: UserId,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update account_tokens set expires_at = $3
         where user_id = $1 and purpose = $2 and used_at is null and expires_at > $3",
    )
    .bind(user_id)
    .bind(purpose)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// A link to be sent.
#[derive(Clone, Debug)]
pub struct Link {
    /// To whom.
    pub user: User,
    /// What for.
    pub purpose: Purpose,
    /// What makes it theirs alone.
    pub secret: Secret,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    #[sqlx(flatten)]
    user: User,
    purpose: Purpose,
}

/// Gives a link its secret, for the mail that carries it; none if the link or its person is over. The secret is made as late
/// as this so that it lies nowhere but in the mail. Done twice, only the last secret is good.
pub async fn write_link(state: &AppState, token_id: TokenId) -> Result<Option<Link>> {
    let secret = Secret::new()?;
    let row: Option<LinkRow> = sqlx::query_as(
        "update account_tokens set token_hash = $2 from users
         where account_tokens.id = $1 and used_at is null and expires_at > coalesce($3, clock_timestamp())
           and users.id = user_id and is_active
         returning users.id, email, first_name, last_name, is_admin, is_staff, is_guest, email_verified_at, unread_count,
                   users.created_at, purpose",
    )
    .bind(token_id)
    .bind(&secret.hash()[..])
    .bind(state.clock.fixed_now())
    .fetch_optional(state.db.pool())
    .await?;
    Ok(row.map(|LinkRow { user, purpose }| Link { user, purpose, secret }))
}

/// Whose link this is, as long as it can be used; this doesn't use it. Errors: `LinkOver`.
pub async fn check_link(state: &AppState, secret: &str, purpose: Purpose) -> Result<UserId> {
    let secret = Secret::parse(secret).ok_or(Error::LinkOver)?;
    let found = sqlx::query_scalar(
        "select user_id from account_tokens where token_hash = $1 and purpose = $2 and used_at is null
         and expires_at > coalesce($3, clock_timestamp())",
    )
    .bind(&secret.hash()[..])
    .bind(purpose)
    .bind(state.clock.fixed_now())
    .fetch_optional(state.db.pool())
    .await?;
    Ok(found.ok_or(Error::LinkOver)?)
}

/// Uses the link up: of many who try at once one succeeds. Errors: `LinkOver`.
pub(super) async fn use_link(
    conn: &mut PgConnection,
    secret: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<()> {
    let secret = Secret::parse(secret).ok_or(Error::LinkOver)?;
    let used = sqlx::query(
        "update account_tokens set used_at = $3
         where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
    )
    .bind(&secret.hash()[..])
    .bind(purpose)
    .bind(now)
    .execute(conn)
    .await?;
    if used.rows_affected() == 1 { Ok(()) } else { Err(Error::LinkOver.into()) }
}
