//! The bookings of an event for a file, a few at a time: however many there are, no more than that lie in memory, and no
//! connection is kept while whoever downloads takes their time.

use super::read::list_seats;
use crate::{
    bookings::model::{BookedSeat, BookingStatus},
    id::{BookingId, EventId, UserId},
    server::{Result, state::AppState},
    users::store::{Contact, list_contacts},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Bookings read at once.
const BATCH: i64 = 1_000;

/// A booking as it stands in a file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ExportedBooking {
    pub(crate) id: BookingId,
    pub(crate) user_id: UserId,
    pub(crate) reference: String,
    pub(crate) status: BookingStatus,
    pub(crate) quantity: i32,
    pub(crate) currency: String,
    pub(crate) total_amount_minor: i64,
    pub(crate) discount_minor: i64,
    pub(crate) discount_code: Option<String>,
    pub(crate) is_offer: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) cancel_reason: Option<String>,
    #[sqlx(skip)]
    pub(crate) person: Option<Contact>,
    #[sqlx(skip)]
    pub(crate) seats: Vec<BookedSeat>,
}

/// The next bookings of an event after this one, by id; none when there are no more.
pub async fn list_exported(
    state: &AppState,
    event_id: EventId,
    after: Option<BookingId>,
) -> Result<Vec<ExportedBooking>> {
    let mut conn = state.db.pool().acquire().await?;
    let mut rows: Vec<ExportedBooking> = sqlx::query_as(
        "select id, user_id, reference, status, quantity, currency, total_amount_minor, discount_minor, is_offer, created_at,
                confirmed_at, ended_at, cancel_reason,
                (select code from discount_codes where discount_codes.id = discount_code_id) as discount_code
         from bookings where event_id = $1 and id > $2 order by id limit $3",
    )
    .bind(event_id)
    .bind(after.map_or(Uuid::nil(), |after| after.0))
    .bind(BATCH)
    .fetch_all(&mut *conn)
    .await?;
    let people: BTreeSet<UserId> = rows.iter().map(|row| row.user_id).collect();
    let people = list_contacts(&mut conn, &people.into_iter().collect::<Vec<_>>()).await?;
    let people: HashMap<UserId, Contact> = people.into_iter().map(|person| (person.id, person)).collect();
    let ids: Vec<BookingId> = rows.iter().map(|row| row.id).collect();
    let mut seats = list_seats(&mut conn, &ids).await?;
    for row in &mut rows {
        row.person = people.get(&row.user_id).cloned();
        row.seats = seats.remove(&row.id).unwrap_or_default();
    }
    Ok(rows)
}
