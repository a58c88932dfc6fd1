//! A person's bookings as a whole: what is still open when they leave, and everything when they ask for it.

use super::read::{BOOKING, BookingRow, ENTRY, EntryRow, complete, list_bookings};
use crate::{
    bookings::model::{Booking, BookingStatus, HistoryEntry},
    events::{
        self,
        model::{Availability, Page},
    },
    id::{BookingId, EventId, UserId},
    job::{Job, Mail},
    server::{Result, jobs::enqueue, state::AppState},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use std::collections::HashMap;

/// For how long one's own changes are looked for: longer than any page is shared, its drawing included.
const OF_LATE: TimeDelta = TimeDelta::seconds(10);

/// A booking with all that happened to it.
#[derive(Debug, Serialize)]
pub struct KeptBooking {
    #[serde(flatten)]
    booking: Booking,
    history: Vec<HistoryEntry>,
}

/// A person's holds that last and bookings of events that have not begun, newest first.
pub async fn list_open(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<Vec<Booking>> {
    let sql = const_format::formatcp!(
        "select {BOOKING} from bookings where user_id = $1 and (
             (status = 'held' and expires_at > $2)
             or (status = 'confirmed'
                 and exists (select from events where events.id = bookings.event_id and event_date > $2)))
         order by created_at desc, id desc"
    );
    let rows: Vec<BookingRow> = sqlx::query_as(sql).bind(user_id).bind(now).fetch_all(&mut *conn).await?;
    complete(conn, rows, now).await
}

/// Whether this person has a hold of the event or waits for places of it; or has changed something of theirs in the last seconds,
/// of this event or, without one, of any: what others may see a moment late, they see at once.
pub async fn is_involved(state: &AppState, user_id: UserId, event_id: Option<EventId>) -> Result<bool> {
    let sql = "select exists (
                   select from bookings where user_id = $1 and ($2::uuid is null or event_id = $2)
                   and (($2 is not null and status = 'held') or updated_at > coalesce($3, clock_timestamp()) - $4))
               or exists (
                   select from waitlist where user_id = $1 and ($2::uuid is null or event_id = $2)
                   and (($2 is not null and status in ('waiting', 'offered'))
                        or updated_at > coalesce($3, clock_timestamp()) - $4))";
    Ok(sqlx::query_scalar(sql)
        .bind(user_id)
        .bind(event_id)
        .bind(state.clock.fixed_now())
        .bind(OF_LATE)
        .fetch_one(state.db.pool())
        .await?)
}

/// Asks once more for the mail about each booking of an event that is still to come.
pub async fn resend_mails(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    let open = list_open(conn, user_id, now).await?;
    let stands = |booking: &&Booking| {
        booking.status == BookingStatus::Confirmed && booking.event.availability != Availability::Cancelled
    };
    // Each asking is one of its own: the last address has to get them, however soon after another it came.
    let again = |booking: &Booking| Mail::ConfirmationAgain { booking_id: booking.id, asked: now.timestamp_micros() };
    let mails: Vec<Job> = open.iter().filter(stands).map(|booking| again(booking).into()).collect();
    enqueue(conn, &mails, now).await
}

/// A page of a person's bookings, newest first, each with its history. Errors: `Invalid`.
pub async fn export_bookings(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<KeptBooking>> {
    let Page { items, next_cursor } = list_bookings(state, user_id, limit, cursor).await?;
    let mut conn = state.db.pool().acquire().await?;
    let mut histories = list_histories(&mut conn, state, &items).await?;
    let kept = |booking: Booking| KeptBooking { history: histories.remove(&booking.id).unwrap_or_default(), booking };
    Ok(Page { items: items.into_iter().map(kept).collect(), next_cursor })
}

#[derive(sqlx::FromRow)]
struct EntryOf {
    booking_id: BookingId,
    #[sqlx(flatten)]
    entry: EntryRow,
}

/// What happened to these bookings, of each the oldest first.
async fn list_histories(
    conn: &mut PgConnection,
    state: &AppState,
    bookings: &[Booking],
) -> Result<HashMap<BookingId, Vec<HistoryEntry>>> {
    let now = state.clock.now_in(conn).await?;
    let event_ids: Vec<EventId> = bookings.iter().map(|booking| booking.event_id).collect();
    let zones: HashMap<EventId, String> = events::store::list_events_by_id(conn, &event_ids)
        .await?
        .into_iter()
        .map(|event| (event.id, event.timezone))
        .collect();
    let zone_of: HashMap<BookingId, &str> =
        bookings.iter().filter_map(|booking| Some((booking.id, zones.get(&booking.event_id)?.as_str()))).collect();
    let rows: Vec<EntryOf> = sqlx::query_as(const_format::formatcp!(
        "select booking_id, {ENTRY} from booking_history where booking_id = any($1) order by booking_id, number"
    ))
    .bind(zone_of.keys().copied().collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let mut histories: HashMap<BookingId, Vec<HistoryEntry>> = HashMap::new();
    for EntryOf { booking_id, entry } in rows {
        let zone = zone_of.get(&booking_id).copied().unwrap_or("UTC");
        histories.entry(booking_id).or_default().push(entry.tell(zone, now));
    }
    Ok(histories)
}
