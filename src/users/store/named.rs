//! People who were booked for before they made an account.

use crate::{
    error::{Error, Problem},
    id::UserId,
    server::{Result, secret::Secret, state::AppState},
    users::model::Profile,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A person as somebody else names them.
#[derive(Clone, Debug)]
pub struct NamedPerson {
    /// The address as it is stored.
    pub email: String,
    /// Their names; those of an account that has the address already stay.
    pub profile: Profile,
}

/// The account that has this address, if it is active. Errors: `Invalid` on `email` for one that was deactivated.
pub async fn find_by_email(state: &AppState, email: &str) -> Result<Option<UserId>> {
    let sql = "select id, is_active from users where email = $1 and not is_guest";
    let found: Option<(UserId, bool)> = sqlx::query_as(sql).bind(email).fetch_optional(state.db.pool()).await?;
    match found {
        Some((_, false)) => Err(Error::invalid("email", Problem::Unknown).into()),
        found => Ok(found.map(|(user_id, _)| user_id)),
    }
}

/// A password's hash that no password goes with: who reads the address's mail can choose one.
pub async fn unusable_password(state: &AppState) -> Result<String> {
    state.passwords.hash(Secret::new()?.text().to_owned()).await
}

/// Makes an account under this id, unless the address has got one meanwhile. Answers whose the address is.
pub async fn insert_person(
    conn: &mut PgConnection,
    user_id: UserId,
    (person, hash): (&NamedPerson, &str),
    now: DateTime<Utc>,
) -> Result<UserId> {
    sqlx::query(
        "insert into users (id, email, password_hash, first_name, last_name, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (email) where not is_guest do nothing",
    )
    .bind(user_id)
    .bind(&person.email)
    .bind(hash)
    .bind(&person.profile.first_name)
    .bind(&person.profile.last_name)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    Ok(sqlx::query_scalar("select id from users where email = $1 and not is_guest")
        .bind(&person.email)
        .fetch_one(conn)
        .await?)
}
