//! What was done through the dashboard.

use crate::{
    id::{EventId, UserId},
    server::{Result, state::AppState},
    staff::{
        admit::Actor,
        model::{LogFilter, Reach},
    },
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Its code: a noun and what was done to it, `event_published`.
    pub action: &'static str,
    /// To which event, or to something of it.
    pub event_id: Option<EventId>,
    /// To what exactly, where that isn't the event itself.
    pub subject_id: Option<Uuid>,
    /// The fields that changed, as they were: ids, numbers, what describes events; never an attendee's name or address.
    pub before: Value,
    /// The same fields as they are now, and the reason that was given.
    pub after: Value,
}

/// Writes down what was done, in the transaction that does it.
pub async fn record(tx: &mut PgConnection, actor: &Actor, deed: Deed, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "insert into staff_actions (actor_id, action, event_id, subject_id, before, after, address, created_at)
         values ($1, $2, $3, $4, $5, $6, $7::inet, $8)",
    )
    .bind(actor.user_id)
    .bind(deed.action)
    .bind(deed.event_id)
    .bind(deed.subject_id)
    .bind(deed.before)
    .bind(deed.after)
    .bind(actor.address.map(|address| address.to_string()))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// An entry of the log as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LogRow {
    /// Its place in the order of the log.
    pub number: i64,
    /// Who did it.
    pub actor_id: UserId,
    /// What.
    pub action: String,
    /// To which event, or to something of it.
    pub event_id: Option<EventId>,
    /// To what exactly.
    pub subject_id: Option<Uuid>,
    /// The fields that changed, as they were.
    pub before: Value,
    /// As they were afterwards.
    pub after: Value,
    /// From where.
    pub address: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What was done, the newest first: a page of what fits the query, among the events of `reach`. One more row than asked for
/// says that there are more.
pub async fn list_actions(state: &AppState, reach: &Reach, query: &LogFilter) -> Result<Vec<LogRow>> {
    let rows = sqlx::query_as(
        "select number, actor_id, action, event_id, subject_id, before, after, host(address) as address, created_at
         from staff_actions
         where ($1::uuid[] is null or event_id = any($1)) and ($2::uuid is null or event_id = $2)
           and ($3::uuid is null or actor_id = $3) and ($4 = '' or action = $4)
           and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)
           and ($7::bigint is null or number < $7)
         order by number desc limit $8",
    )
    .bind(reach.event_ids())
    .bind(query.event_id)
    .bind(query.actor_id)
    .bind(&query.action)
    .bind(query.from)
    .bind(query.to)
    .bind(query.before)
    .bind(query.limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    Ok(rows)
}

/// What was done to this one thing of an event, oldest first.
pub async fn list_deeds_about(conn: &mut PgConnection, event_id: EventId, subject_id: Uuid) -> Result<Vec<LogRow>> {
    let rows = sqlx::query_as(
        "select number, actor_id, action, event_id, subject_id, before, after, host(address) as address, created_at
         from staff_actions where event_id = $1 and subject_id = $2 order by number",
    );
    Ok(rows.bind(event_id).bind(subject_id).fetch_all(conn).await?)
}
