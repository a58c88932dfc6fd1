//! Giving a booking other seats: its tickets go with it.

use crate::{
    bookings::{
        model::Booking,
        store::{MoveRequest, Swap, enter_event, find_event_of, get_owned, move_seats, sweep_ahead},
    },
    error::Error,
    id::{BookingId, EventId, SeatId, TicketId},
    job::{Job, Mail},
    server::{Result, clock::new_id, finish, jobs::enqueue, retrying, state::AppState},
    staff::admit::Actor,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Gives a confirmed booking other seats of its event; one that has them already is answered as it is. Each ticket that was
/// made of a seat given up becomes one of the seat in its stead, with the same holder, and every code it had before fails; a
/// holder who didn't book is told. Runs to its end even if the caller goes away.
///
/// Errors: those of [`move_seats`].
pub async fn change_seats(state: &AppState, actor: Actor, request: MoveRequest) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let event_id = find_event_of(&task, request.booking_id).await?.ok_or(Error::NotFound)?;
        let _turn = enter_event(&task, event_id).await?;
        if request.standing.is_some() {
            sweep_ahead(&task, event_id).await?;
        }
        retrying("move", || change_once(&task, (&actor, event_id), &request)).await
    })
    .await
}

async fn change_once(state: &AppState, who: (&Actor, EventId), request: &MoveRequest) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    let swaps = move_seats(state, &mut tx, who, request).await?;
    let now = state.clock.now_in(&mut tx).await?;
    move_tickets(&mut tx, (who.0, request.booking_id), &swaps, now).await?;
    let booking = get_owned(&mut tx, request.booking_id, now).await?.booking;
    tx.commit().await?;
    Ok(booking)
}

/// Assumes that the booking is locked, so that nobody makes its tickets meanwhile.
async fn move_tickets(
    conn: &mut PgConnection,
    (actor, booking_id): (&Actor, BookingId),
    swaps: &[Swap],
    now: DateTime<Utc>,
) -> Result<()> {
    let (from, to): (Vec<SeatId>, Vec<SeatId>) = swaps.iter().map(|swap| (swap.from, swap.to)).unzip();
    sqlx::query("select from tickets where booking_id = $1 order by id for no key update")
        .bind(booking_id)
        .execute(&mut *conn)
        .await?;
    let moved: Vec<(TicketId, i32, bool)> = sqlx::query_as(
        "update tickets set seat_id = swap.new_id, nonce = nonce + 1, updated_at = $4
         from unnest($2::uuid[], $3::uuid[]) as swap (old_id, new_id), bookings
         where booking_id = $1 and seat_id = swap.old_id and bookings.id = booking_id
         returning tickets.id, nonce, holder_id <> user_id",
    )
    .bind(booking_id)
    .bind(from)
    .bind(to)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query(
        "insert into ticket_history (id, ticket_id, action, actor_id, created_at)
         select id, ticket_id, 'reissued', $3, $4 from unnest($1::uuid[], $2::uuid[]) as entry (id, ticket_id)",
    )
    .bind(moved.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(moved.iter().map(|(ticket_id, ..)| *ticket_id).collect::<Vec<_>>())
    .bind(actor.user_id)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    // Who booked is told by the booking's history.
    let passed_on = moved.into_iter().filter(|(.., is_passed_on)| *is_passed_on);
    let mails: Vec<Job> =
        passed_on.map(|(ticket_id, nonce, _)| Mail::TicketMoved { ticket_id, nonce }.into()).collect();
    enqueue(conn, &mails, now).await
}
