//! Passing a ticket on: offered to an address, and somebody else's once they accept.

use super::{
    Entry, TICKET, TicketRow, facts, know_keys, lock_ticket,
    read::{Seen, read_ticket, tell_ticket},
    read_facts, record, renew,
};
use crate::{
    bookings::store::get_owned,
    error::{Conflict, Error},
    events::{store::find_sale, when::at_venue},
    id::{TicketId, TransferId, UserId},
    job::{Job, Mail},
    server::{Failure, Result, clock::new_id, finish, jobs::enqueue, secret::Secret, state::AppState},
    tickets::model::{OFFERS_A_DAY, OfferedTicket, Ticket, TicketAction, TransferFacts, decide_offer, transfer_path},
    users::store::{list_names, require_active},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

#[derive(Clone, Debug, sqlx::FromRow)]
struct TransferRow {
    id: TransferId,
    ticket_id: TicketId,
    from_id: UserId,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    accepted_by: Option<UserId>,
}

/// A link begins with its transfer's id, in hexadecimal.
const ID_LENGTH: usize = 32;

/// The columns of a [`TransferRow`].
const TRANSFER: &str = "id, ticket_id, from_id, expires_at, ended_at, accepted_by";

impl TransferRow {
    fn facts(&self) -> TransferFacts<UserId> {
        TransferFacts { expires_at: self.expires_at, ended_at: self.ended_at, accepted_by: self.accepted_by }
    }
}

/// A mail that offers a ticket.
#[derive(Clone, Debug)]
pub struct TransferMail {
    /// To whom it goes.
    pub email: String,
    /// The address where it is accepted. Nowhere else than in the mail.
    pub link: String,
    /// What is offered.
    pub offered: OfferedTicket,
}

/// Offers a ticket to the person at this address, who is sent a link; an offer that stood before is withdrawn.
///
/// Errors: `SignInRequired`, `NotFound`, and those of [`decide_transfer`](crate::tickets::model::TicketFacts::decide_transfer)
/// and [`decide_offer`].
pub async fn offer_transfer(state: &AppState, user_id: UserId, ticket_id: TicketId, email: String) -> Result<Ticket> {
    let keys = know_keys(state, user_id, ticket_id).await?;
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let ticket = lock_ticket(&mut tx, user_id, ticket_id).await?;
        require_active(&mut tx, user_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        let expires_at = read_facts(&mut tx, &ticket, now).await?.decide_transfer(now)?;
        decide_offer(&list_offered(&mut tx, ticket_id).await?, now)?;
        end_pending(&mut tx, &ticket, user_id, now).await?;
        let transfer_id = insert_transfer(&mut tx, user_id, ticket_id, &email, (now, expires_at)).await?;
        enqueue(&mut tx, &[Mail::TicketOffered { transfer_id }.into()], now).await?;
        let action = TicketAction::TransferOffered;
        record(&mut tx, Entry { ticket_id, action, actor_id: Some(user_id), transfer_id: Some(transfer_id), now })
            .await?;
        let ticket = read_ticket(&mut tx, &keys, user_id, ticket_id, now).await?;
        tx.commit().await?;
        Ok(ticket)
    })
    .await
}

/// When a ticket was offered, the newest first: as many as decide whether it may be again.
async fn list_offered(conn: &mut PgConnection, ticket_id: TicketId) -> Result<Vec<DateTime<Utc>>> {
    let sql = "select created_at from ticket_transfers where ticket_id = $1 order by created_at desc limit $2";
    Ok(sqlx::query_scalar(sql).bind(ticket_id).bind(OFFERS_A_DAY as i64).fetch_all(conn).await?)
}

async fn insert_transfer(
    conn: &mut PgConnection,
    user_id: UserId,
    ticket_id: TicketId,
    email: &str,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<TransferId> {
    let transfer_id = TransferId(new_id());
    sqlx::query(
        "insert into ticket_transfers (id, ticket_id, from_id, email, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(transfer_id)
    .bind(ticket_id)
    .bind(user_id)
    .bind(email)
    .bind(now)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(transfer_id)
}

/// Withdraws what a person offered. Where nothing is offered, nothing happens. Errors: `SignInRequired`, `NotFound`: also when
/// it was accepted, since then the ticket is somebody else's.
pub async fn cancel_transfer(state: &AppState, user_id: UserId, ticket_id: TicketId) -> Result<Ticket> {
    let keys = know_keys(state, user_id, ticket_id).await?;
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let ticket = lock_ticket(&mut tx, user_id, ticket_id).await?;
        require_active(&mut tx, user_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        end_pending(&mut tx, &ticket, user_id, now).await?;
        let ticket = read_ticket(&mut tx, &keys, user_id, ticket_id, now).await?;
        tx.commit().await?;
        Ok(ticket)
    })
    .await
}

/// Ends the transfer of a locked ticket that nobody has answered, if there is one.
pub(super) async fn end_pending(
    conn: &mut PgConnection,
    ticket: &TicketRow,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    let expires_at: Option<DateTime<Utc>> = sqlx::query_scalar(
        "update ticket_transfers set ended_at = $2 where ticket_id = $1 and ended_at is null returning expires_at",
    )
    .bind(ticket.id)
    .bind(now)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(expires_at) = expires_at else { return Ok(()) };
    let (action, actor_id) = if now < expires_at {
        (TicketAction::TransferCancelled, Some(user_id))
    } else {
        (TicketAction::TransferLapsed, None)
    };
    record(conn, Entry { ticket_id: ticket.id, action, actor_id, transfer_id: None, now }).await
}

/// What is offered to who has this link.
///
/// Errors: `NotFound` for a link that leads nowhere; `TransferOver`; `TicketVoid`, `EventBegun`.
pub async fn find_offer(state: &AppState, token: &str) -> Result<OfferedTicket> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let transfer = find_transfer(&mut conn, token).await?;
    if !transfer.facts().is_pending(now) {
        return Err(Conflict::TransferOver.into());
    }
    let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1");
    let row: TicketRow = sqlx::query_as(sql).bind(transfer.ticket_id).fetch_one(&mut *conn).await?;
    let booking = get_owned(&mut conn, row.booking_id, now).await?.booking;
    facts(&booking).decide_transfer(now)?;
    let ticket = tell_ticket(&row, &booking, Seen { is_yours: false, is_received: true }, now);
    let names = list_names(&mut conn, &[transfer.from_id]).await?;
    let event = find_sale(&mut conn, row.event_id).await?;
    Ok(OfferedTicket {
        from: names.into_iter().next().map(|(_, first, _)| first).unwrap_or_default(),
        event_id: row.event_id,
        place: ticket.say_place(),
        event: ticket.event,
        expires: at_venue(transfer.expires_at, &event.timezone, now),
    })
}

