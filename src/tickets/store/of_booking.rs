//! The tickets of a booking as staff see them.

use super::{
    issue::list_of_booking,
    read::{Seen, list_pending, tell_ticket},
};
use crate::{
    bookings::store::get_owned,
    id::{BookingId, EventId, TicketId, TransferId, UserId},
    server::{Result, state::AppState},
    tickets::model::BookedTicket,
    users::store::list_attendees,
};
use sqlx::PgConnection;

/// Whom mails about the tickets of a booking can have gone to, and by what they name them.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct Passing {
    /// Who gave a ticket or had one passed on.
    pub people: Vec<UserId>,
    /// The tickets.
    pub tickets: Vec<TicketId>,
    /// Offers of them, whatever became of each.
    pub transfers: Vec<TransferId>,
}

/// What was done about passing on the tickets of a booking.
pub async fn find_passing(conn: &mut PgConnection, booking_id: BookingId) -> Result<Passing> {
    let passing = sqlx::query_as(
        "with its as (select id, holder_id from tickets where booking_id = $1),
              offered as (select id, from_id, accepted_by from ticket_transfers where ticket_id in (select id from its))
         select array(select holder_id from its union select from_id from offered
                      union select accepted_by from offered where accepted_by is not null) as people,
                array(select id from its) as tickets, array(select id from offered) as transfers",
    );
    Ok(passing.bind(booking_id).fetch_one(conn).await?)
}

/// How many people hold tickets of confirmed bookings of an event without having a booking of it themselves.
pub async fn count_holders_alone(state: &AppState, event_id: EventId) -> Result<i64> {
    let count = sqlx::query_scalar(
        "select count(distinct holder_id) from tickets join bookings on bookings.id = booking_id
         where tickets.event_id = $1 and status = 'confirmed' and not exists (
             select from bookings as own
             where own.event_id = $1 and own.user_id = holder_id and own.status = 'confirmed')",
    );
    Ok(count.bind(event_id).fetch_one(state.db.pool()).await?)
}

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
