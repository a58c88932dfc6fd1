//! What was delivered, and sending it again.

use crate::{
    error::Error,
    events::model::Page,
    id::{DeliveryId, EventId, WebhookId},
    server::{Result, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    webhooks::model::{Delivery, DeliveryStatus, KEPT, Try},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Deliveries removed by one statement.
const REMOVED_AT_ONCE: i64 = 5_000;

#[derive(sqlx::FromRow)]
struct Row {
    id: DeliveryId,
    change_id: Uuid,
    kind: String,
    subject_id: Uuid,
    sequence: i64,
    status: DeliveryStatus,
    attempts: i32,
    due_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct TryRow {
    delivery_id: DeliveryId,
    #[sqlx(flatten)]
    tried: Try,
}

/// The deliveries of a webhook with their tries, the newest first: `limit` of them from `before` on, of this status if one is named.
pub async fn list_deliveries(
    state: &AppState,
    (webhook_id, status): (WebhookId, Option<DeliveryStatus>),
    (before, limit): (Option<DeliveryId>, i64),
) -> Result<Page<Delivery>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, change_id, kind, subject_id, sequence, status, attempts, due_at, created_at, ended_at from webhook_deliveries
         where webhook_id = $1 and ($2::webhook_delivery_status is null or status = $2) and ($3::uuid is null or id < $3)
         order by id desc limit $4",
    )
    .bind(webhook_id)
    .bind(status)
    .bind(before)
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.id.to_string());
    let mut tries = list_tries(state, &items.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let delivery = |row: Row| Delivery {
        tries: tries.remove(&row.id).unwrap_or_default(),
        id: row.id,
        change_id: row.change_id,
        kind: row.kind,
        subject_id: row.subject_id,
        sequence: row.sequence,
        status: row.status,
        attempts: row.attempts,
        due_at: (row.status == DeliveryStatus::Waiting).then_some(row.due_at),
        created_at: row.created_at,
        ended_at: row.ended_at,
    };
    Ok(Page { items: items.into_iter().map(delivery).collect(), next_cursor })
}

async fn list_tries(state: &AppState, ids: &[DeliveryId]) -> Result<HashMap<DeliveryId, Vec<Try>>> {
    let rows: Vec<TryRow> = sqlx::query_as(
        "select delivery_id, status, error, answer, took_ms, created_at from webhook_tries where delivery_id = any($1) order by number",
    )
    .bind(ids)
    .fetch_all(state.db.pool())
    .await?;
    let mut tries: HashMap<DeliveryId, Vec<Try>> = HashMap::new();
    for row in rows {
        tries.entry(row.delivery_id).or_default().push(row.tried);
    }
    Ok(tries)
}

/// The webhook of a delivery and that one's event, none for one of all events; nothing where there is no such delivery.
pub(in crate::webhooks) async fn find_event_of_delivery(
    state: &AppState,
    delivery_id: DeliveryId,
) -> Result<Option<(WebhookId, Option<EventId>)>> {
    let sql =
        "select w.id, w.event_id from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.id = $1";
    Ok(sqlx::query_as(sql).bind(delivery_id).fetch_optional(state.db.pool()).await?)
}

/// Sends a delivery once more, under the same id, or at once where it waits. Errors: `NotFound`.
pub async fn replay(state: &AppState, actor: &Actor, delivery_id: DeliveryId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let replayed: Option<(WebhookId, Option<EventId>)> = sqlx::query_as(
        "update webhook_deliveries d set status = 'waiting', attempts = 0, begun_at = $2, due_at = $2, ended_at = null
         from webhooks w where d.id = $1 and w.id = d.webhook_id returning w.id, w.event_id",
    )
    .bind(delivery_id)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let (webhook_id, event_id) = replayed.ok_or(Error::NotFound)?;
    let deed = deed("delivery_replayed", (webhook_id, event_id), json!({"delivery_id": delivery_id}));
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends everything once more that was made at `since` or later and is not waiting anyhow, of this status if one is named. Answers
/// how many those are. Errors: `NotFound`.
pub async fn replay_all(
    state: &AppState,
    actor: &Actor,
    (webhook_id, event_id): (WebhookId, Option<EventId>),
    (since, status): (DateTime<Utc>, Option<DeliveryStatus>),
) -> Result<i64> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let replayed = sqlx::query(
        "update webhook_deliveries set status = 'waiting', attempts = 0, begun_at = $4, due_at = $4, ended_at = null
         where webhook_id = $1 and status <> 'waiting' and created_at >= $2
           and ($3::webhook_delivery_status is null or status = $3)",
    )
    .bind(webhook_id)
    .bind(since)
    .bind(status)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let count = i64::try_from(replayed.rows_affected()).unwrap_or(i64::MAX);
    let after = json!({"since": since, "status": status, "replayed_count": count});
    record(&mut tx, actor, deed("deliveries_replayed", (webhook_id, event_id), after), now).await?;
    tx.commit().await?;
    Ok(count)
}

fn deed(action: &'static str, (webhook_id, event_id): (WebhookId, Option<EventId>), after: Value) -> Deed {
    Deed { action, event_id, subject_id: Some(webhook_id.0), before: json!({}), after }
}

/// Removes what ended so long ago that nobody asks for it any more, and what waits for as long at a webhook that is stopped.
pub async fn forget_old(state: &AppState) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let count = forget_some(state).await?;
        forgotten += count;
        if count < REMOVED_AT_ONCE as u64 {
            return Ok(forgotten);
        }
    }
}

async fn forget_some(state: &AppState) -> Result<u64> {
    let forgotten = sqlx::query(
        "delete from webhook_deliveries where id in (
             select id from webhook_deliveries where ended_at < $1
             union all
             select d.id from webhook_deliveries d join webhooks w on w.id = d.webhook_id
             where w.stopped_at < $1 and d.status = 'waiting'
             limit $2)",
    );
    let forgotten = forgotten.bind(state.clock.now() - KEPT).bind(REMOVED_AT_ONCE);
    Ok(forgotten.execute(state.db.pool()).await?.rows_affected())
}
