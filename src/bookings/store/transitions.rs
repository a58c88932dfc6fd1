//! What has happened to bookings, for those who tell people of it: read from the history, so that buyers write nothing more.

use crate::{
    bookings::model::BookingAction,
    id::{BookingId, EventId},
    server::{Result, settled},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// An entry of the history.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Transition {
    /// The entry's number.
    pub number: i64,
    /// Of which booking.
    pub booking_id: BookingId,
    /// What happened.
    pub action: BookingAction,
    /// Whether the waitlist held the places.
    pub is_offer: bool,
}

/// The next `limit` entries after this number, in order. Assumes that they are settled: [`find_settled`].
pub async fn list_transitions(conn: &mut PgConnection, after: i64, upto: i64, limit: i64) -> Result<Vec<Transition>> {
    let transitions = sqlx::query_as(
        "select number, booking_id, action, is_offer from booking_history join bookings on bookings.id = booking_id
         where number > $1 and number <= $2 order by number limit $3",
    );
    Ok(transitions.bind(after).bind(upto).bind(limit).fetch_all(conn).await?)
}

/// The last number given out, once nothing between `after` and it can appear any more; none if that takes too long, or
/// nothing is new. Whoever writes an entry has locked its booking before.
pub async fn find_settled(conn: &mut PgConnection, after: i64) -> Result<Option<i64>> {
    settled::find_settled(conn, "booking_history", after).await
}

/// The holds of which a third of their time, at most two hours, is left, and which came to that after `since`.
pub async fn list_ending(conn: &mut PgConnection, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<Vec<BookingId>> {
    let ending = sqlx::query_scalar(
        "select id from bookings, least((expires_at - created_at) / 3, interval '2 hours') as before
         where status = 'held' and expires_at > $2 and expires_at <= $2 + interval '2 hours'
         and expires_at - before > $1 and expires_at - before <= $2",
    );
    Ok(ending.bind(since).bind(now).fetch_all(conn).await?)
}

/// The next `limit` confirmed bookings of an event after this one, by id.
pub async fn list_attending(
    conn: &mut PgConnection,
    event_id: EventId,
    after: Option<BookingId>,
    limit: i64,
) -> Result<Vec<BookingId>> {
    let attending = sqlx::query_scalar(
        "select id from bookings where event_id = $1 and ($2 is null or id > $2) and status = 'confirmed' order by id limit $3",
    );
    Ok(attending.bind(event_id).bind(after).bind(limit).fetch_all(conn).await?)
}
