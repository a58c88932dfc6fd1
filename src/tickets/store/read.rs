//! Reading tickets: always as one person sees them.

use super::{
    Keyring, TICKET, TicketRow, facts,
    issue::{is_issued, issue_tickets, list_of_booking},
};
use crate::{
    bookings::{
        model::Booking,
        store::{OfPerson, get_owned, list_owned},
    },
    error::Error,
    events::{
        model::{Page, check_limit, parse_cursor},
        store::find_sale,
        when::at_venue,
    },
    id::{BookingId, TicketId, UserId},
    server::{Result, state::AppState},
    tickets::model::{Ticket, TicketAction, TicketEntry, TicketSeat, TicketStatus, Transfer, tell},
    users::store::list_names,
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// The tickets of a person's booking, in the order of its places; those they passed on say so and no more. Issues them where
/// nobody has asked before. Errors: `NotFound`, also for someone else's booking.
pub async fn list_tickets(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Vec<Ticket>> {
    let (owner_id, _, gathered) = gather_all(state, booking_id, Some(user_id)).await?;
    gathered.tell(owner_id, &*state.ticket_keys.get(state).await?)
}

/// The tickets that who booked holds, whoever asks: for documents that are sent to them. Errors: `NotFound`.
pub async fn list_tickets_of_booking(state: &AppState, booking_id: BookingId) -> Result<(Booking, Vec<Ticket>)> {
    let (owner_id, booking, gathered) = gather_all(state, booking_id, None).await?;
    let mut tickets = gathered.tell(owner_id, &*state.ticket_keys.get(state).await?)?;
    tickets.retain(|ticket| ticket.is_yours);
    Ok((booking, tickets))
}

/// All of a booking's tickets, issued where nobody has asked before. Errors: `NotFound`, also where it isn't `owner_id`'s.
async fn gather_all(
    state: &AppState,
    booking_id: BookingId,
    owner_id: Option<UserId>,
) -> Result<(UserId, Booking, Gathered)> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let OfPerson { user_id: own_id, mut booking } = get_owned(&mut conn, booking_id, now).await?;
    if owner_id.is_some_and(|owner_id| owner_id != own_id) {
        return Err(Error::NotFound.into());
    }
    if !is_issued(&mut conn, &booking).await? {
        drop(conn);
        issue_tickets(state, booking_id).await?;
        conn = state.db.pool().acquire().await?;
        booking = get_owned(&mut conn, booking_id, now).await?.booking;
    }
    let rows = list_of_booking(&mut conn, &booking).await?;
    let gathered = gather(&mut conn, rows, own_id, now).await?;
    Ok((own_id, booking, gathered))
}

/// A ticket that this person holds. Errors: `NotFound`, also for someone else's.
pub async fn get_ticket(state: &AppState, user_id: UserId, ticket_id: TicketId) -> Result<Ticket> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let gathered = gather_one(&mut conn, user_id, ticket_id, now).await?;
    drop(conn);
    gathered.tell_one(user_id, &*state.ticket_keys.get(state).await?)
}

/// The same at `now`, inside a transaction that changed it: the keys are known, so that no second connection is waited for.
pub(super) async fn read_ticket(
    conn: &mut PgConnection,
    keys: &Keyring,
    user_id: UserId,
    ticket_id: TicketId,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    gather_one(conn, user_id, ticket_id, now).await?.tell_one(user_id, keys)
}

async fn gather_one(
    conn: &mut PgConnection,
    user_id: UserId,
    ticket_id: TicketId,
    now: DateTime<Utc>,
) -> Result<Gathered> {
    let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1 and holder_id = $2");
    let row: Option<TicketRow> = sqlx::query_as(sql).bind(ticket_id).bind(user_id).fetch_optional(&mut *conn).await?;
    gather(conn, vec![row.ok_or(Error::NotFound)?], user_id, now).await
}

/// What others passed on to a person, newest first: `limit` of them (1 to 200) from `cursor` on. Errors: `Invalid`.
pub async fn list_received(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<Ticket>> {
    let (limit, before) = (check_limit(limit)?, parse_cursor::<TicketId>(cursor)?);
    let mut conn = state.db.pool().acquire().await?;
    let sql = const_format::formatcp!(
        "select {TICKET} from tickets join bookings on bookings.id = booking_id
         where holder_id = $1 and user_id <> $1 and ($2 is null or tickets.id < $2) order by tickets.id desc limit $3"
    );
    let rows: Vec<TicketRow> =
        sqlx::query_as(sql).bind(user_id).bind(before).bind(limit + 1).fetch_all(&mut *conn).await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.id.to_string());
    let now = state.clock.now_in(&mut conn).await?;
    let gathered = gather(&mut conn, items, user_id, now).await?;
    drop(conn);
    Ok(Page { items: gathered.tell(user_id, &*state.ticket_keys.get(state).await?)?, next_cursor })
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    action: TicketAction,
    actor_id: Option<UserId>,
    email: Option<String>,
    created_at: DateTime<Utc>,
}

