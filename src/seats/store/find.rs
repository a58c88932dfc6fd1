//! Finding what somebody names: a section, and who has a seat.

use crate::{
    error::{Error, Problem},
    id::{BookingId, EventId},
    server::Result,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Bookings answered at most: a row and a number alone are those of many sections.
const FOUND_MAX: i64 = 500;

/// Errors: `Invalid` on `section` where the event has no section of this name.
pub async fn require_section(conn: &mut PgConnection, event_id: EventId, section: &str) -> Result<()> {
    let sql = "select exists (select from sections where event_id = $1 and name = $2)";
    let known: bool = sqlx::query_scalar(sql).bind(event_id).bind(section).fetch_one(conn).await?;
    if known { Ok(()) } else { Err(Error::invalid("section", Problem::Unknown).into()) }
}

/// The bookings that have the seat of this row and number in the sections whose names begin so, whatever their case and
/// accents: of these events, or of all that aren't over at `now`.
pub async fn find_taken(
    conn: &mut PgConnection,
    event_ids: Option<&[EventId]>,
    (section, row, number): (&str, &str, &str),
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let found = sqlx::query_scalar(
        "select booking_id from sections
         join seats on seats.event_id = sections.event_id and seats.section = sections.name
             and \"row\" in ($3, upper($3), lower($3)) and number in ($4, upper($4), lower($4))
         where starts_with(fold(name), fold($2)) and booking_id is not null and ($1::uuid[] is null or sections.event_id = any($1))
           and ($1::uuid[] is not null or exists (select from events where events.id = sections.event_id and ends_at > $5))
         limit $6",
    )
    .bind(event_ids)
    .bind(section)
    .bind(row)
    .bind(number)
    .bind(now)
    .bind(FOUND_MAX)
    .fetch_all(conn)
    .await?;
    Ok(found)
}
