//! Putting events on sale, now or at a set time, and taking drafts back.

use super::manage::{ManagedRow, lock_managed};
use crate::{
    error::{Conflict, Error},
    events::{
        editing::checklist::{decide_publish, decide_schedule},
        model::EventStatus,
    },
    id::EventId,
    server::{Failure, Result, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Drafts whose time has come that are published in one round.
const DUE_MAX: i64 = 50;

/// Puts a draft on sale within its window. Doing it twice is fine. Errors: `NotFound`, also once cancelled.
pub async fn publish_event(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let mut conn = state.db.pool().acquire().await?;
    if publish(&mut conn, event_id, now).await? { Ok(()) } else { Err(Error::NotFound.into()) }
}

/// Puts a draft on sale in somebody's name, if nothing is missing. Doing it twice is fine.
///
/// Errors: `NotFound`, `EventCancelled`, and those of [`decide_publish`].
pub async fn publish_event_by(state: &AppState, actor: &Actor, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let row = lock_managed(&mut tx, event_id).await?;
    match row.event.status {
        EventStatus::Published => return Ok(()),
        EventStatus::Cancelled => return Err(Conflict::EventCancelled.into()),
        EventStatus::Draft => decide_publish(&row.facts(), now)?,
    }
    publish(&mut tx, event_id, now).await?;
    record_status(&mut tx, actor, ("event_published", event_id), json!({"status": "published"}), now).await?;
    tx.commit().await?;
    Ok(())
}

async fn publish(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<bool> {
    let published = sqlx::query(
        "update events set status = 'published', publish_at = null, publish_by = null, version = version + 1, updated_at = $2
         where id = $1 and status <> 'cancelled'",
    );
    let published = published.bind(event_id).bind(now).execute(conn).await?;
    Ok(published.rows_affected() == 1)
}

/// Makes a published event a draft again, in somebody's name. Assumes that nobody has places of it, nor can get any before the
/// transaction ends.
pub async fn unpublish(conn: &mut PgConnection, actor: &Actor, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let sql = "update events set status = 'draft', version = version + 1, updated_at = $2 where id = $1";
    sqlx::query(sql).bind(event_id).bind(now).execute(&mut *conn).await?;
    record_status(conn, actor, ("event_unpublished", event_id), json!({"status": "draft"}), now).await
}

async fn record_status(
    conn: &mut PgConnection,
    actor: &Actor,
    (action, event_id): (&'static str, EventId),
    after: Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = json!({"status": if action == "event_published" { "draft" } else { "published" }});
    record(conn, actor, Deed { action, event_id: Some(event_id), subject_id: None, before, after }, now).await
}

/// Sets when a draft is published by itself; without a time it isn't any more. Doing it twice is fine.
///
/// Errors: `NotFound`; `WrongEventState` for what is no draft; those of [`decide_schedule`].
pub async fn schedule_event(
    state: &AppState,
    actor: &Actor,
    (event_id, publish_at): (EventId, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let row = lock_managed(&mut tx, event_id).await?;
    if !row.is_draft() {
        return Err(Conflict::WrongEventState.into());
    }
    if row.publish_at == publish_at {
        return Ok(());
    }
    if let Some(publish_at) = publish_at {
        decide_schedule(&row.facts(), publish_at, now)?;
    }
    sqlx::query("update events set publish_at = $2, publish_by = $3, updated_at = $4 where id = $1")
        .bind(event_id)
        .bind(publish_at)
        .bind(publish_at.map(|_| actor.user_id))
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let action = if publish_at.is_some() { "event_scheduled" } else { "event_unscheduled" };
    let (before, after) = (json!({"publish_at": row.publish_at}), json!({"publish_at": publish_at}));
    record(&mut tx, actor, Deed { action, event_id: Some(event_id), subject_id: None, before, after }, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Publishes the drafts whose time has come, each once, and answers how many. One to which something is missing waits until it
/// is complete. Safe to run twice and in many processes at once.
pub async fn publish_scheduled(state: &AppState) -> Result<u64> {
    let now = state.clock.now_in(&mut *state.db.pool().acquire().await?).await?;
    let due: Vec<EventId> =
        sqlx::query_scalar("select id from events where publish_at <= $1 and sales_close_at > $1 and event_date > $1 order by publish_at limit $2")
            .bind(now)
            .bind(DUE_MAX)
            .fetch_all(state.db.pool())
            .await?;
    let mut published = 0;
    for event_id in due {
        match publish_due(state, event_id, now).await {
            Ok(is_done) => published += u64::from(is_done),
            // Somebody is changing it, or it isn't complete.
            Err(Failure::Passing(_) | Failure::Refused(_)) => {}
            // The others don't wait for it.
            Err(Failure::Unexpected(error)) => {
                tracing::error!(%event_id, error = format!("{error:#}"), "an event could not be published");
            }
        }
    }
    Ok(published)
}

async fn publish_due(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = state.db.begin().await?;
    let row: ManagedRow = lock_managed(&mut tx, event_id).await?;
    let (Some(publish_at), Some(user_id)) = (row.publish_at, row.publish_by) else { return Ok(false) };
    if publish_at > now {
        return Ok(false);
    }
    decide_publish(&row.facts(), now)?;
    publish(&mut tx, event_id, now).await?;
    let after = json!({"status": "published", "publish_at": publish_at});
    record_status(&mut tx, &Actor { user_id, address: None }, ("event_published", event_id), after, now).await?;
    tx.commit().await?;
    Ok(true)
}
