//! The places of general admission, and the projection of free seats.

use super::{EVENT, EventRow};
use crate::{
    error::Error,
    id::EventId,
    server::{
        Result,
        db::{Planned, uuid_array},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The event with its sale as it stands now, without a lock. Errors: `NotFound`.
pub async fn find_sale(conn: &mut PgConnection, event_id: EventId) -> Result<EventRow> {
    let sql = const_format::formatcp!("select {EVENT} from events where id = $1");
    let row: Option<EventRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(conn).await?;
    row.ok_or_else(|| Error::NotFound.into())
}

/// The event as it stands now, kept from being cancelled until the transaction ends. Buyers share this lock: only
/// [`cancel_event`](super::cancel_event) has to wait for it. Errors: `NotFound`.
pub async fn lock_sale(conn: &mut PgConnection, event_id: EventId) -> Result<EventRow> {
    sqlx::query("select pg_advisory_xact_lock_shared(hashtextextended($1::text, 0))")
        .bind(event_id)
        .execute(&mut *conn)
        .await?;
    find_sale(conn, event_id).await
}

/// An event as it stood when it was read, and the database's time of that.
#[derive(Debug, sqlx::FromRow)]
pub struct Sale {
    #[sqlx(flatten)]
    pub(crate) event: EventRow,
    pub(crate) read_at: DateTime<Utc>,
}

/// The events `$1` as [`Sale`]s as they stand now, in no order; unknown ones are left out.
pub static SALES: Planned = Planned {
    name: "sales",
    parameters: "uuid[]",
    sql: const_format::formatcp!("select {EVENT}, clock_timestamp() as read_at from events where id = any($1)"),
};

/// The statement that locks the rows of these events in id order: nobody else takes or gives back places of general
/// admission of theirs, or calls them off, until the transaction ends.
pub fn lock_events(event_ids: impl IntoIterator<Item = EventId>) -> String {
    let ids = uuid_array(event_ids.into_iter().map(|id| id.0));
    format!("select from events where id = any({ids}) order by id for no key update; ")
}

/// The statement that takes the lock of [`lock_sale`] for these events.
pub fn share_sales(event_ids: impl IntoIterator<Item = EventId>) -> String {
    let ids = uuid_array(event_ids.into_iter().map(|id| id.0));
    format!(
        "select pg_advisory_xact_lock_shared(key) from (
             select distinct hashtextextended(id::text, 0) as key from unnest({ids}) as id order by key
         ) as sales; "
    )
}

/// Takes `$2` places of general admission of the events `$1`, of each all or none, if it is still published: no row, no
/// places. Part of a statement that also writes who has them, so that a batch of holds is one round trip.
pub const TAKE_PLACES: &str = "update events set available_capacity = available_capacity - take.quantity \
    from unnest($1::uuid[], $2::int[]) as take (event_id, quantity) \
    where id = take.event_id and available_capacity >= take.quantity and status = 'published' returning id";

/// Gives places back to events, or takes them: the sum per event, in id order so that two callers can't deadlock.
///
/// Assumes a transaction.
pub async fn add_available(conn: &mut PgConnection, changes: &[(EventId, i32)]) -> Result<()> {
    let (ids, deltas): (Vec<EventId>, Vec<i32>) = changes.iter().copied().unzip();
    sqlx::query("select id from events where id = any($1) order by id for no key update")
        .bind(&ids)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "update events set available_capacity = available_capacity + change.delta
         from (select id, sum(delta)::int as delta from unnest($1::uuid[], $2::int[]) as given (id, delta) group by id) as change
         where events.id = change.id",
    )
    .bind(&ids)
    .bind(&deltas)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets the most seats that are free beside each other, by event. Assumes a transaction.
pub async fn set_together(conn: &mut PgConnection, counts: &[(EventId, i32)]) -> Result<()> {
    let (ids, counts): (Vec<EventId>, Vec<i32>) = counts.iter().copied().unzip();
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock_events(ids.iter().copied()))).execute(&mut *conn).await?;
    sqlx::query(
        "update events set together_count = given.count from unnest($1::uuid[], $2::int[]) as given (id, count)
         where events.id = given.id and together_count <> given.count",
    )
    .bind(&ids)
    .bind(counts)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets what the drawing of its seat map says of an event: that people choose seats, how many there are and how many of them are
/// free, and the lowest price. Assumes a transaction that has locked the event.
pub async fn write_seats(
    conn: &mut PgConnection,
    event_id: EventId,
    (total, available): (i32, i32),
    price_minor: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "update events set has_seat_selection = true, total_capacity = $2, available_capacity = $3, price_minor = $4,
             updated_at = $5, version = version + 1
         where id = $1",
    )
    .bind(event_id)
    .bind(total)
    .bind(available)
    .bind(price_minor)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes the number of an event's places by so many, which are free or become so. Assumes a transaction that has locked
/// the event, or knows that nobody else does.
pub async fn change_capacity(conn: &mut PgConnection, event_id: EventId, by: i32) -> Result<()> {
    sqlx::query(
        "update events set total_capacity = total_capacity + $2, available_capacity = available_capacity + $2, version = version + 1
         where id = $1",
    )
    .bind(event_id)
    .bind(by)
    .execute(conn)
    .await?;
    Ok(())
}
