//! What is to be told to whom: made from the two logs, by one process at a time.

use super::changes::{ACTION_ID, ACTION_SEQUENCE, ENTRY_SEQUENCE, IS_TOLD};
use crate::{
    error::Error,
    id::{DeliveryId, WebhookId},
    server::{Result, clock::new_id, settled::find_settled, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    webhooks::model::{Change, TEST},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Deliveries written in one transaction.
const WRITTEN_MAX: i64 = 500;

/// Something to be told to one webhook.
#[derive(Debug, sqlx::FromRow)]
struct New {
    webhook_id: WebhookId,
    change_id: Uuid,
    kind: String,
    subject_id: Uuid,
    sequence: i64,
    number: i64,
}

/// Makes the deliveries about what has happened since the last time, and answers how many rows of the logs it read. Safe to call
/// from many processes at once: one works, the others answer 0. What is told is settled: nothing can appear below it any more.
pub async fn tell(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let (entry, action): (i64, i64) =
        sqlx::query_as("select upto_entry, upto_action from webhooks_told").fetch_one(&mut *conn).await?;
    let upto_entry = find_settled(&mut conn, "booking_history", entry).await?;
    let upto_action = find_settled(&mut conn, "staff_actions", action).await?;
    drop(conn);
    if upto_entry.is_none() && upto_action.is_none() {
        return Ok(0);
    }
    let mut read = 0;
    loop {
        let mut tx = state.db.begin().await?;
        let told: Option<(i64, i64)> =
            sqlx::query_as("select upto_entry, upto_action from webhooks_told for update skip locked")
                .fetch_optional(&mut *tx)
                .await?;
        let Some((entry, action)) = told else { return Ok(read) };
        let (to_entry, to_action) = (upto_entry.unwrap_or(entry).max(entry), upto_action.unwrap_or(action).max(action));
        if (to_entry, to_action) == (entry, action) {
            return Ok(read);
        }
        let now = state.clock.now_in(&mut tx).await?;
        let next_entry = tell_entries(&mut tx, (entry, to_entry), now).await?;
        let next_action = tell_actions(&mut tx, (action, to_action), now).await?;
        let sql = "update webhooks_told set upto_entry = $1, upto_action = $2";
        sqlx::query(sql).bind(next_entry).bind(next_action).execute(&mut *tx).await?;
        tx.commit().await?;
        read += (next_entry - entry + next_action - action).unsigned_abs();
    }
}

/// How many webhooks one row of a log is told to at most: those of all events, and of the event that has the most.
async fn count_receivers(conn: &mut PgConnection) -> Result<i64> {
    let sql = "select count(*) filter (where event_id is null) + coalesce((select max(count) from (
                   select count(*) from webhooks where stopped_at is null and event_id is not null group by event_id) as of_event), 0)
               from webhooks where stopped_at is null";
    Ok(sqlx::query_scalar(sql).fetch_one(conn).await?)
}

/// Rows of a log told of in one transaction, where each is told to so many: however many those are, the transaction stays as small.
/// None where nobody is told.
fn rows_at_once(receivers: i64) -> Option<i64> {
    (receivers > 0).then(|| (WRITTEN_MAX / receivers).max(1))
}

/// Tells of the next entries of the history, and answers up to which number.
async fn tell_entries(conn: &mut PgConnection, (after, upto): (i64, i64), now: DateTime<Utc>) -> Result<i64> {
    let Some(rows) = rows_at_once(count_receivers(conn).await?).filter(|_| after < upto) else { return Ok(upto) };
    let next: i64 = sqlx::query_scalar(
        "select case when count(*) = $3 then max(number) else $2 end
         from (select number from booking_history where number > $1 and number <= $2 order by number limit $3) as run",
    )
    .bind(after)
    .bind(upto)
    .bind(rows)
    .fetch_one(&mut *conn)
    .await?;
    let sql = const_format::formatcp!(
        "select w.id as webhook_id, h.id as change_id, h.kind, h.booking_id as subject_id, {ENTRY_SEQUENCE} as sequence, h.number
         from (select id, number, booking_id, 'booking.' || action::text as kind from booking_history
               where number > $1 and number <= $2) h
         join bookings b on b.id = h.booking_id
         join webhooks w on w.stopped_at is null and w.after_entry < h.number and (w.event_id is null or w.event_id = b.event_id)
              and (w.kinds = '{{}}' or h.kind = any(w.kinds))
         order by h.number, w.id"
    );
    let new: Vec<New> = sqlx::query_as(sql).bind(after).bind(next).fetch_all(&mut *conn).await?;
    insert(conn, &new, Source::Entry, now).await?;
    Ok(next)
}

