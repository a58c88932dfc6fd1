//! What tickets say of a person, and how they stop saying it.

use crate::{
    events::model::{Page, parse_cursor},
    id::{BookingId, EventId, SeatId, TicketId, UserId},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

/// A ticket of a person, as far as it is kept, with the offers they made of it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct KeptTicket {
    id: TicketId,
    event_id: EventId,
    booking_id: BookingId,
    seat_id: Option<SeatId>,
    place: Option<i32>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    offered: serde_json::Value,
}

/// The tickets that a person holds, or has offered to somebody, newest first: `limit` of them from `cursor` on. Errors:
/// `Invalid`.
pub async fn export_tickets(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<KeptTicket>> {
    let rows: Vec<KeptTicket> = sqlx::query_as(
        "select id, event_id, booking_id, seat_id, place, created_at, updated_at,
                (select coalesce(jsonb_agg(jsonb_build_object('email', email, 'created_at', t.created_at, 'ended_at', ended_at)
                                           order by t.created_at), '[]')
                 from ticket_transfers t where ticket_id = tickets.id and from_id = $1) as offered
         from tickets
         where (holder_id = $1 or id in (select ticket_id from ticket_transfers where from_id = $1))
         and ($2 is null or id < $2) order by id desc limit $3",
    )
    .bind(user_id)
    .bind(parse_cursor::<TicketId>(cursor)?)
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    Ok(Page::cut(rows, limit, |ticket| ticket.id.to_string()))
}

/// Ends the offers that a person who leaves has made, and forgets to whom; likewise what was offered to their address,
/// which is a guest's only by their own word. What they held of others' bookings and could not
/// [go back](super::return_held) stays in the books, and nobody can show it.
pub async fn forget_person(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update ticket_transfers set email = 'gone', token_hashes = '{}', ended_at = coalesce(ended_at, $2)
         where from_id = $1 or accepted_by = $1 or email = (select email from users where id = $1 and not is_guest)",
    )
    .bind(user_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
