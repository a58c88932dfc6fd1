//! Codes that are given, and the limit for those that don't exist.

use crate::{
    discounts::model::{TRIES_COUNTED, TRIES_MAX, TRIES_OF_ADDRESS_MAX, decide_try},
    error::{CodeRefusal, Conflict},
    id::{CodeId, EventId, UserId},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use std::net::IpAddr;

/// Tries removed at once.
const REMOVED_AT_ONCE: i64 = 10_000;

/// A code that somebody gives.
#[derive(Clone, Debug)]
pub struct Guess {
    /// For which event.
    pub event_id: EventId,
    /// In capitals.
    pub code: String,
    /// Who.
    pub user_id: UserId,
    /// From where, where that is known.
    pub address: Option<IpAddr>,
}

/// The code that is meant. One that doesn't exist is noted, so that nobody finds one by trying.
///
/// Errors: `TooMany` once somebody has tried too many that don't exist, whatever they try now; `CodeRefused`.
pub async fn find_guessed(state: &AppState, guess: &Guess) -> Result<CodeId> {
    let mut tx = state.db.begin().await?;
    // Who tries many at once waits for the answer to each.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 4))")
        .bind(guess.user_id)
        .execute(&mut *tx)
        .await?;
    let now = state.clock.now_in(&mut tx).await?;
    let own: Vec<DateTime<Utc>> = sqlx::query_scalar(
        "select tried_at from discount_tries where user_id = $1 and tried_at > $2 order by tried_at",
    )
    .bind(guess.user_id)
    .bind(now - TRIES_COUNTED)
    .fetch_all(&mut *tx)
    .await?;
    decide_try(&own, TRIES_MAX, now)?;
    let address = guess.address.map(|address| address.to_string());
    let of_address: Vec<DateTime<Utc>> = sqlx::query_scalar(
        "select tried_at from discount_tries where address = $1::inet and tried_at > $2 order by tried_at",
    )
    .bind(&address)
    .bind(now - TRIES_COUNTED)
    .fetch_all(&mut *tx)
    .await?;
    decide_try(&of_address, TRIES_OF_ADDRESS_MAX, now)?;
    let found: Option<CodeId> = sqlx::query_scalar("select id from discount_codes where event_id = $1 and code = $2")
        .bind(guess.event_id)
        .bind(&guess.code)
        .fetch_optional(&mut *tx)
        .await?;
    if found.is_none() {
        sqlx::query("insert into discount_tries (user_id, address, tried_at) values ($1, $2::inet, $3)")
            .bind(guess.user_id)
            .bind(&address)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    found.ok_or_else(|| Conflict::CodeRefused { reason: CodeRefusal::Unknown }.into())
}

/// Removes tries that don't count any more, and says how many. Only tidies.
pub async fn remove_old_tries(state: &AppState) -> Result<u64> {
    let delete = "delete from discount_tries where ctid in (
                      select ctid from discount_tries where tried_at <= $1 limit $2 for update skip locked)";
    let delete = sqlx::query(delete).bind(state.clock.now() - TRIES_COUNTED).bind(REMOVED_AT_ONCE);
    Ok(delete.execute(state.db.pool()).await?.rows_affected())
}
