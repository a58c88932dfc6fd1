//! What would become of a line if places came free: read only, and by the rules by which it is fed.

use super::offer::count_places;
use crate::{
    events,
    id::{EntryId, EventId, SeatId, UserId},
    seats::{self, model::FreeSeat},
    server::Result,
    waitlist::{
        self,
        model::{Spare, Waiting, share_out},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Who of an event's line would be offered places if so many came free, in the order of the line at `now`. Seats come free beside each
/// other, in a row of their own and in no section, so that who waits for one section is passed over; what is free already is
/// shared out with them.
///
/// Errors: `NotFound`.
pub async fn simulate_offers(
    conn: &mut PgConnection,
    event_id: EventId,
    count: i32,
    now: DateTime<Utc>,
) -> Result<Vec<EntryId>> {
    let event = events::store::find_sale(conn, event_id).await?;
    let spare = if event.has_seat_selection {
        let mut free = seats::store::list_free(conn, event_id, None, now).await?;
        free.extend((1..=count).map(new_seat));
        Spare::Seats(free)
    } else {
        Spare::Places(event.available_capacity + count)
    };
    let entries = waitlist::store::list_waiting_all(conn, event_id).await?;
    let people: Vec<UserId> = entries.iter().map(|entry| entry.user_id).collect();
    let have = count_places(conn, event_id, &people).await?;
    let waiting = entries.iter().map(|entry| Waiting {
        id: entry.id,
        quantity: entry.requested_quantity,
        together: entry.together,
        section: entry.section.clone(),
        have: have.get(&entry.user_id).copied().unwrap_or_default(),
    });
    Ok(share_out(&waiting.collect::<Vec<_>>(), spare, event.places_per_person))
}

/// A seat that isn't there, beside the one before it. No section has no name, so that it stands after no real one.
fn new_seat(place: i32) -> FreeSeat {
    let id = SeatId(Uuid::from_u128(place.unsigned_abs().into()));
    FreeSeat { id, section: String::new(), row: String::new(), place: place.into() }
}
