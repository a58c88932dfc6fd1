//! The tickets of a booking as staff see them.

use super::{
    issue::list_of_booking,
    read::{Seen, list_pending, tell_ticket},
};
use crate::{
    bookings::store::get_owned,
    id::{BookingId, UserId},
    server::{Result, state::AppState},
    tickets::model::BookedTicket,
    users::store::list_attendees,
};

/// The tickets that a booking has, in the order of its places; none where nobody has asked for any. Errors: `NotFound`.
pub async fn list_booking_tickets(state: &AppState, booking_id: BookingId) -> Result<Vec<BookedTicket>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let booking = get_owned(&mut conn, booking_id, now).await?.booking;
    let rows = list_of_booking(&mut conn, &booking).await?;
    let holders: Vec<UserId> = rows.iter().map(|row| row.holder_id).collect();
    let holders = list_attendees(&mut conn, &holders).await?;
    let mut pending = list_pending(&mut conn, &rows, now).await?;
    let ticket = |row| {
        let told = tell_ticket(&row, &booking, Seen { is_yours: false, is_received: false }, now);
        let holder = holders.get(&row.holder_id);
        BookedTicket {
            id: row.id,
            place: told.say_place(),
            holder: holder.map(|holder| holder.name.clone()).unwrap_or_default(),
            email: holder.map(|holder| holder.email.clone()).unwrap_or_default(),
            status: told.status,
            nonce: row.nonce,
            offered_to: pending.remove(&row.id).map(|transfer| transfer.email),
        }
    };
    Ok(rows.into_iter().map(ticket).collect())
}
