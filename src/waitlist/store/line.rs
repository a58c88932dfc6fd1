//! The line as staff see and change it.

use super::{WaitingEntry, lock_line_alone};
use crate::{
    error::{Error, Problem},
    id::{BookingId, EntryId, EventId, UserId},
    server::{Result, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    waitlist::model::EntryStatus,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// An entry that waits, in its line.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LineRow {
    pub(crate) id: EntryId,
    pub(crate) user_id: UserId,
    pub(crate) requested_quantity: i32,
    pub(crate) together: bool,
    pub(crate) section: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) turn: String,
    pub(crate) is_moved: bool,
    pub(crate) rank: i64,
}

/// Those who wait for an event after this turn, in order: one more than `limit`, if there are so many.
pub async fn list_line(
    conn: &mut PgConnection,
    event_id: EventId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<LineRow>> {
    let line = sqlx::query_as(
        "select id, user_id, requested_quantity, together, section, created_at, turn::text, moved_to is not null as is_moved, rank
         from (select *, row_number() over (order by turn) as rank from waitlist where event_id = $1 and status = 'waiting')
              as line
         where $2::text is null or line.turn > $2::numeric order by rank limit $3",
    );
    Ok(line.bind(event_id).bind(after).bind(limit + 1).fetch_all(conn).await?)
}

/// How many entries wait for an event, and for how many places.
pub async fn count_waiting(conn: &mut PgConnection, event_id: EventId) -> Result<(i64, i64)> {
    let sql = "select count(*), coalesce(sum(requested_quantity), 0)::bigint from waitlist
               where event_id = $1 and status = 'waiting'";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_one(conn).await?)
}

/// Everybody who waits for an event, in order, without a lock.
pub async fn list_waiting_all(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<WaitingEntry>> {
    let sql = "select id, user_id, requested_quantity, together, section, turn::text from waitlist
               where event_id = $1 and status = 'waiting' order by waitlist.turn";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?)
}

/// An entry that doesn't wait any more.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OfferRow {
    pub(crate) id: EntryId,
    pub(crate) user_id: UserId,
    pub(crate) requested_quantity: i32,
    pub(crate) position: i64,
    pub(crate) status: EntryStatus,
    pub(crate) booking_id: Option<BookingId>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) waited_until: DateTime<Utc>,
}

/// Those who don't wait for an event any more, by their join number, the last to join first: one more than `limit`, if there are
/// so many.
pub async fn list_offers(
    conn: &mut PgConnection,
    event_id: EventId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<OfferRow>> {
    let offers = sqlx::query_as(
        "select id, user_id, requested_quantity, position, status, booking_id, created_at, waited_until
         from waitlist where event_id = $1 and position < $2 and status <> 'waiting' order by position desc limit $3",
    );
    Ok(offers.bind(event_id).bind(before.unwrap_or(i64::MAX)).bind(limit + 1).fetch_all(conn).await?)
}

/// The event of an entry, if there is such an entry.
pub async fn find_event_of(state: &AppState, entry_id: EntryId) -> Result<Option<EventId>> {
    let sql = "select event_id from waitlist where id = $1";
    Ok(sqlx::query_scalar(sql).bind(entry_id).fetch_optional(state.db.pool()).await?)
}

/// Who is to go ahead of whom, and why.
#[derive(Clone, Debug)]
pub struct MoveEntry {
    /// The event of both.
    pub event_id: EventId,
    /// Who goes.
    pub entry_id: EntryId,
    /// Ahead of whom, directly.
    pub before_id: EntryId,
    /// In the words of who decides it.
    pub reason: String,
}

/// Puts an entry directly ahead of another of the same line; one that stands there stays. Runs to its end even if the caller goes
/// away.
///
/// Errors: `NotFound` unless it waits; `Invalid` on `before_id` unless that is another that waits for the same event.
pub async fn move_entry(state: &AppState, actor: Actor, request: MoveEntry) -> Result<()> {
    let task = state.clone();
    finish(async move { retrying("move entry", || move_once(&task, &actor, &request)).await }).await
}

async fn move_once(state: &AppState, actor: &Actor, request: &MoveEntry) -> Result<()> {
    let mut tx = state.db.begin().await?;
    // Nobody is offered anything, and nobody joins, meanwhile.
    lock_line_alone(&mut tx, request.event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let rank = find_rank(&mut tx, request.event_id, request.entry_id).await?.ok_or(Error::NotFound)?;
    let before = find_rank(&mut tx, request.event_id, request.before_id).await?;
    let before =
        before.filter(|before| *before != rank).ok_or_else(|| Error::invalid("before_id", Problem::Unknown))?;
    if rank + 1 == before {
        return Ok(());
    }
    // Between the other one and whoever was ahead of it, waiting or not, so that no two turns are the same.
    sqlx::query(
        "update waitlist set updated_at = $3, moved_to = 0.5 * (other.turn + coalesce(
             (select max(turn) from waitlist ahead
              where ahead.event_id = other.event_id and ahead.turn < other.turn and ahead.id <> $1), 0))
         from waitlist other where waitlist.id = $1 and other.id = $2",
    )
    .bind(request.entry_id)
    .bind(request.before_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let to = find_rank(&mut tx, request.event_id, request.entry_id).await?;
    let deed = Deed {
        action: "entry_moved",
        event_id: Some(request.event_id),
        subject_id: Some(request.entry_id.0),
        before: json!({"rank": rank}),
        after: json!({"rank": to, "reason": request.reason}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Where an entry that waits for this event stands in its line, from 1.
async fn find_rank(conn: &mut PgConnection, event_id: EventId, entry_id: EntryId) -> Result<Option<i64>> {
    let sql = "select rank from (select id, row_number() over (order by turn) as rank from waitlist
                                 where event_id = $1 and status = 'waiting') as line where id = $2";
    Ok(sqlx::query_scalar(sql).bind(event_id).bind(entry_id).fetch_optional(conn).await?)
}
