//! Tickets made durable: issuing, reading, changing and passing them on.

mod change;
mod claim;
mod door;
mod forget;
mod give_back;
mod held;
mod issue;
mod keys;
mod move_tickets;
mod of_booking;
mod read;
mod transfer;

pub use change::{reissue_held, reissue_ticket};
pub use claim::{claim_tickets, lock_held};
pub use door::{
    DoorTicket, find_reference, list_at_door, list_of_event_at_door, list_of_reference_at_door, lock_at_door,
};
pub use forget::{export_tickets, forget_person};
pub use give_back::{count_received, return_held};
pub use held::{Held, Taken, count_passed_on, find_held, find_received, find_taken, list_holders};
pub use issue::issue_tickets;
pub use keys::{Change, Keyring, TicketKeys, change_keys};
pub use move_tickets::change_seats;
pub use of_booking::{count_holders_alone, find_passing, list_booking_tickets};
pub use read::{get_history, get_ticket, list_received, list_tickets, list_tickets_of_booking};
pub use transfer::{TransferMail, accept_transfer, cancel_transfer, find_offer, offer_transfer, write_transfer};

use super::{
    model::{TicketAction, TicketFacts},
    token::{Place, Stamp},
};
use crate::{
    bookings::{model::Booking, store::list_owned},
    error::Error,
    id::{BookingId, EventId, SeatId, TicketId, TransferId, UserId},
    server::{Result, clock::new_id, state::AppState},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::sync::Arc;

/// The columns of a [`TicketRow`].
const TICKET: &str = "tickets.id, tickets.event_id, tickets.booking_id, tickets.seat_id, tickets.place, \
    tickets.holder_id, tickets.nonce, tickets.created_at, tickets.updated_at";

#[derive(Clone, Debug, sqlx::FromRow)]
struct TicketRow {
    id: TicketId,
    event_id: EventId,
    booking_id: BookingId,
    seat_id: Option<SeatId>,
    place: Option<i32>,
    holder_id: UserId,
    nonce: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TicketRow {
    /// What its QR code says.
    fn stamp(&self) -> Stamp {
        let place = match self.seat_id {
            Some(seat_id) => Place::Seat(seat_id),
            None => Place::Number(self.place.unwrap_or_default()),
        };
        Stamp { event_id: self.event_id, ticket_id: self.id, place, nonce: self.nonce }
    }
}

/// With its booking, the facts that decide what may become of a ticket.
fn facts(booking: &Booking) -> TicketFacts {
    TicketFacts { booking: booking.status, event: booking.event.availability, event_date: booking.event.event_date }
}

/// The keys, before anything is locked, for a change of a ticket that this person holds. Errors: `NotFound`, also for someone
/// else's.
async fn know_keys(state: &AppState, holder_id: UserId, ticket_id: TicketId) -> Result<Arc<Keyring>> {
    let sql = "select exists (select from tickets where id = $1 and holder_id = $2)";
    let is_held: bool = sqlx::query_scalar(sql).bind(ticket_id).bind(holder_id).fetch_one(state.db.pool()).await?;
    if !is_held {
        return Err(Error::NotFound.into());
    }
    state.ticket_keys.get(state).await
}

/// Locks a ticket that this person holds. Errors: `NotFound`, also for someone else's.
async fn lock_ticket(conn: &mut PgConnection, holder_id: UserId, ticket_id: TicketId) -> Result<TicketRow> {
    let sql =
        const_format::formatcp!("select {TICKET} from tickets where id = $1 and holder_id = $2 for no key update");
    let row: Option<TicketRow> = sqlx::query_as(sql).bind(ticket_id).bind(holder_id).fetch_optional(conn).await?;
    row.ok_or_else(|| Error::NotFound.into())
}

/// The facts of a ticket whose row is locked, at `now`.
async fn read_facts(conn: &mut PgConnection, ticket: &TicketRow, now: DateTime<Utc>) -> Result<TicketFacts> {
    let owned = list_owned(conn, &[ticket.booking_id], now).await?;
    Ok(facts(&owned.first().context("a ticket's booking exists")?.booking))
}

/// Gives a locked ticket a new nonce and this holder: what was signed before is worth nothing.
async fn renew(conn: &mut PgConnection, ticket: &TicketRow, holder_id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("update tickets set nonce = nonce + 1, holder_id = $2, updated_at = $3 where id = $1")
        .bind(ticket.id)
        .bind(holder_id)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// What the history says of a change.
struct Entry {
    ticket_id: TicketId,
    action: TicketAction,
    actor_id: Option<UserId>,
    /// Of a transfer that was offered.
    transfer_id: Option<TransferId>,
    now: DateTime<Utc>,
}

async fn record(conn: &mut PgConnection, entry: Entry) -> Result<()> {
    sqlx::query(
        "insert into ticket_history (id, ticket_id, action, actor_id, transfer_id, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new_id())
    .bind(entry.ticket_id)
    .bind(entry.action)
    .bind(entry.actor_id)
    .bind(entry.transfer_id)
    .bind(entry.now)
    .execute(conn)
    .await?;
    Ok(())
}
