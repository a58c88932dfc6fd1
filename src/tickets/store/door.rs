//! Tickets as those at the door see them, whoever's they are.

use crate::{
    bookings::model::BookingStatus,
    events::model::EventStatus,
    id::{BookingId, EventId, SeatId, TicketId},
    seats::model::SeatKind,
    server::Result,
    tickets::model::{TicketSeat, TicketStatus, say_place},
};
use sqlx::PgConnection;

/// A ticket at the door.
#[derive(Clone, Debug)]
pub struct DoorTicket {
    /// The ticket's id.
    pub id: TicketId,
    /// The booking it is of.
    pub booking_id: BookingId,
    /// The event it admits to.
    pub event_id: EventId,
    /// Which issue of it lets anybody in.
    pub nonce: i32,
    /// Whether it lets anybody in at all.
    pub status: TicketStatus,
    /// Its holder's first and last name; empty once they have left.
    pub holder: (String, String),
    /// The reference of its booking.
    pub reference: String,
    /// Its place in words.
    pub place: String,
    /// Its seat, where the event has seats.
    pub seat: Option<TicketSeat>,
    /// What kind of seat that is.
    pub kind: SeatKind,
}

#[derive(sqlx::FromRow)]
struct DoorRow {
    id: TicketId,
    booking_id: BookingId,
    event_id: EventId,
    nonce: i32,
    place: Option<i32>,
    reference: String,
    quantity: i32,
    booking: BookingStatus,
    event: EventStatus,
    first_name: String,
    last_name: String,
    seat_id: Option<SeatId>,
    section: Option<String>,
    row: Option<String>,
    number: Option<String>,
    kind: Option<SeatKind>,
}

/// What a [`DoorRow`] is read by; which tickets comes after it.
const DOOR: &str = "select tickets.id, tickets.booking_id, tickets.event_id, nonce, place, reference, quantity, bookings.status as booking, \
        events.status as event, first_name, last_name, tickets.seat_id, coalesce(section, retired_from) as section, \"row\", number, kind \
    from tickets join bookings on bookings.id = booking_id join events on events.id = tickets.event_id \
        join users on users.id = holder_id left join seats on seats.id = tickets.seat_id";

impl From<DoorRow> for DoorTicket {
    fn from(row: DoorRow) -> Self {
        let is_valid = row.booking == BookingStatus::Confirmed && row.event != EventStatus::Cancelled;
        let seat = |row: &DoorRow| {
            Some(TicketSeat {
                seat_id: row.seat_id?,
                section: row.section.clone()?,
                row: row.row.clone()?,
                number: row.number.clone()?,
            })
        };
        let seat = seat(&row);
        Self {
            id: row.id,
            booking_id: row.booking_id,
            event_id: row.event_id,
            nonce: row.nonce,
            status: if is_valid { TicketStatus::Valid } else { TicketStatus::Void },
            holder: (row.first_name, row.last_name),
            reference: row.reference,
            place: say_place(seat.as_ref(), row.place, row.quantity),
            seat,
            kind: row.kind.unwrap_or_default(),
        }
    }
}

/// A ticket whose row is locked, after its booking's, which notes who was let in: neither changes until the transaction ends. None
/// of an unknown id.
pub async fn lock_at_door(conn: &mut PgConnection, ticket_id: TicketId) -> Result<Option<DoorTicket>> {
    sqlx::query("select from bookings where id = (select booking_id from tickets where id = $1) for no key update")
        .bind(ticket_id)
        .execute(&mut *conn)
        .await?;
    sqlx::query("select from tickets where id = $1 for no key update").bind(ticket_id).execute(&mut *conn).await?;
    Ok(list_at_door(conn, &[ticket_id]).await?.pop())
}

/// These tickets, in the order in which they were made.
pub async fn list_at_door(conn: &mut PgConnection, ticket_ids: &[TicketId]) -> Result<Vec<DoorTicket>> {
    let sql = const_format::formatcp!("{DOOR} where tickets.id = any($1) order by tickets.id");
    let rows: Vec<DoorRow> = sqlx::query_as(sql).bind(ticket_ids).fetch_all(conn).await?;
    Ok(rows.into_iter().map(DoorTicket::from).collect())
}

/// All tickets of an event that there are, in no order. Those that nobody has asked for yet have no code that could be shown.
pub async fn list_of_event_at_door(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<DoorTicket>> {
    let sql = const_format::formatcp!("{DOOR} where tickets.event_id = $1");
    let rows: Vec<DoorRow> = sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?;
    Ok(rows.into_iter().map(DoorTicket::from).collect())
}

/// The tickets of the booking with this reference, in the order in which they were made; none where there is no such booking.
pub async fn list_of_reference_at_door(conn: &mut PgConnection, reference: &str) -> Result<Vec<DoorTicket>> {
    let sql = const_format::formatcp!("{DOOR} where reference = $1 order by tickets.place, tickets.id");
    let rows: Vec<DoorRow> = sqlx::query_as(sql).bind(reference).fetch_all(conn).await?;
    Ok(rows.into_iter().map(DoorTicket::from).collect())
}

/// The booking with this reference, and whose it is.
pub async fn find_reference(conn: &mut PgConnection, reference: &str) -> Result<Option<BookingId>> {
    let sql = "select id from bookings where reference = $1";
    Ok(sqlx::query_scalar(sql).bind(reference).fetch_optional(conn).await?)
}