/// Makes the ticket that this link offers the person's: its holder changes, and the codes it had before fail. Both are told by
/// mail. Doing it twice answers with the same ticket.
///
/// Errors: `SignInRequired`, `NotFound`, and those of [`decide_accept`](TransferFacts::decide_accept).
pub async fn accept_transfer(state: &AppState, user_id: UserId, token: String) -> Result<Ticket> {
    let mut conn = state.db.pool().acquire().await?;
    let ticket_id = find_transfer(&mut conn, &token).await?.ticket_id;
    drop(conn);
    let keys = state.ticket_keys.get(state).await?;
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        require_active(&mut tx, user_id).await?;
        let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1 for no key update");
        let ticket: TicketRow = sqlx::query_as(sql).bind(ticket_id).fetch_one(&mut *tx).await?;
        // Under the lock: somebody else may have been there first.
        let transfer = find_transfer(&mut tx, &token).await?;
        let now = state.clock.now_in(&mut tx).await?;
        let ticket_facts = read_facts(&mut tx, &ticket, now).await?;
        if transfer.facts().decide_accept(&ticket_facts, &user_id, now)? {
            accept(&mut tx, &transfer, user_id, now).await?;
            renew(&mut tx, &ticket, user_id, now).await?;
            let mut mails: Vec<Job> = vec![Mail::TicketReceived { ticket_id, nonce: ticket.nonce + 1 }.into()];
            // Who takes back what they offered knows.
            if transfer.from_id != user_id {
                mails.push(Mail::TicketTaken { transfer_id: transfer.id }.into());
            }
            enqueue(&mut tx, &mails, now).await?;
        }
        let ticket = read_ticket(&mut tx, &keys, user_id, ticket_id, now).await?;
        tx.commit().await?;
        Ok(ticket)
    })
    .await
}

async fn accept(conn: &mut PgConnection, transfer: &TransferRow, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("update ticket_transfers set ended_at = $2, accepted_by = $3 where id = $1")
        .bind(transfer.id)
        .bind(now)
        .bind(user_id)
        .execute(&mut *conn)
        .await?;
    let action = TicketAction::TransferAccepted;
    record(conn, Entry { ticket_id: transfer.ticket_id, action, actor_id: Some(user_id), transfer_id: None, now }).await
}

/// The transfer of this link. Errors: `NotFound`.
async fn find_transfer(conn: &mut PgConnection, token: &str) -> Result<TransferRow> {
    let parts = token.split_at_checked(ID_LENGTH).ok_or(Error::NotFound)?;
    let (Ok(transfer_id), Some(secret)) = (parts.0.parse::<TransferId>(), Secret::parse(parts.1)) else {
        return Err(Error::NotFound.into());
    };
    let sql =
        const_format::formatcp!("select {TRANSFER} from ticket_transfers where id = $1 and $2 = any(token_hashes)");
    let found: Option<TransferRow> =
        sqlx::query_as(sql).bind(transfer_id).bind(secret.hash().to_vec()).fetch_optional(conn).await?;
    found.ok_or_else(|| Error::NotFound.into())
}

/// What the mail of a transfer says, with a link of its own; those of mails before it go on working, since nobody knows which
/// one arrives. Nothing where the transfer is over, or its ticket is void.
pub async fn write_transfer(state: &AppState, transfer_id: TransferId) -> Result<Option<TransferMail>> {
    let secret = Secret::new()?;
    let token = format!("{}{}", transfer_id.0.simple(), secret.text());
    let email: Option<String> = sqlx::query_scalar(
        "update ticket_transfers set token_hashes = token_hashes[greatest(cardinality(token_hashes) - 8, 1):] || $2::bytea
         where id = $1 and ended_at is null returning email",
    )
    .bind(transfer_id)
    .bind(secret.hash().to_vec())
    .fetch_optional(state.db.pool())
    .await?;
    let Some(email) = email else { return Ok(None) };
    match find_offer(state, &token).await {
        Ok(offered) => Ok(Some(TransferMail { email, link: state.config.address(&transfer_path(&token)), offered })),
        Err(Failure::Refused(_)) => Ok(None),
        Err(failure) => Err(failure),
    }
}
