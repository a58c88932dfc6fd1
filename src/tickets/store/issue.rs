//! Making the tickets of a booking, when somebody first asks for them: a rush of confirmations writes none.

use super::{Place, TICKET, TicketRow};
use crate::{
    bookings::{
        model::{Booking, BookingStatus},
        store::{OfPerson, keep_places},
    },
    id::{BookingId, UserId},
    server::{Result, clock::new_id, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Whether no ticket has to be made: each place of the booking has one, or it isn't confirmed.
pub(super) async fn is_issued(conn: &mut PgConnection, booking: &Booking) -> Result<bool> {
    let sql = "select count(*) from tickets where booking_id = $1";
    let count: i64 = sqlx::query_scalar(sql).bind(booking.id).fetch_one(conn).await?;
    Ok(booking.status != BookingStatus::Confirmed || count == i64::from(booking.quantity))
}

/// Sees to it that each place of a confirmed booking has its ticket. Done already, or for a booking that isn't confirmed,
/// nothing happens. Errors: `NotFound`.
pub async fn issue_tickets(state: &AppState, booking_id: BookingId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    // Locked: it could be given other seats between being read and getting its tickets.
    let OfPerson { user_id, booking } = keep_places(&mut tx, booking_id, now).await?;
    if !is_issued(&mut tx, &booking).await? {
        issue(&mut tx, user_id, &booking, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// One statement: its tickets and their history stand or fall together.
async fn issue(conn: &mut PgConnection, owner_id: UserId, booking: &Booking, now: DateTime<Utc>) -> Result<()> {
    let places = places(booking);
    let seat = |place: &Place| if let Place::Seat(seat_id) = place { Some(*seat_id) } else { None };
    let number = |place: &Place| if let Place::Number(number) = place { Some(*number) } else { None };
    sqlx::query(
        "with made as (
             insert into tickets (id, event_id, booking_id, seat_id, place, holder_id, nonce, created_at, updated_at)
             select id, $5, $6, seat_id, place, $7, 1, $8, $8
             from unnest($1::uuid[], $2::uuid[], $3::int[]) as wanted (id, seat_id, place)
             on conflict do nothing returning id)
         insert into ticket_history (id, ticket_id, action, created_at)
         select entry.id, made.id, 'issued', $8
         from made join unnest($1::uuid[], $4::uuid[]) as entry (ticket_id, id) on entry.ticket_id = made.id",
    )
    .bind(places.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(places.iter().map(seat).collect::<Vec<_>>())
    .bind(places.iter().map(number).collect::<Vec<_>>())
    .bind(places.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(booking.event_id)
    .bind(booking.id)
    .bind(owner_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

fn places(booking: &Booking) -> Vec<Place> {
    if booking.seats.is_empty() {
        return (1..=booking.quantity).map(Place::Number).collect();
    }
    booking.seats.iter().map(|seat| Place::Seat(seat.seat_id)).collect()
}

/// The tickets of a booking, in the order of its places.
pub(super) async fn list_of_booking(conn: &mut PgConnection, booking: &Booking) -> Result<Vec<TicketRow>> {
    let sql = const_format::formatcp!("select {TICKET} from tickets where booking_id = $1");
    let mut rows: Vec<TicketRow> = sqlx::query_as(sql).bind(booking.id).fetch_all(conn).await?;
    let order = |row: &TicketRow| {
        let seat = booking.seats.iter().position(|seat| Some(seat.seat_id) == row.seat_id);
        (seat, row.place)
    };
    rows.sort_by_key(order);
    Ok(rows)
}