/// Tells of the next entries of the log of what staff did, and answers up to which number.
async fn tell_actions(conn: &mut PgConnection, (after, upto): (i64, i64), now: DateTime<Utc>) -> Result<i64> {
    let Some(rows) = rows_at_once(count_receivers(conn).await?).filter(|_| after < upto) else { return Ok(upto) };
    let next: i64 = sqlx::query_scalar(
        "select case when count(*) = $3 then max(number) else $2 end
         from (select number from staff_actions where number > $1 and number <= $2 order by number limit $3) as run",
    )
    .bind(after)
    .bind(upto)
    .bind(rows)
    .fetch_one(&mut *conn)
    .await?;
    let sql = const_format::formatcp!(
        "select w.id as webhook_id, {ACTION_ID} as change_id, replace(a.action, '_', '.') as kind, a.event_id as subject_id,
                {ACTION_SEQUENCE} as sequence, a.number
         from staff_actions a
         join webhooks w on w.stopped_at is null and w.after_action < a.number and (w.event_id is null or w.event_id = a.event_id)
              and (w.kinds = '{{}}' or replace(a.action, '_', '.') = any(w.kinds))
         where a.number > $1 and a.number <= $2 and {IS_TOLD}
         order by a.number, w.id"
    );
    let new: Vec<New> = sqlx::query_as(sql).bind(after).bind(next).fetch_all(&mut *conn).await?;
    insert(conn, &new, Source::Action, now).await?;
    Ok(next)
}

/// From which log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Entry,
    Action,
}

async fn insert(conn: &mut PgConnection, new: &[New], source: Source, now: DateTime<Utc>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into webhook_deliveries (id, webhook_id, change_id, kind, subject_id, sequence, entry, action, begun_at, due_at, created_at)
         select id, webhook_id, change_id, kind, subject_id, sequence, case when $8 then number end, case when not $8 then number end,
                $9, $9, $9
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[])
              as new (id, webhook_id, change_id, kind, subject_id, sequence, number)
         on conflict on constraint webhook_deliveries_once do nothing",
    )
    .bind(new.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.webhook_id).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.change_id).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.subject_id).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.sequence).collect::<Vec<_>>())
    .bind(new.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind(source == Source::Entry)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sends something that says no more than that it arrives. Errors: `NotFound`.
pub async fn send_test(state: &AppState, actor: &Actor, webhook_id: WebhookId) -> Result<DeliveryId> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let place = sqlx::query_scalar("select event_id from webhooks where id = $1").bind(webhook_id);
    let event_id = place.fetch_optional(&mut *tx).await?.ok_or(Error::NotFound)?;
    let document = Change {
        id: new_id(),
        kind: TEST.to_owned(),
        sequence: 1,
        occurred_at: now,
        event_id,
        booking_id: None,
        data: json!({"message": "Deliveries arrive."}),
    };
    let id = insert_document(&mut tx, webhook_id, (document.id, &document), now).await?;
    let deed = Deed {
        action: "webhook_tested",
        event_id,
        subject_id: Some(webhook_id.0),
        before: json!({}),
        after: json!({}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// An alert that rose or cleared, to be told.
#[derive(Clone, Debug)]
pub struct AlertTold {
    /// Its number.
    pub alert_id: i64,
    /// Whether it has passed.
    pub is_over: bool,
    /// What webhooks are told of it.
    pub data: Value,
}

/// Tells those of an alert that want to know, in the transaction that raises or clears it.
pub async fn tell_alert(conn: &mut PgConnection, alert: AlertTold, now: DateTime<Utc>) -> Result<()> {
    let kind = if alert.is_over { "alert.cleared" } else { "alert.raised" };
    let receivers: Vec<WebhookId> = sqlx::query_scalar(
        "select id from webhooks where event_id is null and stopped_at is null and $1 = any(kinds) order by id",
    )
    .bind(kind)
    .fetch_all(&mut *conn)
    .await?;
    let document = Change {
        id: new_id(),
        kind: kind.to_owned(),
        sequence: if alert.is_over { 2 } else { 1 },
        occurred_at: now,
        event_id: None,
        booking_id: None,
        data: alert.data,
    };
    // That it has passed is told after that it rose.
    let subject_id = Uuid::from_u128(u128::from(alert.alert_id.unsigned_abs()));
    for webhook_id in receivers {
        insert_document(conn, webhook_id, (subject_id, &document), now).await?;
    }
    Ok(())
}

async fn insert_document(
    conn: &mut PgConnection,
    webhook_id: WebhookId,
    (subject_id, document): (Uuid, &Change),
    now: DateTime<Utc>,
) -> Result<DeliveryId> {
    let id = DeliveryId(new_id());
    sqlx::query(
        "insert into webhook_deliveries (id, webhook_id, change_id, kind, subject_id, sequence, document, begun_at, due_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)",
    )
    .bind(id)
    .bind(webhook_id)
    .bind(document.id)
    .bind(&document.kind)
    .bind(subject_id)
    .bind(document.sequence)
    .bind(Json(document))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_receivers_make_no_larger_transactions() {
        assert_eq!((rows_at_once(0), rows_at_once(1), rows_at_once(1_000)), (None, Some(WRITTEN_MAX), Some(1)));
        for receivers in 1..=WRITTEN_MAX {
            let rows = rows_at_once(receivers).expect("some");
            assert!(rows * receivers <= WRITTEN_MAX && (rows + 1) * receivers > WRITTEN_MAX, "{receivers}");
        }
    }
}
