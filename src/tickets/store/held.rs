//! Tickets and who holds them now, for those who tell them what becomes of them: whoever asks.

use super::{
    TICKET, TicketRow,
    read::{Seen, gather, tell_ticket},
};
use crate::{
    bookings::{model::Booking, store::get_owned},
    id::{BookingId, TicketId, TransferId, UserId},
    server::{Result, state::AppState},
    tickets::model::Ticket,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Tickets of one booking that one person holds.
#[derive(Clone, Debug)]
pub struct Held {
    /// Who holds them.
    pub holder_id: UserId,
    /// Who booked.
    pub owner_id: UserId,
    /// The booking, with what is its owner's alone.
    pub booking: Booking,
    /// The tickets as their holder sees them; never none.
    pub tickets: Vec<Ticket>,
    /// The last time that one of them was passed on to the holder, and by whom.
    pub received: Option<(DateTime<Utc>, UserId)>,
}

/// A ticket that was accepted, as who passed it on may know it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Who passed it on.
    pub giver_id: UserId,
    /// Who accepted it.
    pub taker_id: UserId,
    /// The address that the giver had offered it to.
    pub email: String,
    /// Whether the giver booked it.
    pub is_owner: bool,
    /// The ticket, without its code.
    pub ticket: Ticket,
}

/// Who holds tickets of these bookings that were passed on: each once for a booking.
pub async fn list_holders(conn: &mut PgConnection, booking_ids: &[BookingId]) -> Result<Vec<(BookingId, UserId)>> {
    let holders = sqlx::query_as(
        "select distinct booking_id, holder_id from tickets join bookings on bookings.id = booking_id
         where booking_id = any($1) and holder_id <> user_id order by booking_id, holder_id",
    );
    Ok(holders.bind(booking_ids).fetch_all(conn).await?)
}

/// How many tickets of these bookings are with others than who booked.
pub async fn count_passed_on(conn: &mut PgConnection, booking_ids: &[BookingId]) -> Result<i64> {
    let count = sqlx::query_scalar(
        "select count(*) from tickets join bookings on bookings.id = booking_id
         where booking_id = any($1) and holder_id <> user_id",
    );
    Ok(count.bind(booking_ids).fetch_one(conn).await?)
}

/// What this person holds of a booking that somebody else made; of a guest who was claimed: what the account holds. Nothing
/// where they hold none any more.
pub async fn find_received(state: &AppState, booking_id: BookingId, holder_id: UserId) -> Result<Option<Held>> {
    let sql = const_format::formatcp!(
        "select {TICKET} from tickets join bookings on bookings.id = booking_id
         where booking_id = $1 and holder_id = (select coalesce(claimed_by, id) from users where id = $2)
         and holder_id <> user_id order by place, tickets.id"
    );
    let mut conn = state.db.pool().acquire().await?;
    let rows: Vec<TicketRow> = sqlx::query_as(sql).bind(booking_id).bind(holder_id).fetch_all(&mut *conn).await?;
    drop(conn);
    tell_held(state, rows).await
}

/// A ticket with its holder of this moment. Nothing for one that doesn't exist.
pub async fn find_held(state: &AppState, ticket_id: TicketId) -> Result<Option<Held>> {
    let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1");
    let rows: Vec<TicketRow> = sqlx::query_as(sql).bind(ticket_id).fetch_all(state.db.pool()).await?;
    tell_held(state, rows).await
}

/// Rows of one booking and one holder.
async fn tell_held(state: &AppState, rows: Vec<TicketRow>) -> Result<Option<Held>> {
    let Some((holder_id, booking_id)) = rows.first().map(|row| (row.holder_id, row.booking_id)) else {
        return Ok(None);
    };
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let of = get_owned(&mut conn, booking_id, now).await?;
    let received: Option<(DateTime<Utc>, UserId)> = sqlx::query_as(
        "select ended_at, from_id from ticket_transfers
         where ticket_id = any($1) and accepted_by = $2 order by ended_at desc limit 1",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(holder_id)
    .fetch_optional(&mut *conn)
    .await?;
    let gathered = gather(&mut conn, rows, holder_id, now).await?;
    drop(conn);
    let tickets = gathered.tell(holder_id, &*state.ticket_keys.get(state).await?)?;
    Ok(Some(Held { holder_id, owner_id: of.user_id, booking: of.booking, tickets, received }))
}

/// A transfer that was accepted. Nothing for one that wasn't.
pub async fn find_taken(state: &AppState, transfer_id: TransferId) -> Result<Option<Taken>> {
    let mut conn = state.db.pool().acquire().await?;
    let transfer: Option<(TicketId, UserId, UserId, String)> = sqlx::query_as(
        "select ticket_id, from_id, accepted_by, email from ticket_transfers where id = $1 and accepted_by is not null",
    )
    .bind(transfer_id)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((ticket_id, giver_id, taker_id, email)) = transfer else { return Ok(None) };
    let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1");
    let row: TicketRow = sqlx::query_as(sql).bind(ticket_id).fetch_one(&mut *conn).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let of = get_owned(&mut conn, row.booking_id, now).await?;
    let is_owner = of.user_id == giver_id;
    let ticket = tell_ticket(&row, &of.booking, Seen { is_yours: false, is_received: !is_owner }, now);
    Ok(Some(Taken { giver_id, taker_id, email, is_owner, ticket }))
}