/// What happened to a ticket that this person holds, oldest first. The address of an offer is told to who made it. Errors:
/// `NotFound`, also for someone else's.
pub async fn get_history(state: &AppState, user_id: UserId, ticket_id: TicketId) -> Result<Vec<TicketEntry>> {
    let mut conn = state.db.pool().acquire().await?;
    let sql = const_format::formatcp!("select {TICKET} from tickets where id = $1 and holder_id = $2");
    let ticket: Option<TicketRow> =
        sqlx::query_as(sql).bind(ticket_id).bind(user_id).fetch_optional(&mut *conn).await?;
    let event = find_sale(&mut conn, ticket.ok_or(Error::NotFound)?.event_id).await?;
    let rows: Vec<EntryRow> = sqlx::query_as(
        "select action, actor_id, email, h.created_at from ticket_history h
         left join ticket_transfers t on t.id = transfer_id where h.ticket_id = $1 order by number",
    )
    .bind(ticket_id)
    .fetch_all(&mut *conn)
    .await?;
    let now = state.clock.now_in(&mut conn).await?;
    let entry = |row: EntryRow| TicketEntry {
        action: row.action,
        sentence: tell(row.action, row.email.filter(|_| row.actor_id == Some(user_id)).as_deref().unwrap_or_default()),
        created_at: row.created_at,
        when: at_venue(row.created_at, &event.timezone, now),
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// Rows, and what is told with them.
pub(super) struct Gathered {
    rows: Vec<TicketRow>,
    bookings: HashMap<BookingId, OfPerson>,
    pending: HashMap<TicketId, Transfer>,
    name: String,
    now: DateTime<Utc>,
}

/// Reads what a person is told of these tickets: a few queries however many rows.
pub(super) async fn gather(
    conn: &mut PgConnection,
    rows: Vec<TicketRow>,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<Gathered> {
    let booking_ids: Vec<BookingId> = rows.iter().map(|row| row.booking_id).collect();
    let owned = list_owned(conn, &booking_ids, now).await?;
    let names = list_names(conn, &[user_id]).await?;
    Ok(Gathered {
        bookings: owned.into_iter().map(|of| (of.booking.id, of)).collect(),
        pending: list_pending(conn, &rows, now).await?,
        name: names.first().map(|(_, first, last)| format!("{first} {last}")).unwrap_or_default(),
        rows,
        now,
    })
}

impl Gathered {
    /// The tickets as this person sees them.
    pub(super) fn tell(mut self, user_id: UserId, keys: &Keyring) -> Result<Vec<Ticket>> {
        let mut tickets = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let of = self.bookings.get(&row.booking_id).context("a ticket's booking exists")?;
            let seen = Seen { is_yours: row.holder_id == user_id, is_received: of.user_id != user_id };
            let ticket = tell_ticket(&row, &of.booking, seen, self.now);
            let transfer = self.pending.remove(&row.id);
            tickets.push(if seen.is_yours { for_holder(ticket, &row, (keys, &self.name), transfer) } else { ticket });
        }
        Ok(tickets)
    }

    fn tell_one(self, user_id: UserId, keys: &Keyring) -> Result<Ticket> {
        Ok(self.tell(user_id, keys)?.pop().context("a ticket that was read is told")?)
    }
}

pub(super) async fn list_pending(
    conn: &mut PgConnection,
    rows: &[TicketRow],
    now: DateTime<Utc>,
) -> Result<HashMap<TicketId, Transfer>> {
    let found: Vec<(TicketId, String, DateTime<Utc>, String)> = sqlx::query_as(
        "select ticket_id, email, expires_at, timezone from ticket_transfers
         join tickets on tickets.id = ticket_id join events on events.id = event_id
         where ticket_id = any($1) and ended_at is null and expires_at > $2",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(now)
    .fetch_all(conn)
    .await?;
    let tell = |(id, email, expires_at, zone): (TicketId, String, DateTime<Utc>, String)| {
        (id, Transfer { email, expires_at, expires: at_venue(expires_at, &zone, now) })
    };
    Ok(found.into_iter().map(tell).collect())
}

/// How a person stands to a ticket.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) is_yours: bool,
    pub(super) is_received: bool,
}

/// What everybody who sees the ticket is told of it.
pub(super) fn tell_ticket(row: &TicketRow, booking: &Booking, seen: Seen, now: DateTime<Utc>) -> Ticket {
    let facts = facts(booking);
    let seat = booking.seats.iter().find(|seat| Some(seat.seat_id) == row.seat_id);
    Ticket {
        id: row.id,
        booking_id: row.booking_id,
        reference: booking.reference.clone(),
        event_id: row.event_id,
        event: booking.event.clone(),
        seat: seat.map(|seat| TicketSeat {
            seat_id: seat.seat_id,
            section: seat.section.clone(),
            row: seat.row.clone(),
            number: seat.number.clone(),
        }),
        place: row.place,
        place_count: booking.quantity,
        status: facts.status(),
        is_yours: seen.is_yours,
        is_received: seen.is_received,
        holder: None,
        token: None,
        transfer: None,
        can_reissue: seen.is_yours && facts.decide_reissue().is_ok(),
        can_transfer: seen.is_yours && facts.decide_transfer(now).is_ok(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// The same with what only its holder is told.
fn for_holder(ticket: Ticket, row: &TicketRow, (keys, name): (&Keyring, &str), transfer: Option<Transfer>) -> Ticket {
    let is_valid = ticket.status == TicketStatus::Valid;
    Ticket {
        holder: Some(name.to_owned()),
        token: is_valid.then(|| row.stamp().sign(&keys.signing)),
        transfer: transfer.filter(|_| is_valid),
        ..ticket
    }
}
