//! Tickets that a person who leaves holds of others' bookings: they go back to who booked.

use super::{Entry, TICKET, TicketRow, facts, record, renew, transfer::end_pending};
use crate::{
    bookings::store::{OfPerson, list_owned},
    id::{BookingId, UserId},
    job::{Job, Mail},
    server::{Result, jobs::enqueue},
    tickets::model::TicketAction,
    users::store::is_active,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// How many tickets would go back if this person left.
pub async fn count_received(conn: &mut PgConnection, holder_id: UserId, now: DateTime<Utc>) -> Result<i64> {
    Ok(list_returnable(conn, holder_id, now).await?.len() as i64)
}

/// Gives the tickets that a person who leaves holds of others' bookings back to who booked, each with a new code, an entry of
/// its history and a mail. What lets nobody in any more, or is of an event that is over, stays in the books, as does what has nobody
/// left to go back to. Assumes [`lock_held`](super::lock_held).
pub async fn return_held(conn: &mut PgConnection, holder_id: UserId, now: DateTime<Utc>) -> Result<()> {
    let mut mails: Vec<Job> = Vec::new();
    for (ticket, owner_id) in list_returnable(conn, holder_id, now).await? {
        // Kept from leaving until this is done.
        if !is_active(conn, owner_id).await? {
            continue;
        }
        end_pending(conn, &ticket, holder_id, now).await?;
        renew(conn, &ticket, owner_id, now).await?;
        let (ticket_id, action) = (ticket.id, TicketAction::Returned);
        record(conn, Entry { ticket_id, action, actor_id: Some(holder_id), transfer_id: None, now }).await?;
        mails.push(Mail::TicketReturned { ticket_id, nonce: ticket.nonce + 1 }.into());
    }
    enqueue(conn, &mails, now).await
}

/// Valid tickets of events that are not over which this person holds and somebody else booked, with who did, in id order.
async fn list_returnable(
    conn: &mut PgConnection,
    holder_id: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<(TicketRow, UserId)>> {
    let sql = const_format::formatcp!(
        "select {TICKET} from tickets join bookings on bookings.id = booking_id
         where holder_id = $1 and user_id <> $1 order by tickets.id"
    );
    let rows: Vec<TicketRow> = sqlx::query_as(sql).bind(holder_id).fetch_all(&mut *conn).await?;
    let booking_ids: Vec<BookingId> = rows.iter().map(|row| row.booking_id).collect();
    let owned = list_owned(conn, &booking_ids, now).await?;
    let owned: HashMap<BookingId, OfPerson> = owned.into_iter().map(|of| (of.booking.id, of)).collect();
    let returnable = |row: TicketRow| {
        let of = owned.get(&row.booking_id)?;
        facts(&of.booking).decide_reissue().is_ok().then_some((row, of.user_id))
    };
    Ok(rows.into_iter().filter_map(returnable).collect())
}
