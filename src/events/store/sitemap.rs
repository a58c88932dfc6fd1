//! Published events, as many as there are: what search engines are told to read.

use crate::{
    id::EventId,
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};

/// An event to come, and when it was last changed.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct EventToCome {
    /// Its id.
    pub id: EventId,
    /// When an admin last changed it.
    pub updated_at: DateTime<Utc>,
}

/// How many published events aren't over at `now`.
pub async fn count_events_to_come(state: &AppState, now: DateTime<Utc>) -> Result<i64> {
    let sql = "select count(*) from events where status = 'published' and ends_at > $1";
    Ok(sqlx::query_scalar(sql).bind(now).fetch_one(state.db.pool()).await?)
}

/// So many of the published events that aren't over at `now`, in the order of their ids, after the first `skipped` of them.
pub async fn list_events_to_come(
    state: &AppState,
    skipped: i64,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<EventToCome>> {
    let sql = "select id, updated_at from events where status = 'published' and ends_at > $1 \
               order by id offset $2 limit $3";
    Ok(sqlx::query_as(sql).bind(now).bind(skipped).bind(limit).fetch_all(state.db.pool()).await?)
}
