//! Issuing tickets anew: locks them, looks again, decides, writes.

use super::{Entry, TICKET, TicketRow, know_keys, lock_ticket, read::read_ticket, read_facts, record, renew};
use crate::{
    id::{TicketId, UserId},
    job::{Job, Mail},
    server::{Result, finish, jobs::enqueue, state::AppState},
    tickets::model::{Ticket, TicketAction},
    users::store::require_active,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Issues a ticket anew, so that every code it had before fails. Runs to its end even if the caller goes away.
///
/// Errors: `SignInRequired`, `NotFound`, and those of [`decide_reissue`](crate::tickets::model::TicketFacts::decide_reissue).
pub async fn reissue_ticket(state: &AppState, user_id: UserId, ticket_id: TicketId) -> Result<Ticket> {
    let keys = know_keys(state, user_id, ticket_id).await?;
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let ticket = lock_ticket(&mut tx, user_id, ticket_id).await?;
        require_active(&mut tx, user_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        read_facts(&mut tx, &ticket, now).await?.decide_reissue()?;
        renew(&mut tx, &ticket, user_id, now).await?;
        let entry =
            Entry { ticket_id, action: TicketAction::Reissued, actor_id: Some(user_id), transfer_id: None, now };
        record(&mut tx, entry).await?;
        let ticket = read_ticket(&mut tx, &keys, user_id, ticket_id, now).await?;
        tx.commit().await?;
        Ok(ticket)
    })
    .await
}

/// Issues every ticket anew that a person holds, whatever became of its booking: what was sent of them is worth nothing. Those that
/// others passed on to them are sent once more. Assumes [`lock_held`](super::lock_held).
pub async fn reissue_held(conn: &mut PgConnection, holder_id: UserId, now: DateTime<Utc>) -> Result<()> {
    let tickets: Vec<TicketRow> =
        sqlx::query_as(const_format::formatcp!("select {TICKET} from tickets where holder_id = $1 order by id"))
            .bind(holder_id)
            .fetch_all(&mut *conn)
            .await?;
    for ticket in tickets {
        renew(conn, &ticket, holder_id, now).await?;
        let entry = Entry {
            ticket_id: ticket.id,
            action: TicketAction::Reissued,
            actor_id: Some(holder_id),
            transfer_id: None,
            now,
        };
        record(conn, entry).await?;
    }
    resend_received(conn, holder_id, now).await
}

async fn resend_received(conn: &mut PgConnection, holder_id: UserId, now: DateTime<Utc>) -> Result<()> {
    let received: Vec<(TicketId, i32)> = sqlx::query_as(
        "select tickets.id, nonce from tickets join bookings on bookings.id = booking_id
         where holder_id = $1 and user_id <> $1 order by tickets.id",
    )
    .bind(holder_id)
    .fetch_all(&mut *conn)
    .await?;
    let mail = |(ticket_id, nonce)| Mail::TicketReceived { ticket_id, nonce }.into();
    let mails: Vec<Job> = received.into_iter().map(mail).collect();
    enqueue(conn, &mails, now).await
}
